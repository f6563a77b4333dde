package dev.millrace.dialect.dapr;

import dev.millrace.dialect.dapr.worker.WorkStreams;
import dev.millrace.runtime.CodeApi;
import dev.millrace.runtime.EngineApi;
import dev.millrace.runtime.Health;
import dev.millrace.transport.Routes;
import io.grpc.BindableService;
import io.grpc.ServerInterceptor;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The Dapr workflow API: seven operations over HTTP in three versions, the sidecar's gRPC service,
 * and the task hub with its streams of work. Keeps nothing but the open streams; safe on any
 * thread.
 */
public final class DaprDialect implements AutoCloseable {
  private final WorkStreams streams;
  private final WorkflowRoutes workflows;
  private final ManagementRoutes management;
  private final SidecarRoutes sidecar;
  private final List<BindableService> services;
  private final CallContext context;

  /** A dialect that is served once {@link #register} and {@link #services} are given a listener. */
  public DaprDialect(EngineApi engine, CodeApi code, Supplier<Health> health, Settings settings) {
    this(engine, code, health, settings, List.of());
  }

  /**
   * As the other, with more components.
   *
   * @param bindings initialized, with different names; closed by who made them
   */
  public DaprDialect(
      EngineApi engine,
      CodeApi code,
      Supplier<Health> health,
      Settings settings,
      List<ComponentBinding> bindings) {
    EngineDoor door = new EngineDoor(engine, code);
    AppIds appIds = new AppIds(settings.defaultApp(), settings.appOfCaller());
    Components components = new Components(new WorkflowOperations(door), bindings);
    SidecarMetadata metadata = new SidecarMetadata(code.workers(), components);
    streams =
        new WorkStreams(code.workers(), settings.maxItemBytes(), settings.maxLargeItemBytes());
    workflows = new WorkflowRoutes(components, appIds);
    management = new ManagementRoutes(door, components, appIds);
    sidecar = new SidecarRoutes(health, metadata, appIds);
    services =
        List.of(
            new TaskHubService(door, appIds, streams),
            new DaprService(components, appIds, metadata));
    context = new CallContext(appIds);
  }

  /**
   * What the operator decides.
   *
   * @param defaultApp the application of requests that name none
   * @param maxItemBytes the largest message that workers take, unless they are known to take more;
   *     turns that are larger stall
   * @param maxLargeItemBytes the largest message for those
   * @param appOfCaller the one application of a caller, by the caller's name; a caller that is not
   *     named speaks for all
   */
  public record Settings(
      String defaultApp, int maxItemBytes, int maxLargeItemBytes, Map<String, String> appOfCaller) {
    /** Application {@code default}; 4 MiB, which is what gRPC clients take by default; 64 MiB. */
    public static final Settings DEFAULT = new Settings("default", 4 << 20, 64 << 20, Map.of());

    /** The same with another limit for items. */
    public Settings withItems(int maxBytes) {
      return new Settings(defaultApp, maxBytes, Math.max(maxBytes, maxLargeItemBytes), appOfCaller);
    }

    /** The same with applications bound to callers. */
    public Settings withApps(Map<String, String> ofCallers) {
      return new Settings(defaultApp, maxItemBytes, maxLargeItemBytes, Map.copyOf(ofCallers));
    }
  }

  /** Adds all paths of the API. */
  public void register(Routes.Builder routes) {
    for (String version : HttpAnswers.VERSIONS) {
      routes.errorFormat(version, HttpAnswers.ERRORS);
      routes.tolerant(version);
      workflows.register(routes, version);
      management.register(routes, version);
    }
    sidecar.register(routes);
  }

  /** Paths that need no token: clients poll them before they have anything to say. */
  public static Set<String> openPaths() {
    return SidecarRoutes.openPaths();
  }

  /** What the gRPC listener serves. */
  public List<BindableService> services() {
    return services;
  }

  /** What the gRPC listener asks for every call, after authentication. */
  public List<ServerInterceptor> interceptors() {
    return List.of(context);
  }

  /** Ends all streams of work; what their workers had is offered again. */
  @Override
  public void close() {
    streams.close();
  }
}
