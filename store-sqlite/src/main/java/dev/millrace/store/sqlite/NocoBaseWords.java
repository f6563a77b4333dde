package dev.millrace.store.sqlite;

import dev.millrace.engine.EndReason;
import dev.millrace.engine.Failure;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.NodeRun.RunStatus;
import dev.millrace.engine.Status;
import dev.millrace.store.StatusWords;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The table of status words as SQL, for the views of NocoBase's workflow API: of instance i and of
 * node run n.
 */
final class NocoBaseWords {

  /** The types of nodes whose jobs name the job before them. */
  private static final List<String> WITH_UPSTREAM =
      List.of(
          "condition",
          "multi-conditions",
          "end",
          "loop",
          "parallel",
          "delay",
          "manual",
          "request",
          "script",
          "mailer",
          "cc");

  private NocoBaseWords() {}

  static String hasUpstream() {
    return WITH_UPSTREAM.stream()
        .map(type -> "'" + type + "'")
        .collect(Collectors.joining(", ", "t.template IN (", ")"));
  }

  /** Whether a run stands for a value given to a variable: it follows one of the same node. */
  static String assigned() {
    return "(t.template = 'variable' AND EXISTS (SELECT 1 FROM mr_node_run f"
        + " WHERE f.instance_id = n.instance_id AND f.run_id = n.from_run"
        + " AND f.node_id = n.node_id))";
  }

  /** By the state first: lists of very many executions are counted by it, row by row. */
  static String executionStatus() {
    StringBuilder sql = new StringBuilder("CASE i.status");
    for (Status status : Status.values()) {
      Set<String> numbers = new HashSet<>();
      StringBuilder byReason = new StringBuilder("CASE i.reason");
      for (EndReason reason : EndReason.values()) {
        String number = String.valueOf(StatusWords.nocobase(status, reason, false));
        numbers.add(number);
        byReason.append(" WHEN '%s' THEN %s".formatted(reason, number));
      }
      sql.append(" WHEN '%s' THEN ".formatted(status));
      sql.append(numbers.size() == 1 ? numbers.iterator().next() : byReason.append(" END"));
    }
    return sql.append(" END").toString();
  }

  /** Tells apart the types of failures that the table names, and all others. */
  static String executionReason() {
    StringBuilder sql = new StringBuilder("(CASE i.status || '/' || i.reason");
    for (Status status : Status.values()) {
      for (EndReason reason : EndReason.values()) {
        Map<String, String> words = new TreeMap<>();
        for (String type : List.of("", "canceled", "timeout")) {
          String word = StatusWords.nocobaseReason(status, reason, type);
          if (word != null) {
            words.put(type, word);
          }
        }
        if (!words.isEmpty()) {
          sql.append(
              " WHEN '%s/%s' THEN %s".formatted(status, reason, byType(status, reason, words)));
        }
      }
    }
    return sql.append(" END)").toString();
  }

  private static String byType(Status status, EndReason reason, Map<String, String> words) {
    String other = StatusWords.nocobaseReason(status, reason, "any other");
    StringBuilder sql = new StringBuilder("CASE coalesce(");
    sql.append(Schema.payload("i.failure")).append(" ->> '$.type', '')");
    words.forEach((type, word) -> sql.append(" WHEN '%s' THEN '%s'".formatted(type, word)));
    return sql.append(other == null ? " END" : " ELSE '%s' END".formatted(other)).toString();
  }

  static String jobStatus() {
    StringBuilder sql = new StringBuilder("CASE WHEN n.decided THEN ");
    sql.append(job(RunStatus.STARTED, "", true, false));
    sql.append(" WHEN n.end_at IS NULL THEN ").append(job(null, "", false, false));
    sql.append(" ELSE CASE n.status");
    for (RunStatus status : RunStatus.values()) {
      sql.append(" WHEN '%s' THEN ".formatted(status.word()));
      switch (status) {
        case FAILED -> sql.append(byFailure());
        case STOPPED ->
            sql.append(
                "iif(%s IS NULL, %d, %d)"
                    .formatted(
                        executionReason(),
                        job(status, "", false, false),
                        job(status, "", false, true)));
        case TODO, OFFERED, ALLOCATED, STARTED, SUSPENDED, DONE, TIMEOUT, SKIPPED ->
            sql.append(job(status, "", false, false));
      }
    }
    return sql.append(" END END").toString();
  }

  private static String byFailure() {
    StringBuilder sql = new StringBuilder("CASE ");
    sql.append(Schema.payload("n.failure")).append(" ->> '$.type'");
    new TreeMap<>(StatusWords.NOCOBASE_FAILURES)
        .forEach((type, number) ->
            sql.append(
                " WHEN '%s' THEN %d".formatted(type, job(RunStatus.FAILED, type, false, false))));
    return sql.append(" ELSE %d END".formatted(job(RunStatus.FAILED, "", false, false))).toString();
  }

  /** What the table says of a run that ended so, or that is open for null. */
  private static int job(
      @Nullable RunStatus end, String failureType, boolean decided, boolean cut) {
    Instant any = Instant.EPOCH;
    NodeRun open =
        new NodeRun(
            1,
            new NodeRun.Place("", 0, 0, 0, -1, ""),
            any,
            Map.of(),
            List.of(),
            any,
            null,
            null,
            null,
            new NodeRun.Notes(null, null, null, decided));
    return StatusWords.nocobaseJob(
        end == null
            ? open
            : open.ended(new NodeRun.Result(end, "", null, Failure.of(failureType, ""), any)),
        cut);
  }
}
