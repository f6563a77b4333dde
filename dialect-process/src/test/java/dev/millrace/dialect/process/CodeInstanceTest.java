package dev.millrace.dialect.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.code.CodeAction;
import dev.millrace.engine.code.CodeOutcome;
import dev.millrace.engine.code.CodeStart;
import dev.millrace.runtime.CodeApi;
import dev.millrace.runtime.worker.WorkItem;
import dev.millrace.transport.json.Json;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Workflows written as code, managed through the process API over a real engine. */
@Timeout(60)
class CodeInstanceTest {
  private static final String APP = InstanceKey.DEFAULT_NAMESPACE;
  private static final InstanceKey KEY = new InstanceKey(APP, "order-7");

  private final BlockingQueue<WorkItem> offered = new LinkedBlockingQueue<>();
  private final HttpClient client = HttpClient.newHttpClient();
  private LiveDialect live;

  @BeforeEach
  void listen() {
    live = new LiveDialect();
  }

  @AfterEach
  void stop() {
    live.close();
    client.close();
  }

  @Test
  void shouldShowAnInstanceFromItsStartToItsEnd() throws Exception {
    start(KEY);
    assertThat(get("/api/processInst/order-7"))
        .contains("\"status\":\"started\"", "\"proc_id\":\"code:Ship\"", "\"name\":\"Ship\"");
    assertThat(get("/api/processInst/order-7/actions/explain"))
        .contains("for a worker of app default that runs workflow Ship; none is connected");

    live.runtime.workers().connect(APP, 5, offered::add);
    answer(new CodeAction.ScheduleTask(0, null, "Pack", null, "{\"n\":1}", "x", null));
    WorkItem.Task task = (WorkItem.Task) take();
    assertThat(get("/api/processInst/order-7/actions/explain"))
        .contains("\"for\":\"activity\"", "Activity Pack (0) has no result yet");
    assertThat(get("/api/processInst/order-7/0"))
        .contains("\"template\":\"activity\"", "\"status\":\"started\"", "\"input\":{\"n\":1}");
    live.runtime.workers().completeTask(APP, KEY.uid(), 0, task.token(), "\"box\"", null).join();
    answer(complete("{\"sent\":true}"));
    live.runtime.when(KEY, CodeApi.Milestone.ENDED).join();

    assertThat(get("/api/processInst/order-7"))
        .contains("\"status\":\"completed\"", "\"output\":{\"sent\":true}")
        .contains("\"name\":\"Pack\"", "\"output\":\"box\"");
    assertThat(get("/api/processInst/order-7/actions/explain")).contains("\"waiting\":[]");
    assertThat(get("/api/processInst/order-7/actions/history"))
        .contains("\"type\":\"turnTaken\"", "\"kind\":\"taskScheduled\"")
        .contains("\"kind\":\"taskCompleted\"", "\"kind\":\"executionCompleted\"");
  }

  @Test
  void shouldManageAnInstanceWithTheLongestIdAClientMayGive() throws Exception {
    String id = "a:b c".repeat(100) + ":0001:0002";
    start(new InstanceKey(APP, id));
    String path = URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");

    assertThat(get("/api/processInst/" + path)).contains("\"id\":\"" + id + "\"");
    assertThat(post("suspend", path)).contains("\"status\":\"suspended\"");
    assertThat(get("/api/processInst/" + path + "1")).contains("\"code\":\"not_found\"");
  }

  @Test
  void shouldListInstancesOfAllModels() throws Exception {
    start(KEY);
    start(new InstanceKey("shop", "order-8"));

    assertThat(get("/api/processInsts?procId=code:Ship"))
        .contains("\"total\":2", "\"id\":\"order-7\"", "\"name\":\"Ship\"")
        .contains("\"namespace\":\"shop\"");
    assertThat(get("/api/processInsts?status=started")).contains("\"total\":2");
    assertThat(get("/api/processInsts?status=completed")).contains("\"total\":0");
  }

  @Test
  void shouldSuspendResumeAndStop() throws Exception {
    start(KEY);

    assertThat(post("suspend")).contains("\"status\":\"suspended\"");
    assertThat(get("/api/processInst/order-7/actions/explain")).contains("\"for\":\"suspended\"");
    assertThat(post("resume")).contains("\"status\":\"started\"");
    assertThat(post("stop")).contains("\"status\":\"stopped\"");
    assertThat(post("stop")).contains("\"code\":\"conflict\"");
    assertThat(get("/api/processInsts?status=stopped")).contains("\"total\":1");
  }

  @Test
  void shouldRunAnEndedOneAgainAsAnother() throws Exception {
    start(KEY);
    assertThat(post("rerun")).contains("\"code\":\"conflict\"", "that has ended");
    assertThat(post("stop")).contains("\"status\":\"stopped\"");
    assertThat(post("rerun?from=first")).contains("the number of an activity", "found first");
    assertThat(post("rerun?from=77")).contains("'77'");
    assertThat(post("rerun"))
        .contains("\"status\":\"started\"")
        .doesNotContain("\"id\":\"order-7\"");
    assertThat(get("/api/processInsts?procId=code:Ship")).contains("\"total\":2");
  }

  @Test
  void shouldSelectTheAppByNamespace() throws Exception {
    start(new InstanceKey("shop", "order-8"));

    assertThat(get("/api/processInst/order-8")).contains("\"code\":\"not_found\"");
    assertThat(get("/api/processInst/order-8?namespace=shop"))
        .contains("\"namespace\":\"shop\"", "\"name\":\"Ship\"");
    assertThat(post("suspend?namespace=shop", "order-8")).contains("\"status\":\"suspended\"");
  }

  @Test
  void shouldGiveASignalToCode() throws Exception {
    start(KEY);
    live.runtime.workers().connect(APP, 5, offered::add);
    answer();
    send("POST", "/api/processInst/order-7/signals/Paid", "{\"payload\":{\"sum\":5}}");
    WorkItem.Turn turn = (WorkItem.Turn) take();

    assertThat(turn.turn().fresh().getLast().toString()).contains("Paid", "{\"sum\":5}");
  }

  @Test
  void shouldSayWhichWorkerATaskWaitsFor() throws Exception {
    String created =
        send(
            "POST",
            "/api/process",
            "{\"name\":\"p\",\"tasks\":[{\"instId\":\"a\",\"name\":\"a\","
                + "\"template\":\"activity\",\"parameters\":{\"app\":{\"value\":\"shop\"},"
                + "\"name\":{\"value\":\"Charge\"}}}]}");
    String started = send("POST", "/api/process/" + id(created), "{}");
    String explain = "/api/processInst/" + id(started) + "/actions/explain";

    assertThat(get(explain))
        .contains("waits for a worker of app shop that runs activity Charge; none is connected");
    live.runtime.workers().connect("shop", 5, offered::add);
    take();
    assertThat(get(explain)).contains("runs activity Charge; one has it and has not answered");
  }

  private static String id(String answer) {
    Object response =
        dev.millrace.engine.JsonValue.get(Objects.requireNonNull(Json.parse(answer)), "response");
    return dev.millrace.engine.JsonValue.text(response, "id", "");
  }

  private void start(InstanceKey key) {
    live.runtime.startCode(key, CodeStart.of("Ship", null, key.namespace())).join();
  }

  private WorkItem take() throws InterruptedException {
    return Objects.requireNonNull(offered.poll(20, TimeUnit.SECONDS));
  }

  private void answer(CodeAction... actions) throws InterruptedException {
    WorkItem item = take();
    live.runtime
        .workers()
        .completeTurn(item.key(), item.token(), List.of(actions), null, null)
        .join();
  }

  private static CodeAction complete(String result) {
    return new CodeAction.Complete(1, null, CodeOutcome.COMPLETED, result, null, null, List.of());
  }

  private String get(String path) throws Exception {
    return send("GET", path, null);
  }

  private String post(String action) throws Exception {
    return post(action, "order-7");
  }

  private String post(String action, String id) throws Exception {
    return send("POST", "/api/processInst/" + id + "/actions/" + action, null);
  }

  private String send(String method, String path, @Nullable String body) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(live.uri(path))
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (body != null) {
      request.header("Content-Type", "application/json");
    }
    HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString());
    return answer.body();
  }
}
