package dev.millrace.server.demo;

import dev.millrace.engine.JsonValue;
import dev.millrace.server.client.ApiClient;
import dev.millrace.server.config.Configuration;
import dev.millrace.transport.Routes;
import dev.millrace.transport.json.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Posts the examples to a running server, starts an instance of each, shows their tasks as they
 * finish and says how to go on by hand.
 */
public final class Demo {
  private static final String APPROVER = "li";
  private static final long FIRST_WAIT_MILLIS = 30_000;
  private static final int MONTHS = 24;

  private final String url;
  private final Path dataDir;
  private final Path examples;
  private final PrintWriter out;
  private final ApiClient client;
  private final List<String> faults = new ArrayList<>();

  /**
   * A demo against a server.
   *
   * @param url of the server, started with {@link #mount} and {@link #reachingItself}
   * @param examples the directory of {@code order.json} and the others
   */
  public Demo(String url, Path dataDir, Path examples, PrintWriter out) {
    this.url = url;
    this.dataDir = dataDir;
    this.examples = examples;
    this.out = out;
    this.client = new ApiClient(url, null, APPROVER, null);
  }

  /** Adds the service that the order example calls. */
  public static void mount(Routes.Builder routes) {
    new FlakyTarget().register(routes);
  }

  /** The same configuration, with http tasks allowed to call this server. */
  public static Configuration reachingItself(Configuration given) {
    Configuration.Connections before = given.connections();
    List<String> egress = new ArrayList<>(before.allowEgress());
    int port = given.listening().httpPort();
    egress.add("127.0.0.0/8" + (port == 0 ? "" : ":" + port));
    return new Configuration(
        given.dataDir(),
        given.listening(),
        given.access(),
        new Configuration.Connections(
            List.copyOf(egress),
            before.databases(),
            before.data(),
            before.smtp(),
            before.secrets()),
        given.components(),
        given.code(),
        given.retention(),
        given.traces(),
        given.shown());
  }

  /**
   * Runs all three.
   *
   * @param once approves the order too, and checks every result
   * @return whether all came out as they should so far
   */
  public boolean run(boolean once) throws InterruptedException {
    out.printf("Millrace demo. Everything goes through the HTTP API at %s%n", url);
    quote();
    batch();
    order(once);
    if (!faults.isEmpty()) {
      faults.forEach(fault -> out.printf("   FAULT  %s%n", fault));
      out.printf("%nThe demo failed.%n");
    } else if (once) {
      out.printf("%nAll results are as expected.%n");
    } else {
      out.printf("%n   The server goes on; Ctrl-C ends it.%n");
    }
    out.flush();
    return faults.isEmpty();
  }

  private void quote() throws InterruptedException {
    title("1", "quote.json: a calculation on the fast engine");
    String id = start("quote.json", "{\"amount\":12000,\"months\":" + MONTHS + ",\"member\":true}");
    Progress progress = new Progress(client, id, out);
    Object ended = progress.untilStill(FIRST_WAIT_MILLIS);
    progress.printRuntimes(ended);
    outcome(ended);
    expect(ended, "completed", Map.of("rate", "0.03", "monthly", "515.77"));
  }

  private void batch() throws InterruptedException {
    title("2", "batch.json: a loop whose third row is bad; the error branch reports it");
    String id =
        start(
            "batch.json",
            "{\"rows\":[{\"amount\":10},{\"amount\":20},{\"amount\":\"many\"},{\"amount\":40}]}");
    Object ended = new Progress(client, id, out).untilStill(FIRST_WAIT_MILLIS);
    outcome(ended);
    expect(ended, "completed", Map.of());
    Object report = JsonValue.get(JsonValue.get(ended, "output"), "report");
    if (!JsonValue.text(report, "refused", "").contains("row 2")) {
      faults.add("batch: expected a report of row 2, found " + Json.writeText(report));
    }
  }

  private void order(boolean once) throws InterruptedException {
    title("3", "order.json: parallel branches, a carrier that is down twice, and an approval");
    String id =
        start(
            "order.json",
            """
            {"customer":"Wang","carrier":"%s","items":[{"sku":"tea","price":20,"quantity":2},\
            {"sku":"cup","price":5.5,"quantity":3}]}\
            """
                .formatted(url));
    Progress progress = new Progress(client, id, out);
    Object still = progress.untilStill(FIRST_WAIT_MILLIS);
    String item = workItem(id);
    if (item.isEmpty()) {
      faults.add("order: expected an open approval, found " + JsonValue.text(still, "status", ""));
      outcome(still);
      return;
    }
    if (!once) {
      out.printf(
          "   The order waits for %s. Close it in another terminal with this line:%n%n", APPROVER);
      out.println("   " + approval(item));
      out.printf("%n   Look at it:%n");
      out.printf("     curl -s %s/api/processInst/%s%n", url, id);
      out.printf("     ./millrace get %s%s%n", id, elsewhere());
      out.printf("     ./millrace explain %s%s%n", id, elsewhere());
      look(id);
      Thread.ofVirtual().name("demo-progress").start(() -> watch(progress));
      return;
    }
    out.printf("   The order waits for %s; the demo approves it.%n", APPROVER);
    client.send(
        "POST",
        "/api/taskInst/" + item,
        Json.write(Map.of("operation", "agree", "comment", "by the demo")));
    Object ended = progress.untilStill(FIRST_WAIT_MILLIS);
    outcome(ended);
    expect(ended, "completed", Map.of("total", "56.5"));
    checkRetries(id);
    out.printf("%n   Look at what is left of it:%n");
    look(id);
  }

  private void watch(Progress progress) {
    try {
      outcome(progress.untilEnded());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      // The server is being stopped; nobody needs to be told twice.
      out.flush();
    }
  }

  private void checkRetries(String id) {
    Object task = client.get("/api/processInst/" + id + "/ship");
    if (JsonValue.get(task, "runtimes") instanceof List<?> runs
        && runs.size() == 1
        && JsonValue.get(runs.getFirst(), "attempts") instanceof List<?> attempts
        && attempts.stream().filter(attempt -> JsonValue.get(attempt, "error") != null).count()
            == FlakyTarget.FAILURES) {
      return;
    }
    faults.add(
        "order: expected one run of ship with %d failed attempts, found %s"
            .formatted(FlakyTarget.FAILURES, Json.writeText(JsonValue.get(task, "runtimes"))));
  }

  /** Stores an example and starts an instance; returns the instance's id. */
  private String start(String example, String input) {
    byte[] document;
    Path file = examples.resolve(example);
    try {
      document = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "expected the example " + file + "; say where it is with --examples", e);
    }
    Object created = client.send("POST", "/api/process", document);
    String process = JsonValue.text(JsonValue.get(created, "response"), "id", "");
    Object started = client.send("POST", "/api/process/" + process, Json.write(Json.parse(input)));
    String id = JsonValue.text(JsonValue.get(started, "response"), "id", "");
    out.printf("   POST /api/process            -> %s%n", process);
    out.printf("   POST /api/process/%s -> instance %s%n", process, id);
    out.flush();
    return id;
  }

  private String workItem(String instance) {
    Object answer =
        JsonValue.get(client.get("/api/taskInsts?user=" + APPROVER + "&limit=100"), "response");
    if (JsonValue.get(answer, "list") instanceof List<?> list) {
      for (Object item : list) {
        if (instance.equals(JsonValue.text(item, "processInstId", ""))) {
          return JsonValue.text(item, "id", "");
        }
      }
    }
    return "";
  }

  private String approval(String item) {
    return "curl -sS %s/api/taskInst/%s -H 'Content-Type: application/json' -H".formatted(url, item)
        + " 'X-Millrace-User: %s' -d '{\"operation\":\"agree\"}'".formatted(APPROVER);
  }

  /** What the commands need to be told when this is not where they look by themselves. */
  private String elsewhere() {
    return url.equals(ApiClient.DEFAULT_SERVER) ? "" : " --server " + url;
  }

  private void look(String id) {
    out.printf(
        "     sqlite3 -box '%s' \"SELECT node_id, status, start_at, cost FROM node_inst"
            + " WHERE workflow_uid = '%s'\"%n",
        dataDir.resolve("millrace.db"), id);
    out.flush();
  }

  private void title(String number, String words) {
    out.printf("%n%s  %s%n", number, words);
    out.flush();
  }

  private void outcome(@Nullable Object instance) {
    out.printf("   %s", JsonValue.text(instance, "status", "?"));
    String error = JsonValue.text(instance, "error", "");
    if (!error.isEmpty()) {
      out.printf(", error: %s", error);
    }
    out.printf(", output %s%n", Json.writeText(JsonValue.get(instance, "output")));
    out.flush();
  }

  private void expect(@Nullable Object instance, String status, Map<String, String> numbers) {
    String name = JsonValue.text(instance, "name", "");
    if (!status.equals(JsonValue.text(instance, "status", ""))) {
      faults.add(
          "%s: expected %s, found %s"
              .formatted(name, status, JsonValue.text(instance, "status", "")));
    }
    numbers.forEach((member, number) -> {
      Object found = JsonValue.get(JsonValue.get(instance, "output"), member);
      boolean equal =
          found instanceof Number
              && new BigDecimal(found.toString()).compareTo(new BigDecimal(number)) == 0;
      if (!equal) {
        faults.add(
            "%s: expected %s %s, found %s".formatted(name, member, number, Json.writeText(found)));
      }
    });
  }
}
