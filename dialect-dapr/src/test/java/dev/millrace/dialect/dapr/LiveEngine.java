package dev.millrace.dialect.dapr;

import dev.millrace.engine.graph.NodeTypes;
import dev.millrace.engine.graph.node.BuiltInNodeTypes;
import dev.millrace.engine.interpreter.Engine;
import dev.millrace.expression.JsonSchemas;
import dev.millrace.expression.ProcessExpressions;
import dev.millrace.proto.durabletask.GetWorkItemsRequest;
import dev.millrace.proto.durabletask.WorkerCapability;
import dev.millrace.runtime.DefinitionFormat;
import dev.millrace.runtime.local.EngineDecider;
import dev.millrace.runtime.local.EngineRuntime;
import dev.millrace.runtime.local.RuntimeSettings;
import dev.millrace.runtime.trace.Tracing;
import dev.millrace.store.Store;
import dev.millrace.store.memory.MemoryStore;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.util.List;

/** A whole engine in memory, with the dialect over it and an in-process gRPC channel to it. */
final class LiveEngine implements AutoCloseable {
  private final EngineRuntime runtime;
  private final DaprDialect dialect;
  private final Server server;
  private final ManagedChannel channel;
  private final String name = InProcessServerBuilder.generateName();

  LiveEngine() {
    this(new MemoryStore(), List.of(), List.of());
  }

  LiveEngine(Store store, List<DefinitionFormat> formats, List<ComponentBinding> components) {
    this(store, formats, components, Tracing.OFF);
  }

  LiveEngine(Tracing tracing) {
    this(new MemoryStore(), List.of(), List.of(), tracing);
  }

  private LiveEngine(
      Store store,
      List<DefinitionFormat> formats,
      List<ComponentBinding> components,
      Tracing tracing) {
    RuntimeSettings settings = RuntimeSettings.DEFAULT;
    NodeTypes types = new NodeTypes(BuiltInNodeTypes.all());
    runtime =
        EngineRuntime.open(
            store,
            new RuntimeSettings(
                settings.lane(),
                settings.clock(),
                settings.worker(),
                settings.activities(),
                settings.retention(),
                tracing),
            formats,
            List.of(),
            (graphs, environment) ->
                new EngineDecider(
                    new Engine(
                        graphs, environment, types, new ProcessExpressions(), new JsonSchemas())));
    dialect =
        new DaprDialect(
            runtime, runtime, runtime::health, DaprDialect.Settings.DEFAULT, components);
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

  /** A channel of a client that says what it is; closed by the caller. */
  ManagedChannel channelOf(String userAgent) {
    return InProcessChannelBuilder.forName(name).userAgent(userAgent).build();
  }

  /** Connects a worker that is played by hand. */
  HandWorker worker() {
    return new HandWorker(channel);
  }

  /** As the other, with a worker that keeps histories. */
  HandWorker keepingWorker() {
    return new HandWorker(
        channel,
        GetWorkItemsRequest.newBuilder()
            .addCapabilities(WorkerCapability.WORKER_CAPABILITY_STATEFUL_HISTORY)
            .build());
  }

  @Override
  public void close() {
    dialect.close();
    channel.shutdownNow();
    server.shutdownNow();
    runtime.close();
  }
}
