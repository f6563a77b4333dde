package dev.millrace.store.sqlite;

import java.util.EnumSet;
import java.util.Set;

/** The statements of a commit, in the order in which they run. */
enum Sql {
  FENCE("UPDATE mr_partition SET batch = ? WHERE id = ? AND epoch = ? AND batch = ?"),
  /** Before the payloads: the same one may be written again. */
  NAMED_UNREF("DELETE FROM mr_blob_ref WHERE instance_id = 0 AND part = ? AND seq = 0"),
  BLOB("INSERT INTO mr_blob (hash, body) VALUES (?, ?) ON CONFLICT DO NOTHING"),
  /** After the variable's, before all that may drop the last reference to what is needed. */
  BLOB_REF(
      """
      INSERT INTO mr_blob_ref (instance_id, part, seq, hash) VALUES (?, ?, ?, ?)
      ON CONFLICT DO NOTHING
      """),
  PURGE_BLOBS("DELETE FROM mr_blob_ref WHERE instance_id = " + Sql.INSTANCE_OF),
  PURGE_NODE_RUNS("DELETE FROM mr_node_run WHERE instance_id = " + Sql.INSTANCE_OF),
  PURGE_HISTORY("DELETE FROM mr_history WHERE instance_id = " + Sql.INSTANCE_OF),
  PURGE_SNAPSHOT("DELETE FROM mr_snapshot WHERE instance_id = " + Sql.INSTANCE_OF),
  PURGE_TIMERS("DELETE FROM mr_timer WHERE uid = ? AND namespace = ?"),
  PURGE_HUMAN_TASKS("DELETE FROM mr_human_task WHERE uid = ? AND namespace = ?"),
  /** The answer stays: a repeated request must not start another one. */
  PURGE_REQUESTS(
      "UPDATE mr_idempotency SET instance_id = NULL WHERE instance_id = " + Sql.INSTANCE_OF),
  /** Numbers are never given again. */
  PURGE_NUMBER(
      """
      INSERT INTO mr_meta (key, value)
      SELECT 'last_purged_id', id FROM mr_instance WHERE uid = ? AND namespace = ?
      ON CONFLICT DO UPDATE SET
        value = max(CAST(value AS INTEGER), CAST(excluded.value AS INTEGER))
      """),
  PURGE_INSTANCE("DELETE FROM mr_instance WHERE uid = ? AND namespace = ?"),
  /** Before the instances, which take what versions are called by from there. */
  DEFINITION(
      """
      INSERT INTO mr_definition (
        id, revision, number, format, name, owner, enabled, removed, description, trigger_app,
        start_node, end_node, engine, document, created_at, version_id)
      VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET
        number = excluded.number, format = excluded.format, name = excluded.name,
        owner = excluded.owner, enabled = excluded.enabled, removed = 0,
        description = excluded.description, trigger_app = excluded.trigger_app,
        start_node = excluded.start_node, end_node = excluded.end_node, engine = excluded.engine,
        document = excluded.document, created_at = excluded.created_at,
        version_id = excluded.version_id
      """),
  DEFINITION_NODES_CLEAR("DELETE FROM mr_definition_node WHERE number = ? AND revision = ?"),
  /** A draft may name two nodes alike; the last one is shown. */
  DEFINITION_NODE(
      """
      INSERT OR REPLACE INTO mr_definition_node (
        number, revision, node_id, name, "desc", template, task, node_number)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      """),
  INSTANCE(
      """
      INSERT INTO mr_instance (
        id, uid, namespace, definition_id, definition_revision, fast, test, executor, trigger_app,
        parent_namespace, parent_uid, start_at, input, labels, slot_group, slot_limit,
        execution_key, version_id,
        partition, epoch, batch, owner, generation, execution_uid, status, reason,
        execution_status, incident, open_work, event_count, changed_at, timeout_at, end_at, output,
        failure, runs, kept_until)
      VALUES (
        ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
        (SELECT version_id FROM mr_definition WHERE id = ? AND revision = ?),
        ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET
        partition = excluded.partition, epoch = excluded.epoch, batch = excluded.batch,
        owner = excluded.owner, generation = excluded.generation,
        execution_uid = excluded.execution_uid, status = excluded.status,
        reason = excluded.reason, execution_status = excluded.execution_status,
        incident = excluded.incident, open_work = excluded.open_work,
        event_count = excluded.event_count, changed_at = excluded.changed_at,
        timeout_at = excluded.timeout_at, end_at = excluded.end_at, output = excluded.output,
        failure = excluded.failure, runs = excluded.runs, kept_until = excluded.kept_until
      WHERE uid = excluded.uid AND namespace = excluded.namespace
      """,
      true),
  /** For instances whose history shows that they exist: nothing that the start fixed. */
  INSTANCE_UPDATE(
      """
      UPDATE mr_instance SET
        partition = ?, epoch = ?, batch = ?, owner = ?, generation = ?, execution_uid = ?,
        status = ?, reason = ?, execution_status = ?, incident = ?, open_work = ?,
        event_count = ?, changed_at = ?, timeout_at = ?, end_at = ?, output = ?, failure = ?,
        runs = ?, kept_until = ?
      WHERE id = ? AND uid = ? AND namespace = ?
      """,
      true),
  CLEAR_RUN_BLOBS("DELETE FROM mr_blob_ref WHERE instance_id = ? AND part = 'run' AND seq < ?"),
  CLEAR_RUNS("DELETE FROM mr_node_run WHERE instance_id = ?"),
  NODE_RUN(
      """
      INSERT INTO mr_node_run (
        instance_id, generation, run_id, execution_uid, node_id, run_index, start_at, input,
        status, outcome, attempt, due_at, end_at, output, failure, job_id, from_run, decided, meta,
        log)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET
        generation = excluded.generation,
        execution_uid = coalesce(excluded.execution_uid, execution_uid),
        node_id = excluded.node_id, run_index = excluded.run_index,
        start_at = excluded.start_at, input = excluded.input, status = excluded.status,
        outcome = excluded.outcome, attempt = excluded.attempt, due_at = excluded.due_at,
        end_at = excluded.end_at, output = excluded.output, failure = excluded.failure,
        job_id = coalesce(excluded.job_id, job_id), from_run = excluded.from_run,
        decided = excluded.decided, meta = excluded.meta, log = excluded.log
      """),
  HISTORY(
      """
      INSERT INTO mr_history (
        instance_id, last_seq, first_seq, generation, partition, epoch, batch, events)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      """),
  SNAPSHOT(
      """
      INSERT INTO mr_snapshot (instance_id, seq, state) VALUES (?, ?, ?)
      ON CONFLICT DO UPDATE SET seq = excluded.seq, state = excluded.state
      WHERE excluded.seq >= seq
      """),
  SNAPSHOT_UNREF("DELETE FROM mr_blob_ref WHERE instance_id = ? AND part = 'snapshot' AND seq < ?"),
  TRIM_BLOBS("DELETE FROM mr_blob_ref WHERE instance_id = ? AND part = 'history' AND seq <= ?"),
  TRIM("DELETE FROM mr_history WHERE instance_id = ? AND last_seq <= ?"),
  TIMER_REMOVE("DELETE FROM mr_timer WHERE namespace = ? AND uid = ? AND timer_id = ?"),
  TIMER(
      """
      INSERT INTO mr_timer (namespace, uid, timer_id, partition, generation, due_at)
      VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET
        partition = excluded.partition, generation = excluded.generation, due_at = excluded.due_at
      """),
  OUTBOX("INSERT INTO mr_outbox (source, target, seq, message) VALUES (?, ?, ?, ?)"),
  SENT(
      """
      INSERT INTO mr_sent (source, target, seq) VALUES (?, ?, ?)
      ON CONFLICT DO UPDATE SET seq = max(seq, excluded.seq)
      """),
  OUTBOX_REMOVE("DELETE FROM mr_outbox WHERE source = ? AND target = ? AND seq = ?"),
  INBOX(
      """
      INSERT INTO mr_inbox_seen (target, source, seq) VALUES (?, ?, ?)
      ON CONFLICT DO UPDATE SET seq = excluded.seq
      """),
  RELEASE_HELD("DELETE FROM mr_held WHERE uid = ? AND namespace = ?"),
  RELEASE("DELETE FROM mr_quarantine WHERE uid = ? AND namespace = ?"),
  QUARANTINE(
      """
      INSERT INTO mr_quarantine (namespace, uid, partition, cause, at) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT DO NOTHING
      """),
  HELD("INSERT INTO mr_held (namespace, uid, seq, message) VALUES (?, ?, ?, ?)"),
  /** One that is known is named by its number too, or a number would be used up. */
  HUMAN_TASK(
      """
      INSERT INTO mr_human_task (
        number, id, namespace, uid, run_id, node_id, title, content, user, state, open, operation,
        payload, created_at, changed_at)
      VALUES (
        (SELECT number FROM mr_human_task WHERE id = ?1),
        ?1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET
        namespace = excluded.namespace, uid = excluded.uid, run_id = excluded.run_id,
        node_id = excluded.node_id, title = excluded.title, content = excluded.content,
        user = excluded.user, state = excluded.state, open = excluded.open,
        operation = excluded.operation, payload = excluded.payload,
        changed_at = excluded.changed_at
      """),
  VARIABLE_REMOVE("DELETE FROM mr_variable WHERE owner = ? AND name = ?"),
  VARIABLE(
      """
      INSERT INTO mr_variable (owner, name, value) VALUES (?, ?, ?)
      ON CONFLICT DO UPDATE SET value = excluded.value
      """),
  IDEMPOTENCY(
      """
      INSERT INTO mr_idempotency (
        scope, request_key, request_hash, answer, expires_at, instance_id)
      VALUES (?, ?, ?, ?, ?, (SELECT id FROM mr_instance WHERE id = ?))
      ON CONFLICT DO UPDATE SET
        request_hash = excluded.request_hash, answer = excluded.answer,
        expires_at = excluded.expires_at, instance_id = excluded.instance_id
      """),
  DEFINITION_REMOVE("UPDATE mr_definition SET removed = 1 WHERE id = ?");

  /** All that removes an instance; each takes its uid and its namespace. */
  static final Set<Sql> PURGES = EnumSet.range(PURGE_BLOBS, PURGE_INSTANCE);

  private static final String INSTANCE_OF =
      "(SELECT id FROM mr_instance WHERE uid = ? AND namespace = ?)";

  private final String text;
  private final boolean oneRowEach;

  Sql(String text) {
    this(text, false);
  }

  Sql(String text, boolean oneRowEach) {
    this.text = text;
    this.oneRowEach = oneRowEach;
  }

  String text() {
    return text;
  }

  /** Whether a row of the batch that changes nothing is an error. */
  boolean oneRowEach() {
    return oneRowEach;
  }
}
