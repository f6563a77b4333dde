package dev.millrace.server;

import dev.millrace.activities.BuiltInActivities;
import dev.millrace.activities.http.EgressPolicy;
import dev.millrace.dialect.dapr.DaprDialect;
import dev.millrace.dialect.process.ProcessDialect;
import dev.millrace.dialect.process.definition.ProcessFormat;
import dev.millrace.engine.expression.Expressions;
import dev.millrace.engine.expression.Schemas;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.NodeTypes;
import dev.millrace.engine.graph.node.BuiltInNodeTypes;
import dev.millrace.engine.interpreter.Engine;
import dev.millrace.expression.JsonSchemas;
import dev.millrace.expression.ProcessExpressions;
import dev.millrace.format.nocobase.NocoBaseFormat;
import dev.millrace.format.nocobase.NocoBaseNodeTypes;
import dev.millrace.format.nocobase.pure.Languages;
import dev.millrace.runtime.Decider;
import dev.millrace.runtime.EngineApi;
import dev.millrace.runtime.Health;
import dev.millrace.runtime.RuntimeCounters;
import dev.millrace.runtime.activity.Activity;
import dev.millrace.runtime.lane.LaneSettings;
import dev.millrace.runtime.local.EngineDecider;
import dev.millrace.runtime.local.EngineRuntime;
import dev.millrace.runtime.local.RuntimeSettings;
import dev.millrace.runtime.trace.Tracing;
import dev.millrace.server.component.LoadedComponents;
import dev.millrace.server.config.Configuration;
import dev.millrace.server.config.Configuration.Connections;
import dev.millrace.server.config.Configuration.Listening;
import dev.millrace.server.config.Problems;
import dev.millrace.server.trace.OtlpSpans;
import dev.millrace.store.Store;
import dev.millrace.store.StoreException;
import dev.millrace.store.sqlite.SqliteStore;
import dev.millrace.transport.Authenticator;
import dev.millrace.transport.BearerTokens;
import dev.millrace.transport.HttpLimits;
import dev.millrace.transport.HttpListener;
import dev.millrace.transport.ListenerSettings;
import dev.millrace.transport.Routes;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One server: store, engine, activities and HTTP, wired together and nowhere else. Opened once,
 * started once, closed once. The methods are safe on any thread.
 */
public final class MillraceServer implements AutoCloseable {
  private static final String CANNOT_OPEN = "cannot open the store: ";

  private final Listening listening;
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final EngineRuntime runtime;
  private final HttpListener listener;
  private final GrpcDoor grpc;
  private final NocobaseParts nocobase;

  private MillraceServer(Configuration configuration, Consumer<Routes.Builder> more) {
    this.listening = configuration.listening();
    boolean open = false;
    try {
      LoadedComponents components = keep(LoadedComponents.open(configuration.components()));
      NodeTypes nodeTypes = new NodeTypes(BuiltInNodeTypes.all());
      // Workflows of NocoBase have node types of their own, which no process may use.
      NodeTypes allNodeTypes = allNodeTypes(configuration);
      Expressions expressions = new ProcessExpressions();
      Schemas schemas = new JsonSchemas();
      ProcessFormat format = new ProcessFormat(nodeTypes, expressions, schemas);
      OtlpSpans spans = spans(configuration);
      Store store = keep(openStore(configuration.dataDir()));
      List<Activity> builtIn = activities(configuration.connections());
      parts.push(() -> BuiltInActivities.close(builtIn));
      nocobase = new NocobaseParts(configuration);
      parts.push(nocobase::closeDatabase);
      List<Activity> activities = new ArrayList<>(builtIn);
      activities.addAll(nocobase.activities(builtIn));
      runtime =
          keep(
              EngineRuntime.open(
                  store,
                  settings(
                      configuration, spans == null ? Tracing.OFF : tracing(spans, configuration)),
                  List.of(format, new NocoBaseFormat()),
                  activities,
                  deciders(nocobase, allNodeTypes, expressions, schemas)));
      parts.push(nocobase::stop);
      Metrics metrics = new Metrics(runtime);
      if (spans != null) {
        metrics.spans(spans);
      }
      Routes.Builder routes = Routes.builder();
      DaprDialect dapr =
          new DaprDialect(
              runtime,
              runtime,
              runtime::health,
              daprSettings(configuration),
              components.bindings());
      dapr.register(routes);
      grpc = new GrpcDoor(configuration, dapr);
      new ProcessDialect(
              runtime, runtime.workers(), format, nodeTypes, schemas, dialect(configuration))
          .register(routes);
      new Operations(runtime::health, metrics).register(routes);
      more.accept(routes);
      nocobase.register(routes);
      listener =
          new HttpListener(
              listener(listening), routes.build(), authenticator(configuration, nocobase), metrics);
      open = true;
    } catch (IllegalArgumentException e) {
      throw new ServerException(String.valueOf(e.getMessage()), e);
    } catch (StoreException e) {
      throw new ServerException(CANNOT_OPEN + e.getMessage(), e);
    } finally {
      if (!open) {
        closeParts();
      }
    }
  }

  /**
   * Takes over the data directory and starts the engine; nothing is served yet.
   *
   * @throws ServerException when that cannot be done, in words for the operator
   */
  public static MillraceServer open(Configuration configuration) {
    return open(configuration, routes -> {});
  }

  /** As {@link #open(Configuration)}, with more routes. */
  public static MillraceServer open(Configuration configuration, Consumer<Routes.Builder> more) {
    return new MillraceServer(configuration, more);
  }

  /**
   * Starts to serve.
   *
   * @throws ServerException when the address cannot be bound
   */
  public void start() {
    checkAddress();
    // Whoever is told over HTTP that the server is ready may call either port.
    grpc.start();
    try {
      listener.start();
    } catch (IllegalStateException e) {
      throw new ServerException(e.getMessage() + "; choose another with --http-port", e);
    }
    // Behind the start, which would otherwise share the processor with it.
    nocobase.open(runtime);
  }

  private static ListenerSettings listener(Listening listening) {
    return new ListenerSettings(
        listening.httpAddress(),
        listening.httpPort(),
        HttpLimits.DEFAULT,
        openPaths(),
        listening.tls());
  }

  private static Set<String> openPaths() {
    Set<String> open = new HashSet<>(Operations.openPaths());
    open.addAll(DaprDialect.openPaths());
    return open;
  }

  /** Asks the system itself, as the listener does not pass on why it could not bind. */
  private void checkAddress() {
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(listening.httpAddress(), listening.httpPort()));
    } catch (IOException e) {
      boolean taken = String.valueOf(e.getMessage()).contains("in use");
      throw new ServerException(
          "cannot listen on %s port %d: %s; choose another with %s"
              .formatted(
                  listening.httpAddress(),
                  listening.httpPort(),
                  e.getMessage(),
                  taken ? "--http-port" : "--http-address or --http-port"),
          e,
          taken);
    }
  }

  private static boolean inUse(Path dataDir) {
    try {
      return DataDirectory.inUse(dataDir);
    } catch (IOException e) {
      return false;
    }
  }

  /** Where the server is reached from this machine. */
  public String url() {
    String host = listening.httpAddress();
    if (host.equals("0.0.0.0") || host.equals("::")) {
      host = "127.0.0.1";
    }
    return (listening.tls() == null ? "http://" : "https://")
        + (host.contains(":") ? "[" + host + "]" : host)
        + ":"
        + port();
  }

  /** The port in use, -1 before the start. */
  public int port() {
    return listener.port();
  }

  /** The gRPC port in use, -1 before the start. */
  public int grpcPort() {
    return grpc.port();
  }

  /** The engine, for what runs in the same process. */
  public EngineApi engine() {
    return runtime;
  }

  /** Counts what is done; equal at two times when nothing was done between them. */
  public long work() {
    RuntimeCounters counters = runtime.counters();
    return counters.commands() + counters.commits() + counters.loads();
  }

  /** Whether commands are taken, and why not. */
  public Health health() {
    return runtime.health();
  }

  /** Takes no more work and waits for the requests in work, as long as configured. */
  public boolean drain() throws InterruptedException {
    grpc.drain();
    boolean all = listener.drain(listening.drain());
    runtime.drain();
    return all;
  }

  /** Stops everything. What was accepted is stored; what runs is taken up at the next start. */
  @Override
  public void close() {
    grpc.close();
    listener.close();
    closeParts();
  }

  private <T extends AutoCloseable> T keep(T part) {
    parts.push(part);
    return part;
  }

  private void closeParts() {
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) {
        System.getLogger(MillraceServer.class.getName())
            .log(System.Logger.Level.WARNING, "a part did not close cleanly", e);
      }
    }
  }

  private List<Activity> activities(Connections connections) {
    DataSources dataSources = keep(new DataSources(connections.databases()));
    return BuiltInActivities.all(
        EgressPolicy.allowing(connections.allowEgress()), dataSources.byName(), connections.smtp());
  }

  private static Store openStore(Path dataDir) {
    try {
      Files.createDirectories(dataDir);
    } catch (IOException e) {
      throw new ServerException(
          "expected a directory that can be written at %s, found %s; choose another with --data-dir"
              .formatted(dataDir, Problems.of(e)),
          e);
    }
    if (!Files.isWritable(dataDir)) {
      throw new ServerException(
          "expected a directory that can be written, found %s, which this user cannot write; choose"
                  .formatted(dataDir)
              + " another with --data-dir");
    }
    try {
      return SqliteStore.open(dataDir);
    } catch (StoreException e) {
      // Asked here only: once it is open, the lock that is found is our own.
      throw new ServerException(CANNOT_OPEN + e.getMessage(), e, inUse(dataDir));
    }
  }

  /** Null where no spans are wanted: then nothing of what sends them is loaded. */
  private @Nullable OtlpSpans spans(Configuration configuration) {
    URI endpoint = configuration.traces().endpoint();
    return endpoint == null ? null : keep(new OtlpSpans(endpoint, Version.current()));
  }

  private static Tracing tracing(OtlpSpans spans, Configuration configuration) {
    return Tracing.to(
        spans,
        configuration.traces().sampling(),
        () -> ThreadLocalRandom.current().nextLong(),
        RuntimeSettings.DEFAULT.clock());
  }

  private static RuntimeSettings settings(Configuration configuration, Tracing tracing) {
    LaneSettings lane = LaneSettings.DEFAULT;
    RuntimeSettings settings = RuntimeSettings.DEFAULT;
    return new RuntimeSettings(
        new LaneSettings(
            "pid " + ProcessHandle.current().pid(),
            lane.partitions(),
            lane.mailbox(),
            lane.batch(),
            lane.cache(),
            configuration.connections().secrets(),
            configuration.code().activityRows()),
        settings.clock(),
        settings.worker(),
        settings.activities(),
        configuration.retention().instances(),
        tracing);
  }

  private static DaprDialect.Settings daprSettings(Configuration configuration) {
    return DaprDialect.Settings.DEFAULT
        .withApps(configuration.access().apps())
        .withItems(configuration.code().maxSendBytes());
  }

  private static ProcessDialect.Settings dialect(Configuration configuration) {
    Set<String> acting = configuration.access().actForOthers();
    return new ProcessDialect.Settings(
        configuration.listening().timeZone(), caller -> acting.contains(caller.name()));
  }

  private static NodeTypes allNodeTypes(Configuration configuration) {
    List<NodeType> all = new ArrayList<>(BuiltInNodeTypes.all());
    all.addAll(NocoBaseNodeTypes.standard(new Languages(configuration.listening().timeZone())));
    return new NodeTypes(all);
  }

  private static Decider.Factory deciders(
      NocobaseParts nocobase, NodeTypes types, Expressions expressions, Schemas schemas) {
    return (graphs, environment) ->
        new EngineDecider(
            new Engine(graphs, nocobase.environment(environment), types, expressions, schemas));
  }

  /** Tokens of the configuration; where people sign in, NocoBase's workflow API asks itself. */
  private static Authenticator authenticator(Configuration configuration, NocobaseParts nocobase) {
    Configuration.Access access = configuration.access();
    Authenticator tokens =
        access.tokenHashes().isEmpty()
            ? Authenticator.ALLOW_ALL
            : BearerTokens.ofHashes(access.tokenHashes());
    Authenticator callers =
        access.signIn().needed()
            ? new SignInAuthenticator(
                tokens, nocobase, !access.tokenHashes().isEmpty() || access.signIn().everywhere())
            : tokens;
    return access.apps().isEmpty() ? callers : new AppBounds(callers, access.apps());
  }
}
