package dev.millrace.dialect.nocobase.run;

import dev.millrace.data.Database;
import dev.millrace.data.Query;
import dev.millrace.data.Records;
import dev.millrace.data.WriteContext;
import dev.millrace.dialect.nocobase.catalog.NotificationCollections;
import dev.millrace.dialect.nocobase.catalog.SystemCollections;
import dev.millrace.dialect.nocobase.http.Parameters;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Removes rows of the database that nothing can ask for any more: what activities of executions
 * have done once, when the execution has ended or is gone, and copies for people of executions that
 * are gone; also what was sent long ago. One thread at a time.
 */
public final class Housekeeping {
  private static final Logger LOG = System.getLogger(Housekeeping.class.getName());

  /** Rows that one transaction is about. */
  private static final int PAGE = 500;

  /**
   * How old a key must be. An attempt that runs while its execution is ended from outside may still
   * be at its work; a day is far beyond the longest.
   */
  private static final Duration AGE = Duration.ofDays(1);

  private final Database database;
  private final InstantSource clock;
  private final @Nullable Duration sendLogs;

  /**
   * Keeps the house of a database that sees the executions.
   *
   * @param sendLogs how long it is kept what was sent, at least a day: until then a letter may be
   *     tried again, which the log prevents; null for ever
   */
  public Housekeeping(Database database, InstantSource clock, @Nullable Duration sendLogs) {
    this.database = database;
    this.clock = clock;
    this.sendLogs = sendLogs;
  }

  /** Goes once over everything. What goes wrong is logged, and looked at again the next time. */
  public void run() {
    try {
      long keys = forgetKeys();
      long copies = removeCopies();
      long logs = removeSendLogs();
      if (keys + copies + logs > 0) {
        LOG.log(
            Level.INFO,
            "housekeeping: {0} keys of ended executions forgotten, {1} copies of removed ones"
                + " removed, {2} old logs of notifications removed",
            keys,
            copies,
            logs);
      }
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "housekeeping goes on later", e);
    }
  }

  private long forgetKeys() {
    Instant before = clock.instant().minus(AGE);
    long forgotten = 0;
    String after = "";
    List<String> page = database.onceKeys(before, after, PAGE);
    while (!page.isEmpty()) {
      after = page.getLast();
      Set<String> live = live(page);
      List<String> over = new ArrayList<>();
      for (String key : page) {
        String execution = execution(key);
        if (execution != null && !live.contains(execution)) {
          over.add(key);
        }
      }
      database.forget(over);
      forgotten += over.size();
      page = page.size() < PAGE ? List.of() : database.onceKeys(before, after, PAGE);
    }
    return forgotten;
  }

  /** Which of the executions that keys are of have not ended. */
  private Set<String> live(List<String> keys) {
    Set<String> executions = new HashSet<>();
    for (String key : keys) {
      String execution = execution(key);
      if (execution != null) {
        executions.add(execution);
      }
    }
    Set<String> live = new HashSet<>();
    for (Map<String, @Nullable Object> row :
        database
            .records(SystemCollections.EXECUTIONS)
            .list(
                Query.where(Map.of("eventKey", Map.of("$in", List.copyOf(executions))))
                    .fields(List.of("eventKey", "status"))
                    .unpaged())
            .rows()) {
      Long status = Parameters.number(row.get("status"));
      if (status == null || status == 0) {
        live.add(String.valueOf(row.get("eventKey")));
      }
    }
    return live;
  }

  /** The execution that an activity's key begins with: {@code EXECUTION/generation/node/index}. */
  private static @Nullable String execution(String key) {
    int end = key.length();
    for (int part = 0; part < 3; part++) {
      end = key.lastIndexOf('/', end - 1);
      if (end <= 0) {
        return null;
      }
    }
    return key.substring(0, end);
  }

  private long removeCopies() {
    long removed = 0;
    long after = 0;
    while (true) {
      List<Map<String, @Nullable Object>> page =
          database
              .records(SystemCollections.CC_TASKS)
              .list(
                  Query.where(Map.of("id", Map.of("$gt", after)))
                      .fields(List.of("id", "executionId"))
                      .sort("id")
                      .page(1L, (long) PAGE)
                      .simple())
              .rows();
      Map<Long, List<Object>> byExecution = new HashMap<>();
      for (Map<String, @Nullable Object> row : page) {
        Long id = Parameters.number(row.get("id"));
        Long execution = Parameters.number(row.get("executionId"));
        if (id != null) {
          after = id;
          if (execution != null) {
            byExecution.computeIfAbsent(execution, _ -> new ArrayList<>()).add(id);
          }
        }
      }
      existing(byExecution.keySet()).forEach(byExecution::remove);
      for (List<Object> ids : byExecution.values()) {
        removed +=
            database
                .records(SystemCollections.CC_TASKS)
                .destroy(Query.all().keys(ids), WriteContext.NONE);
      }
      if (page.size() < PAGE) {
        return removed;
      }
    }
  }

  private long removeSendLogs() {
    Duration kept = sendLogs;
    if (kept == null) {
      return 0;
    }
    Instant before = clock.instant().minus(kept.compareTo(AGE) < 0 ? AGE : kept);
    Records logs = database.records(NotificationCollections.LOGS);
    long removed = 0;
    while (true) {
      List<Object> keys = new ArrayList<>();
      for (Map<String, @Nullable Object> row :
          logs.list(
                  Query.where(Map.of("createdAt", Map.of("$lt", before.toString())))
                      .fields(List.of("id"))
                      .sort("createdAt")
                      .page(1L, (long) PAGE)
                      .simple())
              .rows()) {
        keys.add(Objects.requireNonNull(row.get("id")));
      }
      if (!keys.isEmpty()) {
        removed += logs.destroy(Query.all().keys(keys), WriteContext.NONE);
      }
      if (keys.size() < PAGE) {
        return removed;
      }
    }
  }

  private Set<Long> existing(Set<Long> executions) {
    Set<Long> existing = new HashSet<>();
    if (executions.isEmpty()) {
      return existing;
    }
    for (Map<String, @Nullable Object> row :
        database
            .records(SystemCollections.EXECUTIONS)
            .list(
                Query.where(Map.of("id", Map.of("$in", List.copyOf(executions))))
                    .fields(List.of("id"))
                    .unpaged())
            .rows()) {
      Long id = Parameters.number(row.get("id"));
      if (id != null) {
        existing.add(id);
      }
    }
    return existing;
  }
}
