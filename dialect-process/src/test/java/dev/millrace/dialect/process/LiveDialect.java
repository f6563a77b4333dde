package dev.millrace.dialect.process;

import dev.millrace.dialect.process.definition.ProcessFormat;
import dev.millrace.engine.graph.NodeTypes;
import dev.millrace.engine.graph.node.BuiltInNodeTypes;
import dev.millrace.engine.interpreter.Engine;
import dev.millrace.expression.JsonSchemas;
import dev.millrace.expression.ProcessExpressions;
import dev.millrace.runtime.local.EngineDecider;
import dev.millrace.runtime.local.EngineRuntime;
import dev.millrace.runtime.local.RuntimeSettings;
import dev.millrace.store.memory.MemoryStore;
import dev.millrace.transport.Authenticator;
import dev.millrace.transport.HttpListener;
import dev.millrace.transport.ListenerSettings;
import dev.millrace.transport.Observer;
import dev.millrace.transport.Routes;
import java.net.URI;
import java.time.ZoneOffset;
import java.util.List;

/** The process API over a real engine, in memory, that listens on a free port. */
final class LiveDialect implements AutoCloseable {
  private static final NodeTypes TYPES = new NodeTypes(BuiltInNodeTypes.all());
  private static final ProcessFormat FORMAT =
      new ProcessFormat(TYPES, new ProcessExpressions(), new JsonSchemas());

  final EngineRuntime runtime;
  private final HttpListener listener;

  LiveDialect() {
    runtime =
        EngineRuntime.open(
            new MemoryStore(),
            RuntimeSettings.DEFAULT,
            List.of(FORMAT),
            List.of(),
            (graphs, environment) ->
                new EngineDecider(
                    new Engine(
                        graphs, environment, TYPES, new ProcessExpressions(), new JsonSchemas())));
    Routes.Builder routes = Routes.builder();
    new ProcessDialect(
            runtime,
            runtime.workers(),
            FORMAT,
            TYPES,
            new JsonSchemas(),
            new ProcessDialect.Settings(ZoneOffset.UTC, caller -> false))
        .register(routes);
    listener =
        new HttpListener(
            ListenerSettings.of("127.0.0.1", 0),
            routes.build(),
            Authenticator.ALLOW_ALL,
            Observer.NONE);
    listener.start();
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + listener.port() + path);
  }

  @Override
  public void close() {
    listener.close();
    runtime.close();
  }
}
