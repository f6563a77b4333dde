package dev.millrace.systemtests;

import java.security.SecureRandom;
import java.util.List;

/**
 * What a crash run is asked to do.
 *
 * @param cycles how often the server is killed
 * @param seed decides what the clients send and when the server is killed; the threads' own pace
 *     remains theirs
 */
public record CrashOptions(int cycles, long seed) {

  static final String USAGE = "usage: CrashRun [CYCLES] [--seed S]";

  private static final int DEFAULT_CYCLES = 200;
  private static final int MAX_CYCLES = 100_000;
  private static final int SEED_BOUND = 1_000_000_000;

  /**
   * Reads the command line.
   *
   * @throws IllegalArgumentException when it is not as in {@link #USAGE}
   */
  static CrashOptions of(String... arguments) {
    return of(DEFAULT_CYCLES, arguments);
  }

  /**
   * The same, where another number of cycles is usual.
   *
   * @throws IllegalArgumentException when it is not as in {@link #USAGE}
   */
  public static CrashOptions of(int usualCycles, String... arguments) {
    int cycles = usualCycles;
    long seed = new SecureRandom().nextInt(SEED_BOUND);
    List<String> words = List.of(arguments);
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (word.equals("--seed")) {
        if (i + 1 == words.size()) {
          throw new IllegalArgumentException("expected a number after --seed, found nothing");
        }
        i++;
        seed = number("a seed", words.get(i), Long.MIN_VALUE, Long.MAX_VALUE);
      } else {
        cycles = (int) number("a number of cycles", word, 1, MAX_CYCLES);
      }
    }
    return new CrashOptions(cycles, seed);
  }

  private static long number(String what, String text, long least, long most) {
    String expected = "expected %s from %d to %d, found %s".formatted(what, least, most, text);
    try {
      long number = Long.parseLong(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(expected, e);
    }
    throw new IllegalArgumentException(expected);
  }
}
