package dev.millrace.dialect.nocobase.run;

import dev.millrace.data.Change;
import dev.millrace.data.Database;
import dev.millrace.data.Query;
import dev.millrace.data.Transaction;
import dev.millrace.dialect.nocobase.catalog.KeptReads;
import dev.millrace.dialect.nocobase.catalog.SystemCollections;
import dev.millrace.engine.JsonValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The versions of workflows and their documents, as the engine compiles them. What was read is kept
 * until a workflow or a node is changed. Thread-safe.
 */
public final class Versions {
  private static final int KEPT = 2_000;
  private static final List<String> NODE_MEMBERS =
      List.of("id", "key", "type", "title", "upstreamId", "downstreamId", "branchIndex", "config");

  private final Database database;
  private final Map<Long, Version> byId = new ConcurrentHashMap<>();
  private final Map<Long, Map<String, @Nullable Object>> documents = new ConcurrentHashMap<>();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private volatile @Nullable List<Version> enabled;
  private final KeptReads reads = new KeptReads(KEPT);

  /** The versions in a database. */
  public Versions(Database database) {
    this.database = database;
    database.listen(this::changed);
  }

  /** Adds somebody who is told after each commit that changed a workflow. */
  public void listen(Runnable listener) {
    listeners.add(listener);
  }

  /** Reads everything anew when it is needed next. */
  public void refresh() {
    forget(true);
  }

  private void changed(Change change, Transaction transaction) {
    boolean workflow = change.collection().equals(SystemCollections.WORKFLOWS);
    if (workflow || change.collection().equals(SystemCollections.NODES)) {
      transaction.afterCommit(() -> forget(workflow));
    }
  }

  private void forget(boolean workflow) {
    reads.forget(() -> {
      byId.clear();
      documents.clear();
      if (workflow) {
        enabled = null;
      }
    });
    if (workflow) {
      listeners.forEach(Runnable::run);
    }
  }

  /** The version of an id. */
  public Optional<Version> find(long id) {
    Version known = byId.get(id);
    if (known != null) {
      return Optional.of(known);
    }
    long since = reads.begin();
    Optional<Version> read =
        database.records(SystemCollections.WORKFLOWS).get(Query.byKey(id)).map(Version::of);
    read.ifPresent(version -> reads.keep(since, byId, id, version));
    return read;
  }

  /** The version of a key that is enabled. */
  public Optional<Version> enabled(String key) {
    return enabled().stream().filter(version -> version.key().equals(key)).findFirst();
  }

  /** The version of a key that is current, whether it is enabled or not. */
  public Optional<Version> current(String key) {
    Optional<Version> enabled = enabled(key);
    return enabled.isPresent()
        ? enabled
        : database
            .records(SystemCollections.WORKFLOWS)
            .get(Query.where(Map.of("key", key, "current", true)))
            .map(Version::of);
  }

  /** The keys of the workflows that nodes of a version call, where they are no variables. */
  public Set<String> called(Version version) {
    Set<String> keys = new LinkedHashSet<>();
    if (document(version).get("nodes") instanceof List<?> nodes) {
      for (Object node : nodes) {
        String key = JsonValue.text(JsonValue.get(node, "config"), "workflow", "");
        if (JsonValue.text(node, "type", "").equals("subflow") && !key.contains("{{")) {
          keys.add(key);
        }
      }
    }
    return keys;
  }

  /** All that are enabled, in order of their ids. */
  public List<Version> enabled() {
    List<Version> known = enabled;
    if (known == null) {
      long since = reads.begin();
      List<Version> read =
          database
              .records(SystemCollections.WORKFLOWS)
              .list(Query.where(Map.of("enabled", true)).sort("id").unpaged())
              .rows()
              .stream()
              .map(Version::of)
              .toList();
      reads.keep(since, () -> enabled = read);
      known = read;
    }
    return known;
  }

  /** The enabled ones of a type. */
  public List<Version> enabledOf(String type) {
    return enabled().stream().filter(version -> version.type().equals(type)).toList();
  }

  /** What the engine compiles: the version with its nodes, plain JSON. */
  public Map<String, @Nullable Object> document(Version version) {
    Map<String, @Nullable Object> known = documents.get(version.id());
    if (known != null) {
      return known;
    }
    long since = reads.begin();
    Map<String, @Nullable Object> document = new LinkedHashMap<>();
    document.put("workflowId", version.id());
    document.put("key", version.key());
    document.put("title", version.title());
    document.put("type", version.type());
    document.put("sync", version.sync());
    document.put("options", version.options());
    document.put("config", version.config());
    List<Map<String, @Nullable Object>> nodes = new ArrayList<>();
    for (Map<String, @Nullable Object> row :
        database
            .records(SystemCollections.NODES)
            .list(Query.where(Map.of("workflowId", version.id())).sort("id").unpaged())
            .rows()) {
      Map<String, @Nullable Object> node = new LinkedHashMap<>();
      for (String member : NODE_MEMBERS) {
        node.put(member, row.get(member));
      }
      nodes.add(node);
    }
    document.put("nodes", nodes);
    reads.keep(since, documents, version.id(), document);
    return document;
  }

  /** The id of a node of a version by its key, or null. */
  public @Nullable Long nodeId(Version version, String key) {
    Object nodes = document(version).get("nodes");
    if (nodes instanceof List<?> list) {
      for (Object node : list) {
        if (node instanceof Map<?, ?> map && Objects.equals(map.get("key"), key)) {
          return (Long) map.get("id");
        }
      }
    }
    return null;
  }
}
