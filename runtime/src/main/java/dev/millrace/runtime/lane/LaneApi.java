package dev.millrace.runtime.lane;

import dev.millrace.engine.Command;
import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.Reason;
import dev.millrace.engine.Reply;
import dev.millrace.engine.graph.Graph;
import dev.millrace.engine.graph.GraphSource;
import dev.millrace.runtime.EngineApi;
import dev.millrace.runtime.EngineUnavailableException;
import dev.millrace.runtime.identity.Snowflake;
import dev.millrace.store.query.Queries;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;

/** {@link EngineApi} over one lane: turns calls into work. Thread-safe. */
public final class LaneApi implements EngineApi {

  private static final String DEFINITION_PREFIX = "proc-";
  private static final int DEFINITION_LETTERS = 8;
  private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";

  private final LaneLoop loop;
  private final Snowflake uids;
  private final RandomGenerator random;
  private final GraphSource graphs;
  private final Queries queries;

  /**
   * Makes the door to a lane.
   *
   * @param random where definition ids are drawn from; used under a lock
   */
  public LaneApi(
      LaneLoop loop, Snowflake uids, RandomGenerator random, GraphSource graphs, Queries queries) {
    this.loop = loop;
    this.uids = uids;
    this.random = random;
    this.graphs = graphs;
    this.queries = queries;
  }

  @Override
  public CompletableFuture<Reply> submit(Command command) {
    CompletableFuture<Reply> future = new CompletableFuture<>();
    return replied(new Work.Submit(command, future), future);
  }

  @Override
  public CompletableFuture<Reply> start(StartRequest request) {
    CompletableFuture<Reply> future = new CompletableFuture<>();
    InstanceKey given = request.key();
    InstanceKey key = given == null ? InstanceKey.of(uids.nextText()) : given;
    return replied(new Work.Start(request, key, given == null, future), future);
  }

  @Override
  public CompletableFuture<Optional<InstanceState>> instance(InstanceKey key) {
    CompletableFuture<Optional<InstanceState>> future = new CompletableFuture<>();
    return read(new Work.Read(key, future), future);
  }

  @Override
  public CompletableFuture<InstanceState> whenEnded(InstanceKey key) {
    CompletableFuture<InstanceState> future = new CompletableFuture<>();
    return read(new Work.AwaitEnd(key, future), future);
  }

  @Override
  public CompletableFuture<Reply> saveDefinition(SaveDefinition request) {
    CompletableFuture<Reply> future = new CompletableFuture<>();
    String given = request.id();
    return replied(new Work.Save(request, given == null ? drawId() : given, future), future);
  }

  @Override
  public CompletableFuture<Reply> removeDefinition(String id) {
    CompletableFuture<Reply> future = new CompletableFuture<>();
    return replied(new Work.Remove(id, future), future);
  }

  @Override
  public Graph graph(DefinitionRef ref) {
    return graphs.graph(ref);
  }

  @Override
  public Queries queries() {
    return queries;
  }

  private CompletableFuture<Reply> replied(Work work, CompletableFuture<Reply> future) {
    loop.offer(
        work,
        () -> future.complete(Reply.Rejected.of(Reason.BUSY, "too many commands wait; try again")));
    return future;
  }

  private <T> CompletableFuture<T> read(Work work, CompletableFuture<T> future) {
    loop.offer(
        work,
        () ->
            future.completeExceptionally(
                new EngineUnavailableException("too many commands wait; try again")));
    return future;
  }

  private synchronized String drawId() {
    StringBuilder id = new StringBuilder(DEFINITION_PREFIX);
    for (int i = 0; i < DEFINITION_LETTERS; i++) {
      id.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    return id.toString();
  }
}
