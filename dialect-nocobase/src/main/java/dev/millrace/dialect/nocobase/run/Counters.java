package dev.millrace.dialect.nocobase.run;

import dev.millrace.data.Database;
import dev.millrace.data.Query;
import dev.millrace.data.Transaction;
import dev.millrace.data.WriteContext;
import dev.millrace.dialect.nocobase.catalog.SystemCollections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * How often each version and each key was executed. The first execution of a version is written at
 * once, for it freezes the version; later ones are kept in memory and written before anybody reads
 * them, so that they cost no commit each. A crash may lose the last few. Thread-safe.
 */
public final class Counters {
  private static final String EXECUTED = "executed";

  private final Database database;
  private final Map<Long, Boolean> frozen = new ConcurrentHashMap<>();
  private final Map<Long, Long> versions = new ConcurrentHashMap<>();
  private final Map<String, Long> keys = new ConcurrentHashMap<>();

  /** Counters in a database. */
  public Counters(Database database) {
    this.database = database;
  }

  /** Counts one execution. */
  public void executed(Version version) {
    versions.merge(version.id(), 1L, Long::sum);
    keys.merge(version.key(), 1L, Long::sum);
    if (frozen.putIfAbsent(version.id(), true) == null) {
      flush();
    }
  }

  /**
   * Counts one execution and writes nothing now, for who stands in a transaction. That the version
   * is frozen is seen from its execution after a crash.
   */
  public void executedWithin(Version version) {
    versions.merge(version.id(), 1L, Long::sum);
    keys.merge(version.key(), 1L, Long::sum);
    frozen.put(version.id(), true);
  }

  /** Writes what was counted. */
  public void flush() {
    if (versions.isEmpty() && keys.isEmpty()) {
      return;
    }
    synchronized (this) {
      Map<Long, Long> byVersion = drained(versions);
      Map<String, Long> byKey = drained(keys);
      try {
        database.inTransaction(transaction -> {
          byVersion.forEach(
              (id, more) -> add(transaction, SystemCollections.VERSION_STATS, "id", id, more));
          byKey.forEach((key, more) -> add(transaction, SystemCollections.STATS, "key", key, more));
          return true;
        });
      } catch (RuntimeException e) {
        byVersion.forEach((id, more) -> versions.merge(id, more, Long::sum));
        byKey.forEach((key, more) -> keys.merge(key, more, Long::sum));
        throw e;
      }
    }
  }

  private static <K> Map<K, Long> drained(Map<K, Long> counts) {
    Map<K, Long> drained = new LinkedHashMap<>();
    for (K key : List.copyOf(counts.keySet())) {
      Long count = counts.remove(key);
      if (count != null) {
        drained.put(key, count);
      }
    }
    return drained;
  }

  private static void add(
      Transaction transaction, String collection, String column, Object key, long more) {
    Optional<Map<String, @Nullable Object>> row =
        transaction.records(collection).get(Query.byKey(key));
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    if (row.isEmpty()) {
      values.put(column, key);
      values.put(EXECUTED, more);
      transaction.records(collection).create(values, WriteContext.NONE);
    } else {
      long before = row.get().get(EXECUTED) instanceof Number number ? number.longValue() : 0;
      values.put(EXECUTED, before + more);
      transaction.records(collection).update(Query.byKey(key), values, WriteContext.NONE);
    }
  }

  /** How often all versions of a key were executed. */
  public long ofKey(String key) {
    flush();
    return read(SystemCollections.STATS, key);
  }

  /** Whether a version was executed, after which its nodes and configuration stay as they are. */
  public boolean frozen(long version) {
    if (frozen.containsKey(version)) {
      return true;
    }
    boolean executed =
        read(SystemCollections.VERSION_STATS, version) > 0
            || database
                    .records(SystemCollections.EXECUTIONS)
                    .count(Query.where(Map.of("workflowId", version)))
                > 0;
    if (executed) {
      frozen.put(version, true);
    }
    return executed;
  }

  private long read(String collection, Object key) {
    return database
        .records(collection)
        .get(Query.byKey(key))
        .map(row -> row.get(EXECUTED) instanceof Number number ? number.longValue() : 0L)
        .orElse(0L);
  }
}
