package dev.millrace.simulator;

import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.Status;
import dev.millrace.store.Batch;
import dev.millrace.store.CommitResult;
import dev.millrace.store.Fence;
import dev.millrace.store.Rows;
import dev.millrace.store.Store;
import dev.millrace.store.StoreException;
import dev.millrace.store.query.Queries;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The store as one server sees it: commits and reads that fail, commits that reach the store though
 * the server hears of an error, and commits at which the server dies. One thread.
 */
final class FaultyStore implements Store {

  private final World world;
  private final Store rows;
  private final Listener listener;

  /** Hears what a commit does to the server. */
  interface Listener {
    /** The server dies now. */
    void crash(String where);

    /** The server dies once it has answered its callers, before any other effect. */
    void crashAfterReplies();

    /** The batch was judged by the store. */
    void judged(Batch batch, CommitResult result);
  }

  FaultyStore(World world, Store rows, Listener listener) {
    this.world = world;
    this.rows = rows;
    this.listener = listener;
  }

  @Override
  public CommitResult commit(Batch batch) {
    Swarm.CommitFaults faults = world.swarm.commits();
    if (happens(faults.crashBefore())) {
      world.fault("crash before a commit");
      listener.crash("before a commit");
      throw new StoreException("the server died");
    }
    if (happens(faults.errorBefore())) {
      world.fault("commit fails");
      world.trace.line("commit fails, nothing written");
      throw new StoreException("simulated: nothing written");
    }
    CommitResult result = rows.commit(batch);
    listener.judged(batch, result);
    if (happens(faults.repeated())) {
      world.fault("commit repeated");
      CommitResult again = rows.commit(batch);
      world.trace.line("commit repeated: " + again);
      world.verdict.require(
          result != CommitResult.COMMITTED || again == CommitResult.ALREADY_APPLIED,
          "I6",
          "expected the repeat of a committed batch to be ALREADY_APPLIED, found " + again);
      result = again;
    }
    if (happens(faults.okButError())) {
      world.fault("commit of unknown outcome");
      world.trace.line("commit fails though the store has it: " + result);
      throw new StoreException("simulated: outcome unknown");
    }
    if (happens(faults.crashAfter())) {
      world.fault("crash after a commit");
      listener.crash("after a commit");
    } else if (happens(faults.crashAfterReplies())) {
      world.fault("crash after replies");
      listener.crashAfterReplies();
    }
    return result;
  }

  private boolean happens(double chance) {
    return !world.healed() && chance > 0 && world.storeRandom.nextDouble() < chance;
  }

  private <T> T read(Supplier<T> query) {
    if (happens(world.swarm.store().readError())) {
      world.fault("read fails");
      world.trace.line("a read fails");
      throw new StoreException("simulated: cannot read");
    }
    return query.get();
  }

  @Override
  public Optional<Loaded> load(InstanceKey key) {
    return read(() -> rows.load(key));
  }

  @Override
  public List<Fence> acquire(String owner, int partitions) {
    return read(() -> rows.acquire(owner, partitions));
  }

  @Override
  public List<Rows.TimerRow> timersBefore(Instant time, int limit) {
    return read(() -> rows.timersBefore(time, limit));
  }

  @Override
  public List<InstanceKey> withOpenWork(@Nullable InstanceKey after, int limit) {
    return read(() -> rows.withOpenWork(after, limit));
  }

  @Override
  public List<Rows.SlotRow> slots() {
    return read(rows::slots);
  }

  @Override
  public List<Rows.EndedRow> outlived(Instant before, Rows.@Nullable EndedRow after, int limit) {
    return read(() -> rows.outlived(before, after, limit));
  }

  @Override
  public List<Rows.OutboxRow> outbox() {
    return read(rows::outbox);
  }

  @Override
  public List<Rows.InboxRow> inbox() {
    return read(rows::inbox);
  }

  @Override
  public List<Rows.OutboxKey> lastSent() {
    return read(rows::lastSent);
  }

  @Override
  public List<String> namespacesOfEnded() {
    return read(rows::namespacesOfEnded);
  }

  @Override
  public List<Rows.EndedRow> ended(
      String namespace, Status status, Instant before, Rows.@Nullable EndedRow after, int limit) {
    return read(() -> rows.ended(namespace, status, before, after, limit));
  }

  @Override
  public int removeExpiredRequests(Instant now, int limit) {
    return read(() -> rows.removeExpiredRequests(now, limit));
  }

  @Override
  public long maxInstanceId() {
    return read(rows::maxInstanceId);
  }

  @Override
  public long maxDefinitionNumber() {
    return read(rows::maxDefinitionNumber);
  }

  @Override
  public List<Rows.VariableRow> variables() {
    return read(rows::variables);
  }

  @Override
  public List<Rows.QuarantineRow> quarantined() {
    return read(rows::quarantined);
  }

  @Override
  public List<Rows.HeldRow> held() {
    return read(rows::held);
  }

  @Override
  public Optional<Rows.IdempotencyRow> idempotency(String scope, String requestKey, Instant now) {
    return read(() -> rows.idempotency(scope, requestKey, now));
  }

  @Override
  public Queries queries() {
    return rows.queries();
  }

  @Override
  public void close() {
    // The rows outlive every server.
  }
}
