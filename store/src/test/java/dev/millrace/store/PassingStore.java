package dev.millrace.store;

import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.Status;
import dev.millrace.store.query.Queries;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Passes everything on; a broken or a watching store overrides what it is about. */
public class PassingStore implements Store {

  private final Store rows;

  public PassingStore(Store rows) {
    this.rows = rows;
  }

  /** The same rows in a batch of their own, to be changed. */
  public static Batch copy(Batch batch) {
    Batch copy = new Batch();
    copy.fences.addAll(batch.fences);
    copy.instances.addAll(batch.instances);
    copy.nodeRuns.addAll(batch.nodeRuns);
    copy.history.addAll(batch.history);
    copy.snapshots.addAll(batch.snapshots);
    copy.timers.addAll(batch.timers);
    copy.timersRemoved.addAll(batch.timersRemoved);
    copy.outbox.addAll(batch.outbox);
    copy.outboxRemoved.addAll(batch.outboxRemoved);
    copy.inbox.addAll(batch.inbox);
    copy.humanTasks.addAll(batch.humanTasks);
    copy.variables.addAll(batch.variables);
    copy.idempotency.addAll(batch.idempotency);
    copy.definitions.addAll(batch.definitions);
    copy.definitionsRemoved.addAll(batch.definitionsRemoved);
    copy.released.addAll(batch.released);
    copy.quarantined.addAll(batch.quarantined);
    copy.held.addAll(batch.held);
    copy.purged.addAll(batch.purged);
    copy.trimmed.addAll(batch.trimmed);
    copy.cleared.addAll(batch.cleared);
    return copy;
  }

  @Override
  public CommitResult commit(Batch batch) {
    return rows.commit(batch);
  }

  @Override
  public Optional<Loaded> load(InstanceKey key) {
    return rows.load(key);
  }

  @Override
  public List<Fence> acquire(String owner, int partitions) {
    return rows.acquire(owner, partitions);
  }

  @Override
  public List<Rows.TimerRow> timersBefore(Instant time, int limit) {
    return rows.timersBefore(time, limit);
  }

  @Override
  public List<InstanceKey> withOpenWork(@Nullable InstanceKey after, int limit) {
    return rows.withOpenWork(after, limit);
  }

  @Override
  public List<Rows.SlotRow> slots() {
    return rows.slots();
  }

  @Override
  public List<Rows.EndedRow> outlived(Instant before, Rows.@Nullable EndedRow after, int limit) {
    return rows.outlived(before, after, limit);
  }

  @Override
  public List<Rows.OutboxRow> outbox() {
    return rows.outbox();
  }

  @Override
  public List<Rows.InboxRow> inbox() {
    return rows.inbox();
  }

  @Override
  public List<Rows.OutboxKey> lastSent() {
    return rows.lastSent();
  }

  @Override
  public List<String> namespacesOfEnded() {
    return rows.namespacesOfEnded();
  }

  @Override
  public List<Rows.EndedRow> ended(
      String namespace, Status status, Instant before, Rows.@Nullable EndedRow after, int limit) {
    return rows.ended(namespace, status, before, after, limit);
  }

  @Override
  public int removeExpiredRequests(Instant now, int limit) {
    return rows.removeExpiredRequests(now, limit);
  }

  @Override
  public long maxInstanceId() {
    return rows.maxInstanceId();
  }

  @Override
  public long maxDefinitionNumber() {
    return rows.maxDefinitionNumber();
  }

  @Override
  public List<Rows.VariableRow> variables() {
    return rows.variables();
  }

  @Override
  public List<Rows.QuarantineRow> quarantined() {
    return rows.quarantined();
  }

  @Override
  public List<Rows.HeldRow> held() {
    return rows.held();
  }

  @Override
  public Optional<Rows.IdempotencyRow> idempotency(String scope, String requestKey, Instant now) {
    return rows.idempotency(scope, requestKey, now);
  }

  @Override
  public Queries queries() {
    return rows.queries();
  }

  @Override
  public void close() {
    rows.close();
  }
}
