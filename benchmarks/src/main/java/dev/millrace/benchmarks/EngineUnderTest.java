package dev.millrace.benchmarks;

import dev.millrace.dialect.process.definition.ProcessFormat;
import dev.millrace.engine.Command;
import dev.millrace.engine.Decision;
import dev.millrace.engine.Effect;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.JsonValue;
import dev.millrace.engine.Moment;
import dev.millrace.engine.Reply;
import dev.millrace.engine.Status;
import dev.millrace.engine.expression.Expressions;
import dev.millrace.engine.expression.Schemas;
import dev.millrace.engine.graph.NodeTypes;
import dev.millrace.engine.graph.node.BuiltInNodeTypes;
import dev.millrace.engine.interpreter.Engine;
import dev.millrace.expression.JsonSchemas;
import dev.millrace.expression.ProcessExpressions;
import dev.millrace.runtime.Decider;
import dev.millrace.runtime.EngineApi;
import dev.millrace.runtime.RuntimeCounters;
import dev.millrace.runtime.activity.Activity;
import dev.millrace.runtime.activity.ActivityInput;
import dev.millrace.runtime.local.EngineRuntime;
import dev.millrace.runtime.local.RuntimeSettings;
import dev.millrace.store.Store;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** An engine in this process over a store, composed as the server does. Thread-safe. */
final class EngineUnderTest implements AutoCloseable {

  private static final Command.Origin ORIGIN = new Command.Origin("bench", "api", false);

  private final Store store;
  private final ProcessFormat format;
  private final EngineRuntime runtime;

  /** Takes the store over and closes it at the end. */
  EngineUnderTest(Store store) {
    this.store = store;
    NodeTypes nodeTypes = new NodeTypes(BuiltInNodeTypes.all());
    Expressions expressions = new ProcessExpressions();
    Schemas schemas = new JsonSchemas();
    format = new ProcessFormat(nodeTypes, expressions, schemas);
    runtime =
        EngineRuntime.open(
            store,
            RuntimeSettings.DEFAULT,
            List.of(format),
            List.of(new Nothing()),
            (graphs, environment) ->
                new Rules(new Engine(graphs, environment, nodeTypes, expressions, schemas)));
  }

  /** Stores a process and answers its id. */
  String define(Map<String, Object> document) {
    Object normal = format.normalise(document);
    if (normal == null) {
      throw new IllegalArgumentException("expected a process, found null");
    }
    Reply reply =
        runtime
            .saveDefinition(
                new EngineApi.SaveDefinition(
                    null,
                    0,
                    format.name(),
                    new EngineApi.Described(Processes.name(document), "bench", true),
                    normal,
                    null))
            .join();
    return JsonValue.text(accepted(reply), "id", "");
  }

  /** Starts an instance; the future completes once the start is durable. */
  CompletableFuture<InstanceKey> start(String process, @Nullable Object input) {
    return runtime
        .start(new EngineApi.StartRequest(null, process, 0, input, ORIGIN, null))
        .thenApply(reply -> InstanceKey.of(JsonValue.text(accepted(reply), "uid", "")));
  }

  /** Starts an instance; the future completes once its completion is durable. */
  CompletableFuture<InstanceState> complete(String process, @Nullable Object input) {
    return start(process, input).thenCompose(runtime::whenEnded).thenApply(EngineUnderTest::ended);
  }

  /** The end of an instance. */
  CompletableFuture<InstanceState> whenEnded(InstanceKey key) {
    return runtime.whenEnded(key).thenApply(EngineUnderTest::ended);
  }

  RuntimeCounters counters() {
    return runtime.counters();
  }

  @Override
  public void close() {
    runtime.close();
    store.close();
  }

  private static InstanceState ended(InstanceState state) {
    if (state.life().status() != Status.COMPLETED) {
      throw new IllegalStateException(
          "expected a completed instance, found %s: %s"
              .formatted(state.life().status(), state.life().failure()));
    }
    return state;
  }

  private static @Nullable Object accepted(Reply reply) {
    return switch (reply) {
      case Reply.Accepted(var value) -> value;
      case Reply.Rejected rejected ->
          throw new IllegalStateException("expected to be accepted: " + rejected.message());
    };
  }

  /** Stands in for http nodes: outside work that takes no time. */
  private static final class Nothing implements Activity {
    @Override
    public String name() {
      return "http";
    }

    @Override
    public Object run(ActivityInput input) {
      return Map.of("status", 204L);
    }
  }

  private record Rules(Engine engine) implements Decider {
    @Override
    public Decision decide(@Nullable InstanceState state, Command command, Moment moment) {
      return engine.decide(state, command, moment);
    }

    @Override
    public InstanceState apply(@Nullable InstanceState state, HistoryEvent event) {
      return engine.apply(state, event);
    }

    @Override
    public List<Effect> resume(InstanceState state, Moment moment) {
      return engine.recover(state, moment);
    }

    @Override
    public int openWork(InstanceState state) {
      return Engine.openWork(state);
    }
  }
}
