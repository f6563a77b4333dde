package dev.millrace.simulator;

import dev.millrace.engine.Command;
import dev.millrace.engine.Effect;
import dev.millrace.engine.Failure;
import dev.millrace.engine.InstanceKey;
import dev.millrace.runtime.activity.Dispatcher;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Runs activities in virtual time: dispatches get lost until their lease ends, results are slow,
 * late, repeated, and failures. One thread.
 */
final class Workers {

  private static final long LEASE_MILLIS = 60_000;
  private static final int QUICK_MILLIS = 2_000;
  private static final int SLOW_MILLIS = 400_000;
  private static final int LATE_MILLIS = 100_000;

  /**
   * How often a server may hand over the same attempt: once when it is due and once when it takes
   * up what it found at its start.
   */
  private static final int DISPATCHES = 2;

  private final World world;
  private final SplittableRandom random;
  private long outputs;

  private record Attempt(InstanceKey key, Command.WorkToken token) {}

  Workers(World world, SplittableRandom random) {
    this.world = world;
    this.random = random;
  }

  /** The workers as a server sees them. */
  Dispatcher of(SimulatedServer server) {
    Map<Attempt, Integer> dispatched = new HashMap<>();
    return (key, attempt, results) -> {
      if (server.dying()) {
        return;
      }
      int times = dispatched.merge(new Attempt(key, attempt.token()), 1, Integer::sum);
      world.verdict.require(
          times <= DISPATCHES,
          "I11",
          "server %d handed over %s of %s %d times"
              .formatted(server.number(), attempt.token(), key, times));
      world.trace.line("dispatch %s %s".formatted(key, attempt.token()));
      take(key, attempt, new Route(server, results));
    };
  }

  /** Where a result goes. */
  private record Route(SimulatedServer server, Consumer<Command> results) {}

  private void take(InstanceKey key, Effect.DispatchActivity attempt, Route route) {
    if (happens(world.swarm.work().lost())) {
      world.fault("dispatch lost");
      world.trace.line("lost %s %s".formatted(key, attempt.token()));
      afterMillis(LEASE_MILLIS, () -> take(key, attempt, route));
      return;
    }
    int most = happens(world.swarm.work().slow()) ? SLOW_MILLIS : QUICK_MILLIS;
    afterMillis(random.nextInt(1, most), () -> finish(key, attempt, route));
    while (happens(world.swarm.work().repeated())) {
      world.fault("result repeated");
      afterMillis(random.nextInt(1, LATE_MILLIS), () -> finish(key, attempt, route));
    }
  }

  private void finish(InstanceKey key, Effect.DispatchActivity attempt, Route route) {
    Command result =
        happens(world.swarm.work().failing())
            ? new Command.FailActivity(
                key, attempt.token(), failure(), random.nextInt(3) == 0 ? 1_500 : 0)
            : new Command.CompleteActivity(key, attempt.token(), "output-" + outputs++);
    if (!route.server().dead() && random.nextInt(4) != 0) {
      world.trace.line("result " + result);
      route.results().accept(result);
    } else if (!route.server().dead() || random.nextBoolean()) {
      world.trace.line("result by call " + result);
      world.clients.report(result);
    }
  }

  private Failure failure() {
    return random.nextInt(4) == 0
        ? new Failure("script.Error", "simulated fault", "", false, null, null)
        : new Failure("io", "simulated refusal", "", true, null, null);
  }

  private boolean happens(double chance) {
    return !world.healed() && chance > 0 && random.nextDouble() < chance;
  }

  private void afterMillis(long millis, Runnable action) {
    world.agenda.afterMicros(millis * 1_000, action);
  }
}
