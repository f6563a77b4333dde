package dev.millrace.simulator;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * One run under one seed. First everything goes wrong that may, then everything is well and all
 * instances must end. Runs share nothing, so several may go on in threads of their own.
 */
final class Simulation {

  /** The runtime reports each injected fault as an error; kept here so that it stays silenced. */
  private static final Logger RUNTIME_LOG = Logger.getLogger("dev.millrace.runtime");

  private static final long STEPS_MOST = 5_000_000;
  private static final Duration TROUBLE_MOST = Duration.ofHours(12);
  private static final Duration LIVENESS_MOST = Duration.ofDays(4);
  private static final Duration ANSWERS_MOST = Duration.ofMinutes(10);
  private static final Duration QUIET = Duration.ofHours(3);

  private final long seed;
  private final World world;

  private Simulation(long seed, Subject subject, Consumer<String> listener) {
    this.seed = seed;
    this.world = new World(seed, subject, listener);
  }

  /**
   * Runs a seed over the store and the rules as they are.
   *
   * @throws SimulationFailure when a law was broken
   */
  static SimulationResult run(long seed) {
    return run(seed, Subject.AS_IS, _ -> {});
  }

  /**
   * Runs a seed.
   *
   * @param listener is given each line of the log
   * @throws SimulationFailure when a law was broken
   */
  static SimulationResult run(long seed, Subject subject, Consumer<String> listener) {
    RUNTIME_LOG.setLevel(Level.OFF);
    return new Simulation(seed, subject, listener).run();
  }

  private SimulationResult run() {
    world.begin();
    goOn(world.clients::done, TROUBLE_MOST, () -> "the clients did not come to their end");
    world.heal(seed % 2 == 0);
    Healer healer = new Healer(world);
    healer.begin();
    goOn(healer::done, LIVENESS_MOST, () -> "instances do not end:" + healer.remaining());
    goOn(this::answered, ANSWERS_MOST, () -> "calls are not answered");
    world.crash("once more");
    long quiet = world.agenda.micros() + QUIET.toNanos() / 1_000;
    goOn(() -> world.agenda.micros() >= quiet, QUIET.multipliedBy(2), () -> "time stands still");
    new FinalCheck(world).check();
    judge();
    return new SimulationResult(
        world.trace.hash(),
        world.commits.all().size(),
        world.commits.committed(),
        world.deaths,
        world.stale,
        world.agenda.micros() / 1_000_000,
        world.coverage);
  }

  private boolean answered() {
    SimulatedServer server = world.server();
    return server == null || server.idle();
  }

  private void goOn(BooleanSupplier done, Duration most, Supplier<String> why) {
    long end = world.agenda.micros() + most.toNanos() / 1_000;
    while (!done.getAsBoolean()) {
      boolean alive = world.agenda.step();
      judge();
      if (!alive || world.agenda.micros() > end || world.agenda.steps() > STEPS_MOST) {
        world.verdict.breach(
            "liveness",
            "%s (at %s, step %d)".formatted(why.get(), world.agenda.now(), world.agenda.steps()));
        judge();
      }
    }
  }

  private void judge() {
    String breach = world.verdict.first();
    if (breach != null) {
      throw new SimulationFailure(seed, breach, world.trace.last());
    }
  }
}
