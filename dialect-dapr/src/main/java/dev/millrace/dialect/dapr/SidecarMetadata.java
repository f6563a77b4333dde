package dev.millrace.dialect.dapr;

import dev.millrace.proto.dapr.ActiveActorsCount;
import dev.millrace.proto.dapr.ActorRuntime;
import dev.millrace.proto.dapr.AppConnectionProperties;
import dev.millrace.proto.dapr.GetMetadataResponse;
import dev.millrace.proto.dapr.MetadataWorkflows;
import dev.millrace.runtime.worker.Workers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/** What the server tells of itself where clients look for a sidecar. Thread-safe. */
final class SidecarMetadata {
  /** The release whose API is served; clients show it and may compare it. */
  static final String API_VERSION = "1.18.3";

  private static final int MAX_ENTRIES = 100;
  private static final String VERSION_KEY = "daprRuntimeVersion";
  private static final String CONNECTED = "placement: connected";
  private static final List<String> ACTORS = List.of("workflow", "activity", "retentioner");

  private final Workers workers;
  private final Map<String, String> extended = new ConcurrentSkipListMap<>();

  SidecarMetadata(Workers workers) {
    this.workers = workers;
  }

  /** Keeps a value until the server stops; beyond a bound new keys are dropped. */
  void put(String key, String value) {
    if (extended.size() < MAX_ENTRIES || extended.containsKey(key)) {
      extended.put(key, value);
    }
  }

  Map<String, Object> json(String app) {
    int connected = workers.connected(app);
    List<Object> actors = new ArrayList<>();
    if (connected > 0) {
      actorTypes(app).forEach(type -> actors.add(Map.of("type", type)));
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("id", app);
    json.put("runtimeVersion", API_VERSION);
    json.put("enabledFeatures", List.of());
    if (connected > 0) {
      json.put("actors", actors);
    }
    json.put("components", List.of());
    json.put("extended", allExtended());
    Map<String, Object> connection = new LinkedHashMap<>();
    connection.put("protocol", "http");
    connection.put("channelAddress", "127.0.0.1");
    json.put("appConnectionProperties", connection);
    Map<String, Object> runtime = new LinkedHashMap<>();
    runtime.put("runtimeStatus", "RUNNING");
    if (connected > 0) {
      runtime.put("activeActors", actors);
    }
    runtime.put("hostReady", true);
    runtime.put("placement", CONNECTED);
    json.put("actorRuntime", runtime);
    if (connected > 0) {
      json.put("workflows", Map.of("connectedWorkers", (long) connected));
    }
    return json;
  }

  GetMetadataResponse message(String app) {
    int connected = workers.connected(app);
    ActorRuntime.Builder runtime =
        ActorRuntime.newBuilder()
            .setRuntimeStatus(ActorRuntime.ActorRuntimeStatus.RUNNING)
            .setHostReady(true)
            .setPlacement(CONNECTED);
    GetMetadataResponse.Builder message =
        GetMetadataResponse.newBuilder()
            .setId(app)
            .setRuntimeVersion(API_VERSION)
            .putAllExtendedMetadata(allExtended())
            .setAppConnectionProperties(
                AppConnectionProperties.newBuilder()
                    .setProtocol("http")
                    .setChannelAddress("127.0.0.1"));
    if (connected > 0) {
      actorTypes(app)
          .forEach(type -> runtime.addActiveActors(ActiveActorsCount.newBuilder().setType(type)));
      message.setWorkflows(MetadataWorkflows.newBuilder().setConnectedWorkers(connected));
    }
    return message.setActorRuntime(runtime).build();
  }

  private Map<String, String> allExtended() {
    Map<String, String> all = new LinkedHashMap<>(extended);
    all.put(VERSION_KEY, API_VERSION);
    return all;
  }

  private static List<String> actorTypes(String app) {
    return ACTORS.stream().map(kind -> "dapr.internal.default." + app + "." + kind).toList();
  }
}
