package dev.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.dialect.process.definition.ProcessFormat;
import dev.millrace.engine.Command;
import dev.millrace.engine.EndReason;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.JsonValue;
import dev.millrace.engine.Reply;
import dev.millrace.engine.Status;
import dev.millrace.engine.code.FailureDetails;
import dev.millrace.engine.graph.NodeTypes;
import dev.millrace.engine.graph.node.BuiltInNodeTypes;
import dev.millrace.engine.interpreter.Engine;
import dev.millrace.expression.JsonSchemas;
import dev.millrace.expression.ProcessExpressions;
import dev.millrace.runtime.CodeApi;
import dev.millrace.runtime.EngineApi;
import dev.millrace.runtime.explain.Explain;
import dev.millrace.runtime.local.EngineDecider;
import dev.millrace.runtime.local.EngineRuntime;
import dev.millrace.runtime.local.RuntimeSettings;
import dev.millrace.runtime.worker.WorkItem;
import dev.millrace.store.codec.Codec;
import dev.millrace.store.memory.MemoryStore;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tasks of graphs that connected workers run. */
@NullUnmarked
@Timeout(60)
class WorkerActivityTest {

  private static final String APP = "shop";
  private static final NodeTypes TYPES = new NodeTypes(BuiltInNodeTypes.all());
  private static final ProcessFormat FORMAT =
      new ProcessFormat(TYPES, new ProcessExpressions(), new JsonSchemas());

  private final MemoryStore store = new MemoryStore();
  private final BlockingQueue<WorkItem> offered = new LinkedBlockingQueue<>();
  private EngineRuntime runtime;

  @BeforeEach
  void open() {
    runtime =
        EngineRuntime.open(
            store,
            RuntimeSettings.DEFAULT,
            List.of(FORMAT),
            List.of(),
            (graphs, environment) ->
                new EngineDecider(
                    new Engine(
                        graphs, environment, TYPES, new ProcessExpressions(), new JsonSchemas())));
  }

  @AfterEach
  void close() {
    runtime.close();
  }

  private InstanceKey run(String tasks, Object input) {
    String json = ("{'name':'p','tasks':[" + tasks + "]}").replace('\'', '"');
    Object document = FORMAT.normalise(Objects.requireNonNull(Codec.decodeJson(json)));
    Reply saved =
        runtime
            .saveDefinition(
                new EngineApi.SaveDefinition(
                    null,
                    0,
                    FORMAT.name(),
                    new EngineApi.Described("p", "ann", true),
                    document,
                    null))
            .join();
    Reply started =
        runtime
            .start(
                new EngineApi.StartRequest(
                    null,
                    JsonValue.text(((Reply.Accepted) saved).value(), "id", ""),
                    0,
                    input,
                    new Command.Origin("ann", "api", false),
                    null))
            .join();
    return InstanceKey.of(JsonValue.text(((Reply.Accepted) started).value(), "uid", ""));
  }

  private InstanceState end(InstanceKey key) {
    return runtime.when(key, CodeApi.Milestone.ENDED).join();
  }

  private InstanceState state(InstanceKey key) {
    return runtime.instance(key).join().orElseThrow();
  }

  private WorkItem.Task take() throws InterruptedException {
    return (WorkItem.Task) Objects.requireNonNull(offered.poll(20, TimeUnit.SECONDS));
  }

  private void answer(WorkItem item, String token, String result) {
    int taskId = ((WorkItem.Task) item).task().task().eventId();
    runtime.workers().completeTask(APP, item.key().uid(), taskId, token, result, null).join();
  }

  private static String activity(String id, String parameters, String more) {
    return Definitions.task(
        id, "activity", "'app':{'value':'shop'},'name':{'value':'Charge'}" + parameters, more);
  }

  @Test
  void shouldTakeTheResultOfAWorkerAsOutput() {
    InstanceKey key = run(activity("a", ",'input':{'value':'{{input}}'}", ""), Map.of("n", 4L));
    try (ScriptedWorker worker =
        new ScriptedWorker(runtime.workers(), APP)
            .activity("Charge", input -> "{\"got\":" + input + "}")
            .connect(5)) {
      InstanceState state = end(key);
      assertThat(state.life().status()).isEqualTo(Status.COMPLETED);
      assertThat(state.life().output()).isEqualTo(Map.of("got", Map.of("n", 4L)));
      assertThat(worker.tasks.get()).isEqualTo(1);
    }
  }

  @Test
  void shouldUseTheDefaultAppAndTextThatIsNoJson() {
    InstanceKey key = run(Definitions.task("a", "worker", "'name':{'value':'Greet'}", ""), null);
    try (ScriptedWorker worker =
        new ScriptedWorker(runtime.workers(), InstanceKey.DEFAULT_NAMESPACE)
            .activity("Greet", input -> input == null ? "hello there" : "not nothing")
            .connect(5)) {
      assertThat(end(key).life().output()).isEqualTo("hello there");
      assertThat(worker.tasks.get()).isEqualTo(1);
    }
  }

  @Test
  void shouldWaitForAWorkerAndSaySo() {
    InstanceKey key = run(activity("a", "", ""), null);
    InstanceState state = state(key);

    assertThat(Explain.explain(state, runtime.graph(state.header().definition())))
        .singleElement()
        .satisfies(reason ->
            assertThat(reason.sentence())
                .contains("waits for a worker of app shop that runs activity Charge"));
  }

  @Test
  void shouldRetryAFailureAsTheTaskSays() {
    AtomicInteger calls = new AtomicInteger();
    InstanceKey key =
        run(
            activity(
                "a",
                "",
                "'errorHandler':{'operation':'retry','retry':{'count':2,'interval':0.01,'on':['Busy']}}"),
            null);
    try (ScriptedWorker worker =
        new ScriptedWorker(runtime.workers(), APP)
            .activity(
                "Charge",
                _ -> {
                  if (calls.incrementAndGet() < 3) {
                    throw new ScriptedWorker.ActivityFailure(
                        FailureDetails.of("Busy", "come again"));
                  }
                  return "7";
                })
            .connect(5)) {
      InstanceState state = end(key);
      assertThat(state.life().output()).isEqualTo(7L);
      assertThat(state.graph().runs().values().iterator().next().attempts())
          .extracting(attempt -> attempt.failure().type())
          .containsExactly("Busy", "Busy");
      assertThat(worker.tasks.get()).isEqualTo(3);
    }
  }

  @Test
  void shouldFailWithTheTypeAndTheWordsOfTheWorker() {
    InstanceKey key =
        run(
            activity(
                "a", "", "'errorHandler':{'operation':'retry','retry':{'count':5,'interval':1}}"),
            null);
    FailureDetails details =
        new FailureDetails("CardDeclined", "no money", "at Charge.java:7", null, true);
    try (ScriptedWorker worker =
        new ScriptedWorker(runtime.workers(), APP)
            .activity(
                "Charge",
                _ -> {
                  throw new ScriptedWorker.ActivityFailure(details);
                })
            .connect(5)) {
      InstanceState state = end(key);
      assertThat(state.life().status()).isEqualTo(Status.FAILED);
      assertThat(state.life().failure().type()).isEqualTo("CardDeclined");
      assertThat(state.life().failure().message()).isEqualTo("no money");
      assertThat(FailureDetails.fromJson(state.life().failure().detail())).isEqualTo(details);
      assertThat(worker.tasks.get()).as("what cannot be retried is not").isEqualTo(1);
    }
  }

  @Test
  void shouldHandWorkOutAgainAfterARestartAndWhenAWorkerGoes() throws Exception {
    InstanceKey key = run(activity("a", "", ""), null);
    runtime.workers().connect(APP, 5, offered::add);
    WorkItem.Task first = take();
    close();
    open();
    var connection = runtime.workers().connect(APP, 5, offered::add);
    WorkItem.Task second = take();
    connection.close();
    runtime.workers().connect(APP, 5, offered::add);
    WorkItem.Task third = take();

    assertThat(List.of(second, third))
        .allSatisfy(item ->
            assertThat(item.task().task().taskExecutionId())
                .isEqualTo(first.task().task().taskExecutionId()));
    answer(third, second.token(), "1");
    assertThat(state(key).life().status())
        .as("an old token says nothing")
        .isEqualTo(Status.RUNNING);
    answer(third, third.token(), "2");
    assertThat(end(key).life().output()).isEqualTo(2L);
  }

  @Test
  void shouldTakeAnEmptyTokenForTheWorkOfThatNumber() throws Exception {
    InstanceKey key = run(activity("a", "", "") + "," + activity("b", "", ""), null);
    runtime.workers().connect(APP, 5, offered::add);
    WorkItem.Task first = take();
    WorkItem.Task second = take();
    assertThat(first.task().task().eventId()).isNotEqualTo(second.task().task().eventId());

    answer(second, "", "2");
    answer(first, "", "1");

    assertThat(end(key).life().status()).isEqualTo(Status.COMPLETED);
  }

  @Test
  void shouldIgnoreALateResultOfAStoppedInstance() throws Exception {
    InstanceKey key = run(activity("a", "", ""), null);
    runtime.workers().connect(APP, 5, offered::add);
    WorkItem.Task item = take();
    runtime.submit(new Command.TerminateInstance(key, EndReason.PERSON, "enough")).join();

    answer(item, item.token(), "1");

    assertThat(end(key).life().status()).isEqualTo(Status.CANCELED);
    assertThat(end(key).life().output()).isNull();
  }

  @Test
  void shouldNotHandOutWorkOfAStoppedInstance() {
    InstanceKey stopped = run(activity("a", "", ""), null);
    runtime.submit(new Command.TerminateInstance(stopped, EndReason.PERSON, "enough")).join();
    end(stopped);
    InstanceKey other = run(activity("a", "", ""), null);
    try (ScriptedWorker worker =
        new ScriptedWorker(runtime.workers(), APP).activity("Charge", _ -> "1").connect(5)) {
      end(other);
      assertThat(worker.tasks.get()).isEqualTo(1);
    }
  }

  @Test
  void shouldKeepTheResultOfASuspendedInstanceWithoutGoingOn() throws Exception {
    InstanceKey key =
        run(activity("a", "", Definitions.to("b")) + "," + activity("b", "", ""), null);
    runtime.workers().connect(APP, 5, offered::add);
    WorkItem.Task first = take();
    runtime.submit(new Command.SuspendInstance(key)).join();

    answer(first, first.token(), "1");
    assertThat(state(key).openRuns()).isEmpty();
    assertThat(offered).isEmpty();

    runtime.submit(new Command.ResumeInstance(key)).join();
    WorkItem.Task second = take();
    answer(second, second.token(), "2");
    assertThat(end(key).life().output()).isEqualTo(2L);
  }

  @Test
  void shouldTimeOutAlsoWithoutAWorker() {
    InstanceKey key = run(activity("a", ",'timeout':{'value':0.05}", ""), null);
    InstanceState state = end(key);
    assertThat(state.life().status()).isEqualTo(Status.FAILED);
    assertThat(state.life().failure().type()).isEqualTo("timeout");
    InstanceKey other = run(activity("a", "", ""), null);
    try (ScriptedWorker worker =
        new ScriptedWorker(runtime.workers(), APP).activity("Charge", _ -> "1").connect(5)) {
      end(other);
      assertThat(worker.tasks.get()).as("what timed out is not run any more").isEqualTo(1);
    }
  }
}
