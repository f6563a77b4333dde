package dev.millrace.simulator;

import java.time.Duration;
import java.util.SplittableRandom;

/**
 * What a run is like, drawn from its seed. Each kind of fault is absent in some runs and frequent
 * in others, so that faults which hide each other are met alone as well. Probabilities lie in 0 to
 * 1.
 *
 * @param keep how long ended instances stay, or zero for ever
 */
record Swarm(
    Load load,
    CommitFaults commits,
    StoreFaults store,
    WorkFaults work,
    Mischief mischief,
    Duration keep) {

  private static final double PRESENT = 0.6;

  /**
   * What clients do.
   *
   * @param clients how many call at once
   * @param actions how many calls they make together, repeats not counted
   * @param gapMillis the mean time between two calls of a client
   * @param cached how many instances a server keeps in memory
   * @param mailbox how many calls may wait in a server
   */
  record Load(int clients, int definitions, int actions, int gapMillis, int cached, int mailbox) {}

  /**
   * What becomes of a commit, per commit.
   *
   * @param repeated the store is given the batch twice
   */
  record CommitFaults(
      double errorBefore,
      double okButError,
      double crashBefore,
      double crashAfter,
      double crashAfterReplies,
      double repeated) {}

  /** How the store is otherwise. */
  record StoreFaults(double readError, int commitMillis, int readMillis) {}

  /**
   * What becomes of an activity's attempt, per attempt.
   *
   * @param lost nobody hears of the dispatch until the lease ends
   * @param repeated its result arrives more than once
   */
  record WorkFaults(double lost, double repeated, double failing, double slow) {}

  /** What happens at random times; the mean time between two of a kind, or zero for never. */
  record Mischief(
      Duration crashEvery,
      Duration takeoverEvery,
      Duration clockStopEvery,
      Duration clockBackEvery) {}

  static Swarm draw(SplittableRandom random) {
    Load load =
        new Load(
            random.nextInt(1, 6),
            random.nextInt(2, 6),
            random.nextInt(60, 201),
            random.nextInt(20, 3_000),
            random.nextInt(3) == 0 ? 3 : 1_000,
            random.nextInt(4) == 0 ? 2 : 1_000);
    double rate = random.nextInt(3) == 0 ? 0.08 : 0.02;
    CommitFaults commits =
        new CommitFaults(
            chance(random, rate),
            chance(random, rate),
            chance(random, rate),
            chance(random, rate),
            chance(random, rate),
            chance(random, rate));
    StoreFaults store =
        new StoreFaults(
            chance(random, 0.01),
            random.nextInt(2) == 0 ? 2 : random.nextInt(10, 200),
            random.nextInt(2) == 0 ? 1 : random.nextInt(5, 100));
    WorkFaults work =
        new WorkFaults(
            chance(random, 0.2), chance(random, 0.3), chance(random, 0.4), chance(random, 0.2));
    Mischief mischief =
        new Mischief(
            every(random, 20, 300),
            every(random, 20, 300),
            every(random, 20, 200),
            every(random, 20, 200));
    return new Swarm(load, commits, store, work, mischief, every(random, 1, 120));
  }

  private static double chance(SplittableRandom random, double most) {
    return random.nextDouble() < PRESENT ? random.nextDouble() * most : 0;
  }

  private static Duration every(SplittableRandom random, int least, int most) {
    return random.nextDouble() < PRESENT
        ? Duration.ofSeconds(random.nextInt(least, most))
        : Duration.ZERO;
  }
}
