package dev.millrace.testkit;

import dev.millrace.engine.graph.NodeTypes;
import dev.millrace.engine.interpreter.Engine;
import dev.millrace.expression.JsonSchemas;
import dev.millrace.expression.ProcessExpressions;
import dev.millrace.runtime.local.EngineDecider;
import dev.millrace.runtime.local.EngineRuntime;
import dev.millrace.runtime.local.RuntimeSettings;
import dev.millrace.store.Store;
import java.util.List;

/** A runtime of code workflows alone. */
final class CodeEngine {

  private CodeEngine() {}

  static EngineRuntime open(Store store) {
    return open(store, RuntimeSettings.DEFAULT);
  }

  static EngineRuntime open(Store store, RuntimeSettings settings) {
    return EngineRuntime.open(
        store,
        settings,
        List.of(),
        List.of(),
        (graphs, environment) ->
            new EngineDecider(
                new Engine(
                    graphs,
                    environment,
                    new NodeTypes(List.of()),
                    new ProcessExpressions(),
                    new JsonSchemas())));
  }
}
