package dev.millrace.expression.nocobase.script;

import dev.millrace.expression.Deadline;

/**
 * What one evaluation may use: steps, depth and time. The steps come first, so that the same
 * expression meets the same bound on every machine; time is only the backstop. Used by one thread.
 */
public final class Budget {

  /** Steps of one evaluation: nodes evaluated, and elements that functions go through. */
  public static final int STEPS_MAX = 500_000;

  /** Deepest nesting of evaluation. */
  public static final int DEPTH_MAX = 500;

  /** Deepest nesting of the brackets and operators of a source. */
  public static final int NESTING_MAX = 100;

  /** Longest source, in characters. */
  public static final int SOURCE_LENGTH_MAX = 16 * 1024;

  /** Longest text an expression may build, in characters. */
  public static final int TEXT_LENGTH_MAX = 1024 * 1024;

  /** Deepest nesting of a value that is written, compared or given. */
  public static final int VALUE_DEPTH_MAX = 100;

  private static final int STEPS_PER_CHECK = 128;

  private final Deadline deadline = Deadline.start();
  private int steps;
  private int untilCheck = STEPS_PER_CHECK;
  private int depth;

  public Deadline deadline() {
    return deadline;
  }

  /** One step. */
  public void step() {
    steps(1);
  }

  /**
   * Work in proportion to a size.
   *
   * @throws ScriptException when the steps are used up
   */
  public void steps(long count) {
    if (count > STEPS_MAX - steps) {
      throw ScriptException.range("the expression takes more than " + STEPS_MAX + " steps");
    }
    steps += (int) count;
    untilCheck -= (int) count;
    if (untilCheck <= 0) {
      untilCheck = STEPS_PER_CHECK;
      deadline.check();
    }
  }

  /**
   * One level deeper, and a step.
   *
   * @throws ScriptException when the evaluation nests too deeply
   */
  public void enter() {
    step();
    if (++depth > DEPTH_MAX) {
      throw ScriptException.range("Maximum call stack size exceeded");
    }
  }

  /** One level up. */
  public void leave() {
    depth--;
  }

  /**
   * A text or list of this length is built.
   *
   * @throws ScriptException when it is too long
   */
  public void build(long length) {
    if (length > TEXT_LENGTH_MAX) {
      throw ScriptException.range("Invalid string length");
    }
    steps(1 + length / 16);
  }

  /** Refuses a source that is too long to be parsed. */
  public static void checkSource(String source) {
    if (source.length() > SOURCE_LENGTH_MAX) {
      throw ScriptException.syntax(
          "the expression has "
              + source.length()
              + " characters, at most "
              + SOURCE_LENGTH_MAX
              + " are taken");
    }
  }
}
