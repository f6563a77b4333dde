package dev.millrace.dialect.dapr;

import dev.millrace.engine.Command;
import dev.millrace.engine.Decision;
import dev.millrace.engine.Effect;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.Moment;
import dev.millrace.engine.graph.NodeTypes;
import dev.millrace.engine.interpreter.Engine;
import dev.millrace.expression.JsonSchemas;
import dev.millrace.expression.ProcessExpressions;
import dev.millrace.runtime.Decider;
import dev.millrace.runtime.local.EngineRuntime;
import dev.millrace.runtime.local.RuntimeSettings;
import dev.millrace.store.Store;
import dev.millrace.store.memory.MemoryStore;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A whole engine in memory, with the dialect over it and an in-process gRPC channel to it. */
final class LiveEngine implements AutoCloseable {
  private final EngineRuntime runtime;
  private final DaprDialect dialect;
  private final Server server;
  private final ManagedChannel channel;

  LiveEngine() {
    this(new MemoryStore());
  }

  LiveEngine(Store store) {
    NodeTypes types = new NodeTypes(List.of());
    runtime =
        EngineRuntime.open(
            store,
            RuntimeSettings.DEFAULT,
            List.of(),
            List.of(),
            (graphs, environment) ->
                new Rules(
                    new Engine(
                        graphs, environment, types, new ProcessExpressions(), new JsonSchemas())));
    dialect = new DaprDialect(runtime, runtime, runtime::health, DaprDialect.Settings.DEFAULT);
    String name = InProcessServerBuilder.generateName();
    InProcessServerBuilder builder = InProcessServerBuilder.forName(name);
    dialect
        .services()
        .forEach(service ->
            builder.addService(
                ServerInterceptors.intercept(service.bindService(), dialect.interceptors())));
    server = builder.build();
    try {
      server.start();
    } catch (IOException e) {
      throw new IllegalStateException("an in-process server did not start", e);
    }
    channel = InProcessChannelBuilder.forName(name).build();
  }

  EngineRuntime runtime() {
    return runtime;
  }

  DaprDialect dialect() {
    return dialect;
  }

  ManagedChannel channel() {
    return channel;
  }

  /** Connects a worker that is played by hand. */
  HandWorker worker() {
    return new HandWorker(channel);
  }

  @Override
  public void close() {
    dialect.close();
    channel.shutdownNow();
    server.shutdownNow();
    runtime.close();
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
