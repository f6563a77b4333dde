package dev.millrace.runtime.lane;

import dev.millrace.engine.Command;
import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.Reason;
import dev.millrace.engine.Reply;
import dev.millrace.engine.code.CodeFork;
import dev.millrace.engine.code.CodeStart;
import dev.millrace.engine.graph.Graph;
import dev.millrace.engine.graph.GraphSource;
import dev.millrace.runtime.CodeApi;
import dev.millrace.runtime.EngineApi;
import dev.millrace.runtime.EngineUnavailableException;
import dev.millrace.runtime.identity.Snowflake;
import dev.millrace.store.query.Queries;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;

/** {@link EngineApi} over one lane: turns calls into work. Thread-safe. */
public final class LaneApi implements EngineApi {

  /** The answer to a start that would replace an instance with children nobody looked at. */
  public static final Reply CHILDREN_UNKNOWN =
      Reply.Rejected.of(Reason.BUSY, "the children of the instance to be replaced are not known");

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
    InstanceKey key = given == null ? drawKey(request.definition()) : given;
    return replied(new Work.Start(request, key, given == null, future, null), future);
  }

  @Override
  public Optional<Reply> answered(String definition, RequestId request) {
    Work.Request named = Work.Request.ofStart(definition, request);
    return Optional.ofNullable(Remembered.answer(named, loop.remembered(named)));
  }

  @Override
  public CompletableFuture<Ran> run(StartRequest request) {
    CompletableFuture<Reply> future = new CompletableFuture<>();
    CompletableFuture<InstanceState> settled = new CompletableFuture<>();
    InstanceKey given = request.key();
    InstanceKey key = given == null ? drawKey(request.definition()) : given;
    return replied(new Work.Start(request, key, given == null, future, settled), future)
        .thenCompose(reply ->
            reply instanceof Reply.Accepted
                ? settled.thenApply(state -> new Ran(reply, state))
                : CompletableFuture.completedFuture(new Ran(reply, null)));
  }

  @Override
  public CompletableFuture<Optional<InstanceState>> instance(InstanceKey key) {
    CompletableFuture<Optional<InstanceState>> future = new CompletableFuture<>();
    return read(new Work.Read(key, future), future);
  }

  @Override
  public CompletableFuture<InstanceState> whenEnded(InstanceKey key) {
    return await(key, CodeApi.Milestone.ENDED);
  }

  @Override
  public CompletableFuture<InstanceState> whenSettled(InstanceKey key) {
    return await(key, CodeApi.Milestone.SETTLED);
  }

  private CompletableFuture<InstanceState> await(InstanceKey key, CodeApi.Milestone milestone) {
    CompletableFuture<InstanceState> future = new CompletableFuture<>();
    return read(new Work.AwaitKnown(key, milestone, future), future);
  }

  /**
   * Starts a code workflow.
   *
   * @param checked whether an instance that it replaces is known to have no active children; if not
   *     so the answer may be {@link #CHILDREN_UNKNOWN}
   */
  public CompletableFuture<Reply> startCode(InstanceKey key, CodeStart start, boolean checked) {
    CompletableFuture<Reply> future = new CompletableFuture<>();
    return replied(new Work.StartCode(key, start, checked, future), future);
  }

  /** Starts a code workflow in the middle of another's run. */
  public CompletableFuture<Reply> startForked(InstanceKey key, CodeFork seed) {
    CompletableFuture<Reply> future = new CompletableFuture<>();
    return replied(new Work.StartForked(key, seed, future), future);
  }

  @Override
  public CompletableFuture<Reply> release(InstanceKey key) {
    CompletableFuture<Reply> future = new CompletableFuture<>();
    return replied(new Work.Release(key, future), future);
  }

  /** Completes once an instance, which need not exist yet, has got so far. */
  public CompletableFuture<InstanceState> when(InstanceKey key, CodeApi.Milestone milestone) {
    CompletableFuture<InstanceState> future = new CompletableFuture<>();
    return read(new Work.Await(key, milestone, future), future);
  }

  /**
   * Takes a worker's answer. Never refused for being too many: workers have a bounded number of
   * items, and an answer that is refused is work done twice.
   */
  public CompletableFuture<Reply> answer(Command command) {
    CompletableFuture<Reply> future = new CompletableFuture<>();
    loop.offerUnbounded(new Work.Submit(command, future));
    return future;
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

  /** An id for an instance that has none yet. */
  public String drawUid() {
    return uids.nextText();
  }

  private InstanceKey drawKey(String definition) {
    String app = DefinitionRef.codeApp(definition);
    return new InstanceKey(app == null ? InstanceKey.DEFAULT_NAMESPACE : app, uids.nextText());
  }

  private synchronized String drawId() {
    StringBuilder id = new StringBuilder(DEFINITION_PREFIX);
    for (int i = 0; i < DEFINITION_LETTERS; i++) {
      id.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    return id.toString();
  }
}
