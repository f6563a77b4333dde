package dev.millrace.dialect.nocobase.run;

import dev.millrace.data.Database;
import dev.millrace.data.Query;
import dev.millrace.data.Transaction;
import dev.millrace.data.WriteContext;
import dev.millrace.dialect.nocobase.catalog.SystemCollections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * How often each version and each key was executed. What is stored counts all executions up to a
 * number that is stored with it; those beyond are read from the engine's rows before anybody reads
 * a counter. The rows are there as soon as an execution is acknowledged, and numbers grow in the
 * order in which they are written, so no crash makes a counter wrong. Executions that leave no row
 * are told by who starts them. Thread-safe.
 */
public final class Counters {
  private static final String EXECUTED = "executed";
  private static final String UP_TO = "upTo";
  private static final long ROW = 1;
  private static final int BATCH = 1_000;

  /** How many executions that were counted by their rows may still be told. */
  private static final int RECENT = 100_000;

  private final Database database;
  private final Map<Long, Boolean> frozen = new ConcurrentHashMap<>();
  private final Map<Long, Started> told = new ConcurrentHashMap<>();
  private final Map<Long, Boolean> recent = new LinkedHashMap<>();
  private volatile boolean behind;
  private long upTo = -1;

  /** An execution that began. */
  private record Started(Object version, String key) {}

  /** Counters in a database. */
  public Counters(Database database) {
    this.database = database;
  }

  /**
   * Makes sure that every workflow has its counters, and takes up those executions that a crash
   * left uncounted. To be called before the engine is given anything to start.
   */
  public synchronized void open() {
    long newest = newest();
    database.inTransaction(transaction -> {
      Map<String, @Nullable Object> stored =
          transaction.records(SystemCollections.COUNTED).get(Query.byKey(ROW)).orElse(null);
      // Numbers of executions that are gone without a trace are given again after a restart.
      upTo = Math.min(stored == null ? newest : number(stored.get(UP_TO)), newest);
      Map<String, @Nullable Object> row = new LinkedHashMap<>();
      row.put(UP_TO, upTo);
      if (stored == null) {
        row.put("id", ROW);
        transaction.records(SystemCollections.COUNTED).create(row, WriteContext.NONE);
      } else {
        transaction
            .records(SystemCollections.COUNTED)
            .update(Query.byKey(ROW), row, WriteContext.NONE);
      }
      Set<Object> versions = present(transaction, SystemCollections.VERSION_STATS, "id");
      Set<Object> keys = present(transaction, SystemCollections.STATS, "key");
      for (Map<String, @Nullable Object> workflow :
          transaction
              .records(SystemCollections.WORKFLOWS)
              .list(Query.all().fields(List.of("id", "key")).sort("id").unpaged())
              .rows()) {
        Object version = workflow.get("id");
        if (version != null && versions.add(version)) {
          add(transaction, SystemCollections.VERSION_STATS, "id", version, "workflowId");
        }
        Object key = workflow.get("key");
        if (key != null && keys.add(key)) {
          add(transaction, SystemCollections.STATS, "key", key, "key");
        }
      }
      return true;
    });
    flush();
  }

  private long newest() {
    return database
        .records(SystemCollections.EXECUTIONS)
        .get(Query.all().fields(List.of("id")).sort("-id"))
        .map(row -> number(row.get("id")))
        .orElse(0L);
  }

  private static Set<Object> present(Transaction transaction, String collection, String column) {
    Set<Object> present = new HashSet<>();
    for (Map<String, @Nullable Object> row :
        transaction
            .records(collection)
            .list(Query.all().fields(List.of(column)).unpaged())
            .rows()) {
      Object key = row.get(column);
      if (key != null) {
        present.add(key);
      }
    }
    return present;
  }

  /** Adds the counter of a workflow that has none, which is as many as there are rows. */
  private void add(
      Transaction transaction, String collection, String column, Object key, String of) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    values.put(column, key);
    values.put(
        EXECUTED,
        transaction
            .records(SystemCollections.EXECUTIONS)
            .count(Query.where(Map.of(of, key, "id", Map.of("$lte", upTo)))));
    transaction.records(collection).create(values, WriteContext.NONE);
  }

  /**
   * Counts one execution.
   *
   * @param id of the execution
   */
  public void executed(Version version, long id) {
    told.put(id, new Started(version.id(), version.key()));
    behind = true;
    boolean first = frozen.putIfAbsent(version.id(), true) == null;
    if (first || version.options().get("deleteExecutionOnStatus") instanceof List<?>) {
      flush();
    }
  }

  /**
   * Counts one execution and writes nothing now, for who stands in a transaction. That the version
   * is frozen is seen from its execution after a crash.
   *
   * @param id of the execution
   */
  public void executedWithin(Version version, long id) {
    told.put(id, new Started(version.id(), version.key()));
    behind = true;
    frozen.put(version.id(), true);
  }

  /** Writes what was told, unless that is done. */
  public void flushTold() {
    if (behind) {
      flush();
    }
  }

  /** Brings the stored counters up to date. */
  public synchronized void flush() {
    if (upTo < 0) {
      return;
    }
    behind = false;
    boolean more = true;
    while (more) {
      // Before the rows: all up to the last one told are among the rows then.
      Map<Long, Started> started = new TreeMap<>(told);
      long newest = newest();
      List<Map<String, @Nullable Object>> rows =
          database
              .records(SystemCollections.EXECUTIONS)
              .list(
                  Query.where(Map.of("id", Map.of("$gt", upTo), "model", "nocobase"))
                      .fields(List.of("id", "workflowId", "key"))
                      .sort("id")
                      .page(1L, (long) BATCH)
                      .simple())
              .rows();
      more = rows.size() == BATCH;
      // Behind the rows come only those of other models, which nobody looks through twice.
      count(started, rows, more ? upTo : newest);
    }
  }

  private void count(
      Map<Long, Started> started, List<Map<String, @Nullable Object>> rows, long seen) {
    Map<Long, Started> counted = new TreeMap<>();
    boolean more = rows.size() == BATCH;
    long reached = Math.max(upTo, seen);
    for (Map<String, @Nullable Object> row : rows) {
      long id = number(row.get("id"));
      reached = Math.max(reached, id);
      Object version = row.get("workflowId");
      counted.put(id, new Started(version == null ? 0L : version, String.valueOf(row.get("key"))));
    }
    for (Map.Entry<Long, Started> one : started.entrySet()) {
      // While more rows follow, those told beyond them wait for their turn.
      boolean due = !more || one.getKey() <= reached;
      if (due && !recent.containsKey(one.getKey())) {
        counted.put(one.getKey(), one.getValue());
        reached = Math.max(reached, one.getKey());
      }
    }
    if (!counted.isEmpty() || reached - upTo >= BATCH) {
      write(counted, reached);
    }
    upTo = reached;
    started.keySet().stream().filter(id -> !more || id <= upTo).forEach(told::remove);
    counted.keySet().forEach(id -> recent.put(id, true));
    while (recent.size() > RECENT) {
      recent.remove(recent.keySet().iterator().next());
    }
  }

  private void write(Map<Long, Started> counted, long reached) {
    Map<Object, Long> versions = new LinkedHashMap<>();
    Map<String, Long> keys = new LinkedHashMap<>();
    for (Started one : counted.values()) {
      versions.merge(one.version(), 1L, Long::sum);
      keys.merge(one.key(), 1L, Long::sum);
    }
    database.inTransaction(transaction -> {
      versions.forEach((id, more) -> add(transaction, SystemCollections.VERSION_STATS, id, more));
      keys.forEach((key, more) -> add(transaction, SystemCollections.STATS, key, more));
      transaction
          .records(SystemCollections.COUNTED)
          .update(Query.byKey(ROW), Map.of(UP_TO, reached), WriteContext.NONE);
      return true;
    });
  }

  /** Adds to a counter; that of a workflow that is gone is gone too. */
  private static void add(Transaction transaction, String collection, Object key, long more) {
    transaction
        .records(collection)
        .get(Query.byKey(key))
        .ifPresent(row ->
            transaction
                .records(collection)
                .update(
                    Query.byKey(key),
                    Map.of(EXECUTED, number(row.get(EXECUTED)) + more),
                    WriteContext.NONE));
  }

  private static long number(@Nullable Object value) {
    return value instanceof Number number ? number.longValue() : 0;
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
        .map(row -> number(row.get(EXECUTED)))
        .orElse(0L);
  }
}
