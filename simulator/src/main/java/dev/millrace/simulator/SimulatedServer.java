package dev.millrace.simulator;

import dev.millrace.runtime.EngineApi;
import dev.millrace.runtime.Health;
import dev.millrace.runtime.definition.Definitions;
import dev.millrace.runtime.identity.Snowflake;
import dev.millrace.runtime.lane.LaneApi;
import dev.millrace.runtime.lane.LaneLoop;
import dev.millrace.runtime.lane.LaneParts;
import dev.millrace.runtime.lane.LanePorts;
import dev.millrace.runtime.lane.LaneSettings;
import dev.millrace.runtime.lane.SharedVariables;
import dev.millrace.runtime.retention.Retention;
import dev.millrace.runtime.retention.RetentionPolicy;
import dev.millrace.store.Batch;
import dev.millrace.store.CommitResult;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/** One life of a server over the store: its memory dies with it. One thread. */
final class SimulatedServer {

  private static final int PARTITIONS = 4;
  private static final LaneSettings.Size BATCH = new LaneSettings.Size(60, 1L << 20);
  private static final long CACHE_BYTES = 64L << 20;
  private static final Duration LEAST_PAUSE = Duration.ofMillis(1);
  private static final Duration POLL = Duration.ofMillis(50);

  private final World world;
  private final int number;
  private final SplittableRandom random;
  private final CheckedRules rules;
  private final LaneLoop loop;
  private final LaneApi api;
  private final Retention retention;
  private final Deque<Runnable> callbacks = new ArrayDeque<>();
  private final List<Call> calls = new ArrayList<>();
  private boolean dead;
  private boolean dying;
  private boolean stepPlanned;
  private long plan;

  private static final class Call {
    private final Runnable unknown;
    private boolean over;

    private Call(Runnable unknown) {
      this.unknown = unknown;
    }
  }

  /**
   * Takes the store over.
   *
   * @throws dev.millrace.store.StoreException when it cannot be read
   */
  SimulatedServer(World world, int number) {
    this.world = world;
    this.number = number;
    random = world.serverRandom.split();
    SplittableRandom seeds = random.split();
    FaultyStore store =
        new FaultyStore(world, world.subject.store().apply(world.rows), new CommitListener());
    Definitions definitions = new Definitions(store, List.of(world.format));
    SharedVariables variables = new SharedVariables(store.variables(), Map.of());
    rules =
        new CheckedRules(world, world.subject.rules().apply(world.decider(definitions, variables)));
    LanePorts ports =
        new LanePorts(
            world.clock,
            seeds::nextLong,
            task -> later(world.swarm.store().commitMillis(), task),
            task -> later(world.swarm.store().readMillis(), task),
            this::callback,
            world.workers.of(this));
    LaneSettings settings =
        new LaneSettings(
            "simulated " + number,
            PARTITIONS,
            world.swarm.load().mailbox(),
            BATCH,
            new LaneSettings.Size(world.swarm.load().cached(), CACHE_BYTES),
            Map.of());
    var fences = store.acquire(settings.owner(), PARTITIONS);
    world.commits.acquired(fences);
    loop =
        new LaneLoop(store, fences, settings, ports, new LaneParts(rules, definitions, variables));
    api =
        new LaneApi(
            loop,
            new Snowflake(world.clock, number % Snowflake.MAX_WORKER),
            random.split(),
            definitions,
            store.queries());
    Duration keep = world.swarm.keep().isZero() ? null : world.swarm.keep();
    retention =
        new Retention(
            new RetentionPolicy(new RetentionPolicy.Keep(keep, keep, keep), Map.of()),
            new Retention.Ports(
                store,
                api::submit,
                task -> later(world.swarm.store().readMillis(), task),
                world.clock));
    loop.onArrival(this::wake);
    wake();
    retainAfter(retention.interval());
  }

  private void retainAfter(Duration wait) {
    world.agenda.after(
        wait,
        () -> {
          if (!dead && !dying) {
            var _ = retention.portion().thenAccept(this::retainAfter);
          }
        });
  }

  int number() {
    return number;
  }

  boolean dead() {
    return dead;
  }

  /** Whether every call was answered. */
  boolean idle() {
    return calls.isEmpty();
  }

  /** Whether it only finishes its answers and does nothing else any more. */
  boolean dying() {
    return dying;
  }

  /**
   * Calls the server.
   *
   * @param unknown runs instead when the caller will never hear what became of it
   */
  <T> void call(
      Function<EngineApi, CompletableFuture<T>> request, Consumer<T> answered, Runnable unknown) {
    if (dead) {
      unknown.run();
      return;
    }
    Call call = new Call(unknown);
    calls.add(call);
    CompletableFuture<T> _ =
        request
            .apply(api)
            .whenComplete((answer, failure) -> {
              if (call.over) {
                return;
              }
              call.over = true;
              calls.remove(call);
              if (failure == null) {
                answered.accept(answer);
              } else {
                unknown.run();
              }
            });
  }

  /** Ends it at once, as a power cut does. */
  void kill(String where) {
    if (dead) {
      return;
    }
    dead = true;
    world.trace.line("server %d dies %s".formatted(number, where));
    checkCounters();
    List<Call> open = List.copyOf(calls);
    calls.clear();
    for (Call call : open) {
      if (!call.over) {
        call.over = true;
        call.unknown.run();
      }
    }
    world.died(this);
  }

  private void checkCounters() {
    world.stale += rules.stale();
    world.verdict.require(
        loop.counters().ignored() >= rules.stale(),
        "I13",
        "%d foreign results were ignored and %d counted"
            .formatted(rules.stale(), loop.counters().ignored()));
    world.verdict.require(
        loop.counters().quarantined() == 0,
        "no exception",
        loop.counters().quarantined() + " instances were quarantined by server " + number);
  }

  /** Lets it finish what it accepted, then ends it. */
  void shutDown() {
    loop.drain();
    world.agenda.after(Duration.ofSeconds(5), () -> kill("after draining"));
  }

  private void wake() {
    if (!dead && !stepPlanned) {
      stepPlanned = true;
      world.agenda.afterMicros(random.nextInt(1, 500), this::step);
    }
  }

  private void step() {
    stepPlanned = false;
    if (dead) {
      return;
    }
    boolean did = loop.work();
    if (dying) {
      runCallbacks();
      kill("after replies, before effects");
    } else if (loop.health().state() == Health.State.HALTED) {
      runCallbacks();
      world.trace.line("server %d halted: %s".formatted(number, loop.health().detail()));
      kill("by itself");
    } else if (did) {
      wake();
    } else {
      sleep();
    }
  }

  /** Wakes when the lane's next timer is due by the clock it sees. */
  private void sleep() {
    Duration wait = Duration.between(world.clock.now(), loop.nextWake());
    long mine = ++plan;
    world.agenda.after(
        wait.isNegative() || wait.isZero() ? POLL : wait.plus(LEAST_PAUSE),
        () -> {
          if (mine == plan) {
            wake();
          }
        });
  }

  private void later(int meanMillis, Runnable task) {
    world.agenda.afterMicros(
        random.nextInt(1, 2_000 * meanMillis + 2),
        () -> {
          if (!dead && !dying) {
            task.run();
          }
        });
  }

  private void callback(Runnable task) {
    callbacks.add(task);
    world.agenda.afterMicros(random.nextInt(1, 1_000), this::runCallbacks);
  }

  private void runCallbacks() {
    while (!dead && !callbacks.isEmpty()) {
      callbacks.remove().run();
    }
  }

  private final class CommitListener implements FaultyStore.Listener {

    @Override
    public void crash(String where) {
      kill(where);
    }

    @Override
    public void crashAfterReplies() {
      dying = true;
      wake();
    }

    @Override
    public void judged(Batch batch, CommitResult result) {
      world.commits.judged(SimulatedServer.this, batch, result);
    }
  }
}
