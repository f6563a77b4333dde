package dev.millrace.testkit;

import static dev.millrace.testkit.Actions.child;
import static dev.millrace.testkit.Actions.complete;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.dialect.process.definition.ProcessFormat;
import dev.millrace.engine.Command;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.JsonValue;
import dev.millrace.engine.Reply;
import dev.millrace.engine.Status;
import dev.millrace.engine.code.CodeEvent;
import dev.millrace.engine.code.CodeStart;
import dev.millrace.engine.graph.NodeTypes;
import dev.millrace.engine.graph.node.BuiltInNodeTypes;
import dev.millrace.engine.interpreter.Engine;
import dev.millrace.expression.JsonSchemas;
import dev.millrace.expression.ProcessExpressions;
import dev.millrace.runtime.CodeApi;
import dev.millrace.runtime.EngineApi;
import dev.millrace.runtime.local.EngineRuntime;
import dev.millrace.runtime.local.RuntimeSettings;
import dev.millrace.store.codec.Codec;
import dev.millrace.store.memory.MemoryStore;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Graphs and code workflows as each other's children. */
@NullUnmarked
@Timeout(60)
class CrossingTest {

  private static final String APP = "shop";
  private static final NodeTypes TYPES = new NodeTypes(BuiltInNodeTypes.all());
  private static final ProcessFormat FORMAT =
      new ProcessFormat(TYPES, new ProcessExpressions(), new JsonSchemas());

  private final EngineRuntime runtime =
      EngineRuntime.open(
          new MemoryStore(),
          RuntimeSettings.DEFAULT,
          List.of(FORMAT),
          List.of(),
          (graphs, environment) ->
              new EngineDecider(
                  new Engine(
                      graphs, environment, TYPES, new ProcessExpressions(), new JsonSchemas())));

  @AfterEach
  void close() {
    runtime.close();
  }

  private String define(String json) {
    Object document =
        FORMAT.normalise(Objects.requireNonNull(Codec.decodeJson(json.replace('\'', '"'))));
    Reply reply =
        runtime
            .saveDefinition(
                new EngineApi.SaveDefinition(
                    null,
                    0,
                    FORMAT.name(),
                    new EngineApi.Described("d", "ann", true),
                    document,
                    null))
            .join();
    return JsonValue.text(((Reply.Accepted) reply).value(), "id", "");
  }

  private InstanceKey run(String definition, Object input) {
    Reply reply =
        runtime
            .start(
                new EngineApi.StartRequest(
                    null, definition, 0, input, new Command.Origin("ann", "api", false), null))
            .join();
    return InstanceKey.of(JsonValue.text(((Reply.Accepted) reply).value(), "uid", ""));
  }

  private InstanceState end(InstanceKey key) {
    return runtime.when(key, CodeApi.Milestone.ENDED).join();
  }

  @Test
  void shouldRunACodeWorkflowFromAGraph() {
    String definition =
        define(
            "{'name':'p','tasks':["
                + Definitions.task(
                    "a",
                    "sub-workflow",
                    "'child_workflow_id':{'value':'code:shop/Double'},'input':{'value':{'n':4}}",
                    "")
                + "]}");
    try (ScriptedWorker worker =
        new ScriptedWorker(runtime.workers(), APP)
            .workflow(
                "Double",
                history -> {
                  String input = ((CodeEvent.ExecutionStarted) history.get(1)).input();
                  return List.of(complete(0, "{\"got\":" + input + "}"));
                })
            .connect(5)) {
      InstanceState state = end(run(definition, null));
      assertThat(state.life().status()).isEqualTo(Status.COMPLETED);
      assertThat(state.life().output()).isEqualTo(Map.of("got", Map.of("n", 4L)));
      assertThat(worker.turns.get()).isEqualTo(1);
    }
  }

  @Test
  void shouldRunADefinitionFromACodeWorkflow() {
    String definition =
        define(
            "{'name':'p','tasks':["
                + Definitions.transform(
                    "a", "{\\'plus\\': $input.n + 1}".replace("\\'", "\\\""), "")
                + "]}");
    InstanceKey key = new InstanceKey(APP, "a");
    try (ScriptedWorker worker =
        new ScriptedWorker(runtime.workers(), APP)
            .workflow(
                "Outer",
                history -> {
                  for (CodeEvent event : history) {
                    if (event instanceof CodeEvent.ChildCompleted done) {
                      return List.of(complete(1, done.result()));
                    }
                  }
                  return List.of(
                      new dev.millrace.engine.code.CodeAction.CreateChild(
                          0, null, "", "process:" + definition, null, "{\"n\":1}", null, null));
                })
            .connect(5)) {
      runtime.startCode(key, CodeStart.of("Outer", null, APP)).join();
      assertThat(end(key).life().output()).isEqualTo("{\"plus\":2}");
      assertThat(end(InstanceKey.of("a:0000")).life().status()).isEqualTo(Status.COMPLETED);
      assertThat(worker.turns.get()).isEqualTo(2);
    }
  }

  @Test
  void shouldTellACodeWorkflowThatItsDefinitionIsUnknown() {
    InstanceKey key = new InstanceKey(APP, "a");
    try (ScriptedWorker worker =
        new ScriptedWorker(runtime.workers(), APP)
            .workflow(
                "Outer",
                history -> {
                  for (CodeEvent event : history) {
                    if (event instanceof CodeEvent.ChildFailed failed) {
                      return List.of(Actions.fail(1, failed.failure()));
                    }
                  }
                  return List.of(child(0, "", "process:nope"));
                })
            .connect(5)) {
      runtime.startCode(key, CodeStart.of("Outer", null, APP)).join();
      InstanceState state = end(key);
      assertThat(state.life().status()).isEqualTo(Status.FAILED);
      assertThat(state.life().failure().message()).contains("no definition nope");
      assertThat(worker.turns.get()).isEqualTo(2);
    }
  }
}
