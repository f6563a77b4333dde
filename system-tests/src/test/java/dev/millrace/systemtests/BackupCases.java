package dev.millrace.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A data directory is copied while it is written to, and a server starts from the copy. */
final class BackupCases {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /** How many of each kind are acknowledged before the backup begins. */
  private static final int BEFORE = 60;

  @RegisterExtension final RunningServer running = new RunningServer();

  @TempDir Path directory;

  private final AtomicBoolean stop = new AtomicBoolean();
  private final Queue<String> instances = new ConcurrentLinkedQueue<>();
  private final Queue<Long> posts = new ConcurrentLinkedQueue<>();

  @Test
  void shouldRestoreAllThatWasAcknowledgedAndNoRecordWithoutItsExecution() throws Exception {
    TestServer server = running.get();
    Api api = server.api();
    String process =
        api.create(
            Definition.of(
                "copied", Task.script("A", "return 1").to("B"), Task.script("B", "return 2")));
    follow(api);
    Path copy = directory.resolve("restored/data");
    List<String> instancesBefore;
    List<Long> postsBefore;
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> load = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        load.add(clients.submit(() -> startInstances(server, process)));
        load.add(clients.submit(() -> writePosts(server)));
      }
      await().atMost(PATIENCE).until(() -> instances.size() >= BEFORE && posts.size() >= BEFORE);
      instancesBefore = List.copyOf(instances);
      postsBefore = List.copyOf(posts);
      String said = backup(0, server.dataDirectory(), copy);
      assertThat(said).contains("data.db", "millrace.db", "Backed up", "Restore: ");
      int during = instances.size();
      await().atMost(PATIENCE).until(() -> instances.size() > during);
      stop.set(true);
      for (Future<?> client : load) {
        client.get();
      }
    }
    assertThat(backup(4, server.dataDirectory(), copy)).contains("expected nothing at");
    verify(copy);
    restored(instancesBefore, postsBefore);
  }

  @Test
  void shouldStartFromACopyThatIsOlderThanWhatRanSince() throws Exception {
    TestServer server = running.get();
    String process = server.api().create(Definition.of("older", Task.script("A", "return 1")));
    String id = server.api().start(process, Json.object());
    server.api().awaitEnd(id);
    server.stop();
    Path copy = directory.resolve("old/data");
    backup(0, server.dataDirectory(), copy);
    for (int i = 0; i < 3; i++) {
      server.restart();
      server.api().awaitEnd(server.api().start(process, Json.object()));
      server.stop();
    }
    try (TestServer old = TestServer.in(directory.resolve("old"))) {
      old.restart();
      old.api().get("/api/processInst/" + id).expect(200);
      old.api().awaitEnd(old.api().start(process, Json.object()));
      old.restart();
      assertThat(old.log()).doesNotContain("went back in time");
    }
    server.restart();
  }

  @Test
  void shouldSayWhatIsWrongWithADirectory() throws Exception {
    assertThat(backup(3, directory.resolve("none"), directory.resolve("to")))
        .contains("expected a data directory with millrace.db, found none");
    assertThat(directory.resolve("to")).doesNotExist();
  }

  /** Each post starts an execution, which writes a copy of it. */
  private static void follow(Api api) {
    for (String name : List.of("posts", "copies")) {
      api.post(
              "/api/collections:create",
              Json.object(
                  "name",
                  name,
                  "fields",
                  List.of(
                      Json.object("name", "title", "type", "string"),
                      Json.object("name", "source", "type", "bigInt"))))
          .expect(200);
    }
    long workflow =
        api.post(
                "/api/workflows:create",
                Json.object(
                    "title",
                    "follow",
                    "type",
                    "collection",
                    "enabled",
                    false,
                    "sync",
                    false,
                    "config",
                    Json.object("collection", "posts", "mode", 1)))
            .expect(200)
            .json()
            .at("/data/id")
            .asLong(0);
    api.post(
            "/api/workflows/" + workflow + "/nodes:create",
            Json.object(
                "type",
                "create",
                "config",
                Json.object(
                    "collection",
                    "copies",
                    "params",
                    Json.object("values", Json.object("source", "{{$context.data.id}}")))))
        .expect(200);
    api.post("/api/workflows:update?filterByTk=" + workflow, Json.object("enabled", true))
        .expect(200);
  }

  private void startInstances(TestServer server, String process) {
    try (Api api = server.newApi()) {
      while (!stop.get()) {
        instances.add(api.start(process, Json.object()));
      }
    }
  }

  private void writePosts(TestServer server) {
    try (Api api = server.newApi()) {
      while (!stop.get()) {
        posts.add(
            api.post("/api/posts:create", Json.object("title", "t"))
                .expect(200)
                .json()
                .at("/data/id")
                .asLong(0));
      }
    }
  }

  private void restored(List<String> instancesBefore, List<Long> postsBefore) throws Exception {
    try (TestServer server = TestServer.in(directory.resolve("restored"))) {
      server.restart();
      Api api = server.api();
      for (String id : instancesBefore) {
        api.awaitEnd(id);
      }
      Set<Long> kept = new HashSet<>(ids(api, "posts", "id"));
      assertThat(kept).containsAll(postsBefore);
      await().atMost(PATIENCE).until(() -> ids(api, "copies", "source").size() >= kept.size());
      assertThat(ids(api, "copies", "source"))
          .as("each record was followed once")
          .containsExactlyInAnyOrderElementsOf(kept);
      String ofWorkflows = "%7B%22model%22%3A%22nocobase%22%7D";
      assertThat(
              api.get("/api/executions:list?pageSize=1&filter=" + ofWorkflows)
                  .json()
                  .at("/meta/count")
                  .asInt(0))
          .isEqualTo(kept.size());
      server.stop();
      verify(server.dataDirectory());
    }
  }

  private static List<Long> ids(Api api, String collection, String field) {
    List<Long> ids = new ArrayList<>();
    JsonNode rows =
        api.get("/api/" + collection + ":list?paginate=false").expect(200).json().path("data");
    rows.forEach(row -> ids.add(row.path(field).asLong(0)));
    return ids;
  }

  private static void verify(Path data) throws IOException, InterruptedException {
    assertThat(command(0, "verify", data.toString())).contains("No violation found");
  }

  private static String backup(int code, Path from, Path to)
      throws IOException, InterruptedException {
    return command(code, "backup", "--data-dir", from.toString(), to.toString());
  }

  private static String command(int code, String... arguments)
      throws IOException, InterruptedException {
    Process process = TestServer.command(List.of(), arguments).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isEqualTo(code);
    return said;
  }
}
