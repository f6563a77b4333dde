package dev.millrace.runtime.local;

import dev.millrace.engine.Command;
import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.Reply;
import dev.millrace.engine.code.CodeStart;
import dev.millrace.engine.graph.Graph;
import dev.millrace.runtime.CodeApi;
import dev.millrace.runtime.Decider;
import dev.millrace.runtime.DefinitionFormat;
import dev.millrace.runtime.EngineApi;
import dev.millrace.runtime.Health;
import dev.millrace.runtime.RuntimeCounters;
import dev.millrace.runtime.activity.Activity;
import dev.millrace.runtime.activity.ActivityDispatcher;
import dev.millrace.runtime.definition.Definitions;
import dev.millrace.runtime.identity.Snowflake;
import dev.millrace.runtime.lane.Lane;
import dev.millrace.runtime.lane.LaneApi;
import dev.millrace.runtime.lane.LaneLoop;
import dev.millrace.runtime.lane.LaneParts;
import dev.millrace.runtime.lane.LanePorts;
import dev.millrace.runtime.lane.SharedVariables;
import dev.millrace.runtime.retention.Retention;
import dev.millrace.runtime.trace.Tracing;
import dev.millrace.runtime.worker.Workers;
import dev.millrace.store.Fence;
import dev.millrace.store.Store;
import dev.millrace.store.StoreException;
import dev.millrace.store.query.Queries;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A running engine over a store: the threads, the lane, the activities. Thread-safe. It does not
 * close the store, which whoever opened it closes afterwards.
 */
public final class EngineRuntime implements EngineApi, CodeApi, AutoCloseable {

  /** Retention begins when a server that was started to do something has done it. */
  private static final Duration QUIET_START = Duration.ofSeconds(10);

  private final LaneApi api;
  private final CodeCalls codeCalls;
  private final Workers workers;
  private final LaneLoop loop;
  private final Lane lane;
  private final Retention retention;
  private final ActivityDispatcher dispatcher;
  private final Tracing tracing;
  private final ExecutorService committer;
  private final ExecutorService virtual;

  private EngineRuntime(
      Store store,
      RuntimeSettings settings,
      Definitions definitions,
      ActivityDispatcher dispatcher,
      Decider.Factory rules) {
    this.dispatcher = dispatcher;
    tracing = settings.tracing();
    committer =
        Executors.newSingleThreadExecutor(Thread.ofPlatform().name("millrace-committer").factory());
    virtual = Executors.newVirtualThreadPerTaskExecutor();
    SecureRandom random = new SecureRandom();
    SplittableRandom seeds = new SplittableRandom(random.nextLong());
    // Answers come from workers, which connect when this runtime is open.
    workers =
        new Workers(
            this::answer,
            Long.toString(random.nextLong() >>> 1, Character.MAX_RADIX) + "-",
            this::later);
    LanePorts ports =
        new LanePorts(
            settings.clock(),
            seeds::nextLong,
            committer,
            virtual,
            virtual,
            dispatcher,
            workers,
            settings.tracing());
    try {
      List<Fence> fences = store.acquire(settings.lane().owner(), settings.lane().partitions());
      SharedVariables variables = new SharedVariables(store.variables(), settings.lane().secrets());
      LaneParts parts = new LaneParts(rules.create(definitions, variables), definitions, variables);
      loop = new LaneLoop(store, fences, settings.lane(), ports, parts);
    } catch (RuntimeException e) {
      shutDown();
      throw e;
    }
    api =
        new LaneApi(
            loop,
            new Snowflake(settings.clock(), settings.worker()),
            random,
            definitions,
            store.queries());
    codeCalls = new CodeCalls(api);
    lane = new Lane(loop, ports);
    retention =
        new Retention(
            settings.retention(),
            new Retention.Ports(store, api::submit, virtual, settings.clock()));
    Duration interval = retention.interval();
    retainAfter(interval.compareTo(QUIET_START) < 0 ? interval : QUIET_START);
  }

  private void later(Duration delay, Runnable task) {
    CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS, virtual)
        .execute(task);
  }

  private void retainAfter(Duration delay) {
    later(
        delay,
        () -> {
          if (health().ready()) {
            var _ = retention.portion().thenAccept(this::retainAfter);
          }
        });
  }

  private CompletableFuture<Reply> answer(Command command) {
    return api.answer(command);
  }

  /**
   * Takes the store over and starts. Returns when commands are taken; what an earlier server left
   * open is taken up in the background.
   *
   * @param rules makes the engine over the graphs and variables kept here
   * @throws StoreException when the store cannot be taken over
   */
  public static EngineRuntime open(
      Store store,
      RuntimeSettings settings,
      List<DefinitionFormat> formats,
      List<Activity> activities,
      Decider.Factory rules) {
    return new EngineRuntime(
        store,
        settings,
        new Definitions(store, formats),
        new ActivityDispatcher(activities, settings.activities()),
        rules);
  }

  /** Whether commands are taken. */
  public Health health() {
    return loop.health();
  }

  /** What was counted since it was opened. */
  public RuntimeCounters counters() {
    return loop.counters();
  }

  /** What removes instances that were kept long enough. */
  public Retention retention() {
    return retention;
  }

  /** Takes no more commands; what was accepted is finished. Returns at once. */
  public void drain() {
    loop.drain();
  }

  /** Drains, then ends all threads. Activities that run are interrupted, and run again later. */
  @Override
  public void close() {
    lane.close();
    shutDown();
  }

  @Override
  public CompletableFuture<Reply> submit(Command command) {
    return api.submit(command);
  }

  @Override
  public Optional<Reply> answered(String definition, RequestId request) {
    return api.answered(definition, request);
  }

  @Override
  public CompletableFuture<Reply> start(StartRequest request) {
    return api.start(request);
  }

  @Override
  public CompletableFuture<Optional<InstanceState>> instance(InstanceKey key) {
    return api.instance(key);
  }

  @Override
  public CompletableFuture<InstanceState> whenEnded(InstanceKey key) {
    return api.whenEnded(key);
  }

  @Override
  public CompletableFuture<InstanceState> whenSettled(InstanceKey key) {
    return api.whenSettled(key);
  }

  @Override
  public CompletableFuture<Ran> run(StartRequest request) {
    return api.run(request);
  }

  @Override
  public CompletableFuture<Reply> startCode(InstanceKey key, CodeStart start) {
    return codeCalls.start(key, start);
  }

  @Override
  public CompletableFuture<InstanceState> when(InstanceKey key, Milestone milestone) {
    return api.when(key, milestone);
  }

  @Override
  public CompletableFuture<Reply> purge(InstanceKey key, boolean recursive, boolean force) {
    return codeCalls.purge(key, recursive, force);
  }

  @Override
  public CompletableFuture<Reply> rerun(RerunRequest request) {
    return codeCalls.rerun(request);
  }

  @Override
  public Tracing tracing() {
    return tracing;
  }

  @Override
  public CompletableFuture<Reply> rerun(InstanceKey key, String from) {
    return api.instance(key)
        .thenCompose(found ->
            found.isEmpty() || found.get().code() == null
                ? EngineApi.super.rerun(key, from)
                : codeCalls.rerun(found.get(), from));
  }

  @Override
  public Workers workers() {
    return workers;
  }

  @Override
  public CompletableFuture<Reply> saveDefinition(SaveDefinition request) {
    return api.saveDefinition(request);
  }

  @Override
  public CompletableFuture<Reply> release(InstanceKey key) {
    return api.release(key);
  }

  @Override
  public CompletableFuture<Reply> removeDefinition(String id) {
    return api.removeDefinition(id);
  }

  @Override
  public Graph graph(DefinitionRef ref) {
    return api.graph(ref);
  }

  @Override
  public Queries queries() {
    return api.queries();
  }

  private void shutDown() {
    dispatcher.close();
    committer.close();
    virtual.close();
  }
}
