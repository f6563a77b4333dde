package dev.millrace.dialect.dapr;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.Command;
import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.EndReason;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.JsonValue;
import dev.millrace.engine.Reply;
import dev.millrace.engine.Status;
import dev.millrace.engine.graph.Graph;
import dev.millrace.engine.graph.Node;
import dev.millrace.proto.durabletask.GetInstanceHistoryRequest;
import dev.millrace.proto.durabletask.TaskHubSidecarServiceGrpc;
import dev.millrace.runtime.DefinitionFormat;
import dev.millrace.runtime.EngineApi;
import dev.millrace.store.memory.MemoryStore;
import dev.millrace.transport.Authenticator;
import dev.millrace.transport.HttpListener;
import dev.millrace.transport.ListenerSettings;
import dev.millrace.transport.Observer;
import dev.millrace.transport.Routes;
import dev.millrace.transport.json.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Instances of definitions, managed through the workflow API over a real engine. */
@Timeout(60)
class ProcessInstanceTest {
  private final LiveEngine engine =
      new LiveEngine(new MemoryStore(), List.of(new OneSignal()), List.of());
  private final HttpClient client = HttpClient.newHttpClient();
  private HttpListener listener;

  /** Definitions of one node, which waits for the signal {@code Paid}. */
  private static final class OneSignal implements DefinitionFormat {
    @Override
    public String name() {
      return "one-signal";
    }

    @Override
    public Graph compile(DefinitionRef ref, Object document) {
      Node node =
          new Node(
              "a",
              "Payment",
              "signal",
              Map.of("name", new Node.Parameter("string", "Paid", true, false, Map.of())),
              List.of(),
              Node.Split.AND,
              false,
              Node.Policies.DEFAULT);
      return new Graph(
          ref,
          Map.of("a", node),
          List.of("a"),
          new Graph.Settings("order", "ann", false, 0, "", "", null, null, Graph.Rules.DEFAULT));
    }
  }

  @BeforeEach
  void listen() {
    Routes.Builder routes = Routes.builder();
    engine.dialect().register(routes);
    listener =
        new HttpListener(
            ListenerSettings.of("127.0.0.1", 0),
            routes.build(),
            Authenticator.ALLOW_ALL,
            Observer.NONE);
    listener.start();
  }

  @AfterEach
  void stop() {
    listener.close();
    client.close();
    engine.close();
  }

  @Test
  void shouldShowPauseResumeAndRaise() throws Exception {
    InstanceKey key = start();

    assertThat(body("GET", key, ""))
        .contains("\"runtimeStatus\":\"RUNNING\"", "\"dapr.workflow.input\":\"{\\\"n\\\":1}\"");
    assertThat(body("GET", key, "/explain")).contains("Node \\\"Payment\\\" waits for event Paid");
    assertThat(status("POST", key, "/pause", "")).isEqualTo(202);
    assertThat(body("GET", key, "")).contains("\"runtimeStatus\":\"SUSPENDED\"");
    assertThat(status("POST", key, "/pause", "")).as("paused already").isEqualTo(202);
    assertThat(status("POST", key, "/raiseEvent/Paid", "{\"sum\":5}")).isEqualTo(202);
    assertThat(body("GET", key, "")).contains("\"runtimeStatus\":\"SUSPENDED\"");
    assertThat(status("POST", key, "/purge", "")).isEqualTo(500);
    assertThat(status("POST", key, "/resume", "")).isEqualTo(202);

    InstanceState ended = engine.runtime().whenEnded(key).join();
    assertThat(ended.life().output()).as("the event is kept").isEqualTo(Map.of("sum", 5L));
    assertThat(body("GET", key, ""))
        .contains("\"runtimeStatus\":\"COMPLETED\"")
        .contains("\"dapr.workflow.output\":\"{\\\"sum\\\":5}\"");
    assertThat(kinds(body("GET", key, "/history")))
        .containsExactly(
            "executionStarted",
            "taskScheduled",
            "executionSuspended",
            "eventRaised",
            "executionResumed",
            "taskCompleted",
            "executionCompleted");
    assertThat(
            TaskHubSidecarServiceGrpc.newBlockingStub(engine.channel())
                .getInstanceHistory(
                    GetInstanceHistoryRequest.newBuilder().setInstanceId(key.uid()).build())
                .getEvents(1)
                .getTaskScheduled()
                .getName())
        .isEqualTo("a");
    assertThat(status("POST", key, "/resume", "")).as("ended").isEqualTo(202);
    assertThat(status("POST", key, "/raiseEvent/Paid", "1")).as("ended").isEqualTo(202);
    assertThat(status("POST", key, "/purge", "")).isEqualTo(202);
    assertThat(status("GET", key, "", "")).isEqualTo(404);
  }

  @Test
  void shouldTerminate() throws Exception {
    InstanceKey key = start();

    assertThat(status("POST", key, "/terminate", "")).isEqualTo(202);
    InstanceState ended = engine.runtime().whenEnded(key).join();
    assertThat(ended.life().status()).isEqualTo(Status.CANCELED);
    assertThat(ended.life().reason()).isEqualTo(EndReason.PERSON);
    assertThat(status("POST", key, "/terminate", "")).as("ended").isEqualTo(202);
  }

  private static List<String> kinds(String history) {
    Map<?, ?> answer = (Map<?, ?>) Objects.requireNonNull(Json.parse(history));
    List<String> kinds = new ArrayList<>();
    for (Object event : (List<?>) Objects.requireNonNull(answer.get("events"))) {
      ((Map<?, ?>) event)
          .keySet().stream()
              .map(String::valueOf)
              .filter(name -> !name.equals("eventId") && !name.equals("timestamp"))
              .forEach(kinds::add);
    }
    return kinds;
  }

  private InstanceKey start() {
    EngineApi api = engine.runtime();
    Reply saved =
        api.saveDefinition(
                new EngineApi.SaveDefinition(
                    null,
                    0,
                    "one-signal",
                    new EngineApi.Described("order", "ann", true),
                    Map.of(),
                    null))
            .join();
    Reply started =
        api.start(
                new EngineApi.StartRequest(
                    null,
                    JsonValue.text(((Reply.Accepted) saved).value(), "id", ""),
                    0,
                    Map.of("n", 1L),
                    new Command.Origin("ann", "api", false),
                    null))
            .join();
    return InstanceKey.of(JsonValue.text(((Reply.Accepted) started).value(), "uid", ""));
  }

  private String body(String method, InstanceKey key, String path) throws Exception {
    return send(method, key, path, "").body();
  }

  private int status(String method, InstanceKey key, String path, String body) throws Exception {
    return send(method, key, path, body).statusCode();
  }

  private HttpResponse<String> send(String method, InstanceKey key, String path, String body)
      throws Exception {
    return client.send(
        HttpRequest.newBuilder(
                URI.create(
                    "http://127.0.0.1:%d/v1.0/workflows/dapr/%s%s"
                        .formatted(listener.port(), key.uid(), path)))
            .method(method, BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }
}
