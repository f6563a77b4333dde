package dev.millrace.expression.nocobase.script;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a function is called with.
 *
 * @param values in the order given
 * @param call what the call may use
 */
public record Arguments(List<@Nullable Object> values, Call call) {

  public int size() {
    return values.size();
  }

  /** An argument, or undefined when it was not given. */
  public @Nullable Object get(int index) {
    return index < values.size() ? values.get(index) : Undefined.VALUE;
  }

  /** Whether an argument was given and is not undefined. */
  public boolean has(int index) {
    return get(index) != Undefined.VALUE;
  }

  /** An argument as a number, by JavaScript's rules. */
  public double number(int index) {
    return Coercions.toNumber(get(index));
  }

  /** An argument as a number, or the fallback when it was not given. */
  public double number(int index, double fallback) {
    return has(index) ? number(index) : fallback;
  }

  /** An argument as an integer, or the fallback when it was not given; not a number counts as 0. */
  public int integer(int index, int fallback) {
    // The conversion of a double keeps within the integers and makes 0 of what is no number.
    return has(index) ? (int) number(index) : fallback;
  }

  /** An argument as text. */
  public String text(int index) {
    return Coercions.toText(get(index));
  }

  /**
   * An argument that must be a function.
   *
   * @throws ScriptException when it is none
   */
  public ScriptFunction function(int index) {
    if (get(index) instanceof ScriptFunction function) {
      return function;
    }
    throw ScriptException.type(Coercions.shown(get(index)) + " is not a function");
  }

  public Budget budget() {
    return call.budget();
  }

  /** Calls a function on the same terms. */
  @SuppressWarnings("NullAway") // The checker loses the annotation of elements of varargs.
  public @Nullable Object invoke(ScriptFunction function, @Nullable Object... arguments) {
    budget().enter();
    try {
      return function.call(new Arguments(java.util.Arrays.asList(arguments), call));
    } finally {
      budget().leave();
    }
  }

  /** What calls share during one evaluation. Used by one thread. */
  public static final class Call {
    private final Budget budget;
    private final double nowMillis;
    private int drawn;

    /**
     * @param nowMillis the moment of the scope, in milliseconds since 1970
     */
    public Call(Budget budget, double nowMillis) {
      this.budget = budget;
      this.nowMillis = nowMillis;
    }

    public Budget budget() {
      return budget;
    }

    public double nowMillis() {
      return nowMillis;
    }

    /** Counts the random numbers drawn. */
    public int draw() {
      return drawn++;
    }
  }
}
