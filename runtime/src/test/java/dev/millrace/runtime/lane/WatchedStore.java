package dev.millrace.runtime.lane;

import dev.millrace.engine.InstanceKey;
import dev.millrace.store.Batch;
import dev.millrace.store.CommitResult;
import dev.millrace.store.PassingStore;
import dev.millrace.store.memory.MemoryStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.NullUnmarked;

/** A memory store that keeps the batches it was given and can be told to fail. */
@NullUnmarked
final class WatchedStore extends PassingStore {

  final MemoryStore rows;
  final List<Batch> batches = new ArrayList<>();
  int loads;
  Function<Batch, CommitResult> commit;

  WatchedStore() {
    this(new MemoryStore());
  }

  private WatchedStore(MemoryStore rows) {
    super(rows);
    this.rows = rows;
    commit = rows::commit;
  }

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
}
