package dev.millrace.dialect.process;

import dev.millrace.engine.Command;
import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.HumanTask;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.Reason;
import dev.millrace.engine.Reply;
import dev.millrace.engine.graph.Graph;
import dev.millrace.runtime.EngineApi;
import dev.millrace.runtime.EngineUnavailableException;
import dev.millrace.store.Batch;
import dev.millrace.store.CommitResult;
import dev.millrace.store.Fence;
import dev.millrace.store.Rows;
import dev.millrace.store.memory.MemoryStore;
import dev.millrace.store.query.Queries;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Definitions and states in a store, without lanes and deciding: commands are kept and answered
 * with one fixed reply, so that what the dialect sends and answers can be seen.
 */
final class StoredEngine implements EngineApi {
  final List<Command> commands = new CopyOnWriteArrayList<>();
  final List<StartRequest> starts = new CopyOnWriteArrayList<>();
  final List<SaveDefinition> saves = new CopyOnWriteArrayList<>();
  volatile Reply reply = Reply.OK;
  volatile boolean draining;

  private final MemoryStore store = new MemoryStore();
  private Fence fence = store.acquire("test", 1).getFirst();
  private volatile @Nullable InstanceState state;
  private int saved;

  void put(InstanceState newState) {
    Batch batch = new Batch();
    batch.instances.add(new Rows.InstanceRow(0, newState, "admin", 0));
    commit(batch);
    state = newState;
  }

  void setAside(String cause) {
    Batch batch = new Batch();
    batch.quarantined.add(new Rows.QuarantineRow(States.KEY, 0, cause, Instant.EPOCH));
    commit(batch);
  }

  void put(InstanceState owner, HumanTask task) {
    Batch batch = new Batch();
    batch.humanTasks.add(new Rows.HumanTaskRow(States.KEY, 1, "A", "leave", "because", task));
    batch.instances.add(new Rows.InstanceRow(0, owner, "admin", 0));
    commit(batch);
  }

  private synchronized void commit(Batch batch) {
    fence = fence.next();
    batch.fences.add(fence);
    CommitResult result = store.commit(batch);
    if (result != CommitResult.COMMITTED) {
      throw new IllegalStateException("expected a commit, found " + result);
    }
  }

  @Override
  public CompletableFuture<Reply> submit(Command command) {
    if (draining) {
      return CompletableFuture.failedFuture(new EngineUnavailableException("draining"));
    }
    commands.add(command);
    return CompletableFuture.completedFuture(reply);
  }

  @Override
  public Optional<Reply> answered(String definition, RequestId request) {
    return Optional.empty();
  }

  @Override
  public CompletableFuture<Reply> start(StartRequest request) {
    starts.add(request);
    return CompletableFuture.completedFuture(
        new Reply.Accepted(Map.of("uid", States.KEY.uid(), "id", 1L)));
  }

  @Override
  public CompletableFuture<Optional<InstanceState>> instance(InstanceKey key) {
    return CompletableFuture.completedFuture(
        Optional.ofNullable(state).filter(its -> its.header().key().equals(key)));
  }

  @Override
  public CompletableFuture<InstanceState> whenEnded(InstanceKey key) {
    InstanceState now = state;
    return now != null && now.life().status().terminal()
        ? CompletableFuture.completedFuture(now)
        : new CompletableFuture<>();
  }

  @Override
  public CompletableFuture<InstanceState> whenSettled(InstanceKey key) {
    return whenEnded(key);
  }

  @Override
  public CompletableFuture<Ran> run(StartRequest request) {
    return start(request).thenApply(reply -> new Ran(reply, null));
  }

  @Override
  public synchronized CompletableFuture<Reply> saveDefinition(SaveDefinition request) {
    saves.add(request);
    saved++;
    String id = request.id() == null ? "proc-avxhke9u" : request.id();
    Batch batch = new Batch();
    batch.definitions.add(
        new Rows.DefinitionRow(
            new DefinitionRef(id, saved),
            7,
            request.format(),
            request.described().name(),
            request.described().owner(),
            request.described().enabled(),
            request.document(),
            Instant.EPOCH));
    commit(batch);
    return CompletableFuture.completedFuture(
        new Reply.Accepted(Map.of("id", id, "revision", (long) saved)));
  }

  @Override
  public CompletableFuture<Reply> release(InstanceKey key) {
    List<Rows.QuarantineRow> aside = store.quarantined();
    if (aside.isEmpty()) {
      return CompletableFuture.completedFuture(
          Reply.Rejected.of(Reason.INVALID_STATE, key + " is not set aside"));
    }
    Batch batch = new Batch();
    batch.released.addAll(aside);
    commit(batch);
    return CompletableFuture.completedFuture(Reply.OK);
  }

  @Override
  public CompletableFuture<Reply> removeDefinition(String id) {
    Batch batch = new Batch();
    batch.definitionsRemoved.add(id);
    commit(batch);
    return CompletableFuture.completedFuture(Reply.OK);
  }

  @Override
  public Graph graph(DefinitionRef ref) {
    throw new IllegalArgumentException("no graph of " + ref);
  }

  @Override
  public Queries queries() {
    return store.queries();
  }
}
