package dev.millrace.runtime.lane;

import dev.millrace.engine.InstanceKey;
import dev.millrace.store.Batch;
import dev.millrace.store.CommitResult;
import dev.millrace.store.Fence;
import dev.millrace.store.Rows;
import dev.millrace.store.Store;
import dev.millrace.store.memory.MemoryStore;
import dev.millrace.store.query.Queries;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.NullUnmarked;

/** A memory store that keeps the batches it was given and can be told to fail. */
@NullUnmarked
final class WatchedStore implements Store {

  final MemoryStore rows = new MemoryStore();
  final List<Batch> batches = new ArrayList<>();
  int loads;
  Function<Batch, CommitResult> commit = rows::commit;

  @Override
  public CommitResult commit(Batch batch) {
    CommitResult result = commit.apply(batch);
    if (result == CommitResult.COMMITTED) {
      batches.add(batch);
    }
    return result;
  }

  @Override
  public Optional<Loaded> load(InstanceKey key) {
    loads++;
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
  public List<InstanceKey> withOpenWork(InstanceKey after, int limit) {
    return rows.withOpenWork(after, limit);
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
  public Optional<Rows.IdempotencyRow> idempotency(String scope, String key, Instant now) {
    return rows.idempotency(scope, key, now);
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
