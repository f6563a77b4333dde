package dev.millrace.simulator;

import java.io.PrintStream;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** The command: runs fresh seeds, or given ones, and prints the line that reruns a failing one. */
public final class Main {

  private static final int DEFAULT_SEEDS = 20;

  /** Fresh seeds are below this, so that they are short to type. */
  private static final long SEEDS = 1_000_000_000_000L;

  private static final int SEEDS_MOST = 1_000_000;

  private static final int HELD = 0;
  private static final int BROKEN = 1;
  private static final int WRONG_CALL = 2;

  private static final String USAGE =
      """
      usage: ./x sim [SEED ...] [--seeds N] [--log]
        SEED        run this seed; the same seed gives the same run
        --seeds N   run N fresh seeds (20 when no seed is named)
        --log       print the log of each run
        --help      print this
      Prints a line a seed and what the runs did and met.
      Exit code: 0 all laws held, 1 one was broken, 2 the call is wrong.
      """;

  private final LongSupplier fresh;
  private final Subject subject;
  private final PrintStream out;
  private final PrintStream err;

  /**
   * Prepares a call.
   *
   * @param fresh draws seeds that were hardly ever run before
   */
  Main(LongSupplier fresh, Subject subject, PrintStream out, PrintStream err) {
    this.fresh = fresh;
    this.subject = subject;
    this.out = out;
    this.err = err;
  }

  /** Exits with 0 when all laws held, 1 when one was broken, 2 when the call is wrong. */
  public static void main(String[] arguments) {
    // A library in use asks for a logger and complains on the console that there is none.
    System.setProperty("slf4j.internal.verbosity", "ERROR");
    SecureRandom random = new SecureRandom();
    Main main = new Main(() -> random.nextLong(SEEDS), Subject.AS_IS, System.out, System.err);
    System.exit(main.run(List.of(arguments)));
  }

  /** What is asked for; {@code fresh} is negative when not said. */
  private record Wanted(List<Long> seeds, int fresh, boolean log, boolean help) {}

  /** The call is wrong. */
  private static final class UsageException extends Exception {
    private UsageException(String message) {
      super(message);
    }
  }

  /** Runs the command and returns its exit code. */
  int run(List<String> arguments) {
    Wanted wanted;
    try {
      wanted = read(arguments);
    } catch (UsageException e) {
      err.println(e.getMessage());
      err.print(USAGE);
      return WRONG_CALL;
    }
    if (wanted.help()) {
      out.print(USAGE);
      return HELD;
    }
    List<Long> seeds = new ArrayList<>(wanted.seeds());
    int more = wanted.fresh() >= 0 ? wanted.fresh() : seeds.isEmpty() ? DEFAULT_SEEDS : 0;
    for (int i = 0; i < more; i++) {
      seeds.add(fresh.getAsLong());
    }
    Consumer<String> listener = wanted.log() ? out::println : _ -> {};
    Coverage sum = new Coverage();
    int broken = 0;
    for (long seed : seeds) {
      broken += run(seed, listener, sum) ? 0 : 1;
    }
    out.print(sum);
    out.printf("%d seeds, %d broke a law%n", seeds.size(), broken);
    return broken == 0 ? HELD : BROKEN;
  }

  private static Wanted read(List<String> arguments) throws UsageException {
    List<Long> seeds = new ArrayList<>();
    int fresh = -1;
    boolean log = false;
    boolean help = false;
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      switch (argument) {
        case "--seeds" -> {
          i++;
          long most = number(i < arguments.size() ? arguments.get(i) : "nothing");
          if (most < 0 || most > SEEDS_MOST) {
            throw new UsageException(
                "expected a number from 0 to %d after --seeds, found %d"
                    .formatted(SEEDS_MOST, most));
          }
          fresh = (int) most;
        }
        case "--log" -> log = true;
        case "--help", "-h" -> help = true;
        default -> seeds.add(number(argument));
      }
    }
    return new Wanted(seeds, fresh, log, help);
  }

  private static long number(String text) throws UsageException {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException _) {
      throw new UsageException("expected a whole number, found " + text);
    }
  }

  private boolean run(long seed, Consumer<String> listener, Coverage sum) {
    try {
      SimulationResult result = Simulation.run(seed, subject, listener);
      out.println("seed " + seed + ": " + result);
      sum.add(result.coverage());
      return true;
    } catch (SimulationFailure failure) {
      out.println(failure.getMessage());
      return false;
    }
  }
}
