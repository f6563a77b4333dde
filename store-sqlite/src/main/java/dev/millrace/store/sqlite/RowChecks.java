package dev.millrace.store.sqlite;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The promises that rows alone can be seen to break, each as one query. Stateless. */
final class RowChecks {

  /** Violations of one kind that are listed; more would hide the other kinds. */
  static final int LISTED_MAX = 100;

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
              -- What is no JSON has no length; which payload it is, another check says.
              FROM (SELECT instance_id, first_seq, last_seq,
                  iif(json_valid(held), json_array_length(held, '$.events'), 0) AS found
                FROM (SELECT instance_id, first_seq, last_seq,
                    iif(substr(events, 1, 5) = 'blob:',
                      (SELECT body FROM mr_blob WHERE hash = substr(events, 6)), events) AS held
                  FROM mr_history))
              WHERE found IS NOT last_seq - first_seq + 1
              """),
          new Check(
              "history ends elsewhere than the instance's row says",
              """
              SELECT 'instance ' || i.id || ': its row counts ' || i.event_count
                || ' events, its history ' || coalesce(max(h.last_seq), s.seq, 0)
              FROM mr_instance i LEFT JOIN mr_history h ON h.instance_id = i.id
                LEFT JOIN mr_snapshot s ON s.instance_id = i.id AND i.definition_revision = 0
              WHERE NOT i.fast OR h.instance_id IS NOT NULL
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
              "history was committed out of order",
              """
              SELECT 'instance ' || instance_id || ': event ' || first_seq
                || ', generation ' || generation || ', epoch ' || epoch || ', batch ' || batch
              FROM (SELECT instance_id, first_seq, generation, epoch, batch,
                  lag(generation) OVER life AS generation_before,
                  lag(epoch) OVER life AS epoch_before, lag(batch) OVER life AS batch_before
                FROM mr_history
                WINDOW life AS (PARTITION BY instance_id ORDER BY last_seq))
              WHERE generation < generation_before OR epoch < epoch_before OR batch < batch_before
              """),
          new Check(
              "row is in another partition than its instance",
              """
              SELECT 'history of instance ' || i.id || ': ' || h.partition || ', not ' || i.partition
              FROM mr_history h JOIN mr_instance i ON i.id = h.instance_id
              WHERE h.partition <> i.partition
              UNION ALL
              SELECT 'timer ' || t.timer_id || ' of instance ' || i.id || ': ' || t.partition
                || ', not ' || i.partition
              FROM mr_timer t JOIN mr_instance i ON i.uid = t.uid AND i.namespace = t.namespace
              WHERE t.partition <> i.partition
              """),
          new Check(
              "start was answered and there is no such instance",
              """
              SELECT scope || ', key ' || request_key || ': instance ' || instance_id
              FROM mr_idempotency
              -- One that was purged is null, as the answer is remembered for as long as any.
              WHERE instance_id IS NOT NULL AND instance_id NOT IN (SELECT id FROM mr_instance)
              """),
          new Check(
              "work item is open in another way than its state says",
              """
              SELECT 'work item ' || id || ': ' || state || ', open ' || open FROM mr_human_task
              WHERE open <> (state NOT IN ('COMPLETED', 'CANCELED'))
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
          new Check("payload is missing", missingPayloads()),
          new Check("payload is no JSON", brokenPayloads()));

  private RowChecks() {}

  /** Asks everything; each query sees one committed state. */
  static List<String> run(Connection connection, Consumer<String> progress) throws SQLException {
    List<String> violations = new ArrayList<>();
    progress.accept("checking rows");
    for (Check check : CHECKS) {
      violations.addAll(cases(connection, check));
    }
    return violations;
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
    return eachPayload(
        """
        SELECT '%1$s ' || %1$s FROM %2$s WHERE %1$s >= 'blob:' AND %1$s < 'blob;'
          AND substr(%1$s, 6) NOT IN (SELECT hash FROM mr_blob)
        """);
  }

  private static String brokenPayloads() {
    return eachPayload(
            """
            SELECT '%1$s ' || substr(%1$s, 1, 80) FROM %2$s
            WHERE NOT (%1$s >= 'blob:' AND %1$s < 'blob;') AND NOT json_valid(%1$s)
            """)
        + """
        UNION ALL SELECT 'mr_blob ' || hash FROM mr_blob WHERE NOT json_valid(body)
        """;
  }

  /** A query over all columns with payloads; it is given the column's name and its table's. */
  private static String eachPayload(String query) {
    List<String> columns =
        List.of(
            "mr_definition.document",
            "mr_definition_node.task",
            "mr_instance.input",
            "mr_instance.output",
            "mr_instance.failure",
            "mr_instance.runs",
            "mr_instance.labels",
            "mr_node_run.input",
            "mr_node_run.output",
            "mr_node_run.failure",
            "mr_node_run.meta",
            "mr_history.events",
            "mr_snapshot.state",
            "mr_outbox.message",
            "mr_human_task.payload",
            "mr_variable.value",
            "mr_idempotency.answer");
    List<String> queries = new ArrayList<>();
    for (String column : columns) {
      String table = column.substring(0, column.indexOf('.'));
      queries.add(query.formatted(column, table));
    }
    return String.join("UNION ALL\n", queries);
  }
}
