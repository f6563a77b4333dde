package dev.millrace.activities.call;

import dev.millrace.runtime.activity.ActivityException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Typed access to the parameters of one activity. A value of the wrong type or out of range fails
 * with type {@code constraint}, not retryable, and words that name the parameter, what was expected
 * and what was found. Null and blank text count as absent. Immutable.
 */
public final class Parameters {

  private static final BigDecimal MILLIS_PER_SECOND = BigDecimal.valueOf(1000);

  private final String activity;
  private final Map<String, @Nullable Object> values;

  /**
   * Wraps the parameters.
   *
   * @param activity the name of the activity, the start of every message
   * @param values plain JSON
   */
  public Parameters(String activity, Map<String, @Nullable Object> values) {
    this.activity = activity;
    this.values = values;
  }

  /** The failure for input that cannot work however often it is tried. */
  public ActivityException refuse(String message) {
    return new ActivityException("constraint", activity + ": " + message, false);
  }

  /** The value as given, null when absent. */
  public @Nullable Object value(String name) {
    return values.get(name);
  }

  /** Text, or the fallback when absent. */
  public String text(String name, String fallback) throws ActivityException {
    Object value = present(name);
    if (value == null) {
      return fallback;
    }
    if (value instanceof String text) {
      return text;
    }
    throw mismatch(name, "text", value);
  }

  /** Text that must be there. */
  public String requiredText(String name) throws ActivityException {
    String text = text(name, "");
    if (text.isEmpty()) {
      throw refuse("parameter \"" + name + "\" is required, found nothing");
    }
    return text;
  }

  /** An object, empty when absent. */
  public Map<String, @Nullable Object> object(String name) throws ActivityException {
    Object value = present(name);
    return value == null ? Map.of() : asObject(name, value);
  }

  /** Views a value as an object; {@code name} is for the message. */
  @SuppressWarnings("unchecked") // keys of plain JSON objects are always text
  public Map<String, @Nullable Object> asObject(String name, @Nullable Object value)
      throws ActivityException {
    if (value instanceof Map<?, ?> map) {
      return (Map<String, @Nullable Object>) map;
    }
    throw mismatch(name, "an object", value);
  }

  /** One text or a list of texts, empty when absent. */
  public List<String> texts(String name) throws ActivityException {
    Object value = present(name);
    if (value == null) {
      return List.of();
    }
    if (value instanceof String text) {
      return List.of(text);
    }
    if (!(value instanceof List<?> list)) {
      throw mismatch(name, "text or a list of text", value);
    }
    List<String> texts = new ArrayList<>(list.size());
    for (Object element : list) {
      if (!(element instanceof String text)) {
        throw mismatch(name, "text or a list of text", element);
      }
      texts.add(text);
    }
    return texts;
  }

  /** A whole number within a range, or the fallback when absent. */
  public int integer(String name, int fallback, int least, int most) throws ActivityException {
    Object value = present(name);
    if (value == null) {
      return fallback;
    }
    if (value instanceof Long number && number >= least && number <= most) {
      return number.intValue();
    }
    throw mismatch(name, "a whole number from " + least + " to " + most, value);
  }

  /**
   * A number of seconds, fractions allowed; the fallback when absent. Zero sets no limit but {@code
   * most}, and longer than that is shortened to it.
   */
  public Duration seconds(String name, Duration fallback, Duration most) throws ActivityException {
    Object value = present(name);
    BigDecimal seconds =
        switch (value) {
          case Long number -> BigDecimal.valueOf(number);
          case BigInteger number -> new BigDecimal(number);
          case BigDecimal number -> number;
          case null -> new BigDecimal(inSeconds(fallback));
          default -> throw mismatch(name, "a number of seconds", value);
        };
    if (seconds.signum() < 0) {
      throw mismatch(name, "a number of seconds, zero for no limit", value);
    }
    if (seconds.signum() == 0) {
      return most;
    }
    BigDecimal longest = new BigDecimal(inSeconds(most));
    long millis = seconds.min(longest).multiply(MILLIS_PER_SECOND).longValue();
    return Duration.ofMillis(Math.max(1, millis));
  }

  /** The shorter of two limits, where zero means that the second one sets none. */
  public static Duration shorter(Duration limit, Duration other) {
    return other.isPositive() && other.compareTo(limit) < 0 ? other : limit;
  }

  /** A duration in seconds as people write it: {@code 30}, {@code 0.5}. */
  public static String inSeconds(Duration duration) {
    BigDecimal seconds = BigDecimal.valueOf(duration.toMillis()).divide(MILLIS_PER_SECOND);
    return seconds.stripTrailingZeros().toPlainString();
  }

  /** The failure for a parameter whose value is not what was expected. */
  public ActivityException mismatch(String name, String expected, @Nullable Object found) {
    String seen = found instanceof Number ? String.valueOf(found) : describe(found);
    return refuse("parameter \"" + name + "\" must be " + expected + ", found " + seen);
  }

  private @Nullable Object present(String name) {
    Object value = values.get(name);
    return value instanceof String text && text.isBlank() ? null : value;
  }

  private static String describe(@Nullable Object value) {
    return switch (value) {
      case null -> "null";
      case String _ -> "text";
      case Boolean flag -> String.valueOf(flag);
      case List<?> _ -> "a list";
      case Map<?, ?> _ -> "an object";
      default -> String.valueOf(value);
    };
  }
}
