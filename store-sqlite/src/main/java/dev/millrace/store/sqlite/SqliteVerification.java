package dev.millrace.store.sqlite;

import dev.millrace.store.StoreException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * Looks for broken promises in a data directory: those that the rows alone show, without folding a
 * history. Reads only, so it may run beside a server; each question sees one committed state.
 */
public final class SqliteVerification {

  /** Violations of one kind that are listed; more would hide the other kinds. */
  private static final int LISTED_MAX = 100;

  private static final String DAMAGED = "the file is damaged: ";

  /** A kind of violation, and the query whose rows are its cases as text. */
  private record Check(String title, String sql) {}

  private static final List<Check> CHECKS =
      List.of(
          new Check(
              "history has a gap or an overlap",
              """
              SELECT 'instance ' || instance_id || ': event ' || first_seq || ' follows event ' || before
              FROM (SELECT instance_id, first_seq, coalesce(lag(last_seq) OVER (
                  PARTITION BY instance_id ORDER BY last_seq), 0) AS before FROM mr_history) h
              WHERE first_seq <> before + 1
                -- A code workflow that began anew keeps no more than its snapshot stands for.
                AND NOT (before = 0 AND first_seq <= coalesce((SELECT s.seq FROM mr_snapshot s
                  JOIN mr_instance i ON i.id = s.instance_id
                  WHERE s.instance_id = h.instance_id AND i.definition_revision = 0), 0) + 1)
              """),
          new Check(
              "history chunk holds another number of events than it says",
              """
              SELECT 'instance ' || instance_id || ': events ' || first_seq || ' to ' || last_seq
                || ' in a chunk of ' || coalesce(found, 0)
              FROM (SELECT instance_id, first_seq, last_seq, json_array_length(
                  iif(substr(events, 1, 5) = 'blob:',
                    (SELECT body FROM mr_blob WHERE hash = substr(events, 6)), events),
                  '$.events') AS found FROM mr_history)
              WHERE found IS NOT last_seq - first_seq + 1
              """),
          new Check(
              "history ends elsewhere than the instance's row says",
              """
              SELECT 'instance ' || i.id || ': its row counts ' || i.event_count
                || ' events, its history ' || coalesce(max(h.last_seq), s.seq, 0)
              FROM mr_instance i LEFT JOIN mr_history h ON h.instance_id = i.id
                LEFT JOIN mr_snapshot s ON s.instance_id = i.id AND i.definition_revision = 0
              GROUP BY i.id HAVING i.event_count <> coalesce(max(h.last_seq), s.seq, 0)
              """),
          new Check(
              "snapshot is ahead of the history",
              """
              SELECT 'instance ' || i.id || ': snapshot after event ' || s.seq || ' of '
                || i.event_count
              FROM mr_snapshot s JOIN mr_instance i ON i.id = s.instance_id
              WHERE s.seq > i.event_count
              """),
          new Check(
              "ended instance has a timer",
              """
              SELECT 'instance ' || i.id || ': timer ' || t.timer_id
              FROM mr_timer t JOIN mr_instance i ON i.uid = t.uid AND i.namespace = t.namespace
              WHERE i.status NOT IN ('PENDING', 'RUNNING', 'SUSPENDED')
              """),
          new Check(
              "ended instance has an open work item",
              """
              SELECT 'instance ' || i.id || ': work item ' || t.id
              FROM mr_human_task t
              JOIN mr_instance i ON i.uid = t.uid AND i.namespace = t.namespace
              WHERE t.open = 1 AND i.status NOT IN ('PENDING', 'RUNNING', 'SUSPENDED')
              """),
          new Check(
              "ended instance has open work",
              """
              SELECT 'instance ' || id || ': ' || open_work FROM mr_instance
              WHERE open_work <> 0 AND status NOT IN ('PENDING', 'RUNNING', 'SUSPENDED')
                -- Code workflows end while activities that they do not wait for still run.
                AND definition_revision <> 0
              """),
          new Check(
              "row is of a commit that its partition does not know",
              """
              SELECT w.what || w.instance_id || ': epoch ' || w.epoch || ', batch ' || w.batch
                || ' of partition ' || w.partition
              FROM (
                SELECT 'instance ' AS what, id AS instance_id, partition, epoch, batch
                FROM mr_instance
                UNION ALL
                SELECT 'history of instance ', instance_id, partition, epoch, batch
                FROM mr_history) w
              LEFT JOIN mr_partition p ON p.id = w.partition
              WHERE p.id IS NULL OR w.epoch > p.epoch OR w.batch > p.batch
              """),
          new Check(
              "message was given no number, or consumed before it was sent",
              """
              SELECT 'from ' || o.source || ' to ' || o.target || ': message ' || o.seq
              FROM mr_outbox o
              LEFT JOIN mr_sent s ON s.source = o.source AND s.target = o.target
              WHERE s.seq IS NULL OR o.seq > s.seq
              UNION ALL
              SELECT 'from ' || n.source || ' to ' || n.target || ': consumed ' || n.seq
                || ', sent ' || coalesce(s.seq, 0)
              FROM mr_inbox_seen n
              LEFT JOIN mr_sent s ON s.source = n.source AND s.target = n.target
              WHERE n.seq > coalesce(s.seq, 0)
              """),
          new Check(
              "message was removed before it was consumed",
              """
              SELECT 'from ' || source || ' to ' || target || ': ' || (sent - seen)
                || ' not consumed, ' || waiting || ' kept'
              FROM (
                SELECT s.source, s.target, s.seq AS sent, coalesce(n.seq, 0) AS seen,
                  (SELECT count(*) FROM mr_outbox o
                   WHERE o.source = s.source AND o.target = s.target
                     AND o.seq > coalesce(n.seq, 0)) AS waiting
                FROM mr_sent s
                LEFT JOIN mr_inbox_seen n ON n.source = s.source AND n.target = s.target)
              WHERE sent - seen > waiting
              """),
          new Check(
              "row belongs to no instance",
              """
              SELECT DISTINCT 'history of ' || instance_id FROM mr_history
              WHERE instance_id NOT IN (SELECT id FROM mr_instance)
              UNION ALL
              SELECT DISTINCT 'node run of ' || instance_id FROM mr_node_run
              WHERE instance_id NOT IN (SELECT id FROM mr_instance)
              UNION ALL
              SELECT 'snapshot of ' || instance_id FROM mr_snapshot
              WHERE instance_id NOT IN (SELECT id FROM mr_instance)
              UNION ALL
              SELECT 'timer ' || timer_id || ' of ' || namespace || '/' || uid FROM mr_timer
              WHERE (uid, namespace) NOT IN (SELECT uid, namespace FROM mr_instance)
              UNION ALL
              SELECT 'work item ' || id || ' of ' || namespace || '/' || uid FROM mr_human_task
              WHERE (uid, namespace) NOT IN (SELECT uid, namespace FROM mr_instance)
              """),
          new Check(
              "node belongs to no definition",
              """
              SELECT number || ' revision ' || revision || ': ' || node_id FROM mr_definition_node
              WHERE (number, revision) NOT IN (SELECT number, revision FROM mr_definition)
              """),
          new Check("payload is missing", missingPayloads()));

  private SqliteVerification() {}

  /**
   * Asks everything of a data directory.
   *
   * @return one line per violation, empty when all is well; at most 100 of a kind
   * @throws StoreException when there is no store, or one of another version
   */
  public static List<String> run(Path dataDir) {
    Path file = dataDir.resolve(SqliteStore.FILE);
    if (!Files.isRegularFile(file)) {
      throw new StoreException("there is no store in " + dataDir + ": " + file + " is missing");
    }
    try (Connection connection = Connections.reader(file, SqliteSettings.DEFAULT)) {
      Schema.check(connection);
      List<String> violations = new ArrayList<>(integrity(connection));
      if (violations.isEmpty()) {
        for (Check check : CHECKS) {
          violations.addAll(cases(connection, check));
        }
      }
      return List.copyOf(violations);
    } catch (SQLException e) {
      if (damaged(e)) {
        return List.of(DAMAGED + e.getMessage());
      }
      throw new StoreException("the store " + file + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** Some damage keeps even the check of the file from running. */
  private static boolean damaged(SQLException e) {
    return e instanceof SQLiteException failure
        && (failure.getResultCode() == SQLiteErrorCode.SQLITE_CORRUPT
            || failure.getResultCode() == SQLiteErrorCode.SQLITE_NOTADB);
  }

  private static List<String> integrity(Connection connection) throws SQLException {
    return ReadPool.rows(connection, "PRAGMA integrity_check", row -> row.getString(1)).stream()
        .filter(line -> !line.equals("ok"))
        .map(line -> DAMAGED + line)
        .toList();
  }

  private static List<String> cases(Connection connection, Check check) throws SQLException {
    List<String> found =
        new ArrayList<>(
            ReadPool.rows(
                connection,
                check.sql() + " LIMIT " + (LISTED_MAX + 1),
                row -> check.title() + ": " + row.getString(1)));
    if (found.size() > LISTED_MAX) {
      found.set(LISTED_MAX, check.title() + ": and more");
    }
    return found;
  }

  private static String missingPayloads() {
    List<String> columns =
        List.of(
            "mr_definition.document",
            "mr_definition_node.task",
            "mr_instance.input",
            "mr_instance.output",
            "mr_instance.failure",
            "mr_instance.runs",
            "mr_node_run.input",
            "mr_node_run.output",
            "mr_node_run.failure",
            "mr_history.events",
            "mr_snapshot.state",
            "mr_outbox.message",
            "mr_human_task.payload",
            "mr_variable.value",
            "mr_idempotency.answer");
    List<String> queries = new ArrayList<>();
    for (String column : columns) {
      String table = column.substring(0, column.indexOf('.'));
      queries.add(
          """
          SELECT '%1$s ' || %1$s FROM %2$s WHERE %1$s >= 'blob:' AND %1$s < 'blob;'
            AND substr(%1$s, 6) NOT IN (SELECT hash FROM mr_blob)
          """
              .formatted(column, table));
    }
    return String.join("UNION ALL\n", queries);
  }
}
