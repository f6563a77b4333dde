package dev.millrace.engine.graph.node;

import dev.millrace.engine.graph.Node;
import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.NodeType.ParameterSpec;
import dev.millrace.engine.graph.Step;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a node that is entered, read as what its type needs. Absent, null and blank
 * text are the same. Every reader throws {@link ConstraintException}.
 */
final class NodeParameters {

  static final String CONSTRAINT = "constraint";

  /** The longest time a parameter may ask for: a hundred years. */
  static final long SECONDS_MAX = 36_525L * 24 * 60 * 60;

  /** Digits before or after the decimal point; more would let a short text become a huge number. */
  static final int NUMBER_DIGITS_MAX = 1_000;

  /** How long a wait may take. */
  static final ParameterSpec TIMEOUT =
      ParameterSpec.optional(
          "timeout", "number", "Seconds until the wait times out; 0 or absent for none.");

  /** Where a wait goes when it took too long. */
  static final ParameterSpec TIMEOUT_BRANCH =
      ParameterSpec.optional(
          "timeout_branch", "string", "The node to go to after a timeout: an edge on timeout.");

  private static final int SHOWN_MAX = 80;
  private static final BigDecimal MILLIS_PER_SECOND = BigDecimal.valueOf(1000);

  private final NodeContext context;

  private NodeParameters(NodeContext context) {
    this.context = context;
  }

  /** Runs the body; a parameter it cannot use becomes a failed step. */
  static Step read(NodeContext context, Function<NodeParameters, Step> body) {
    try {
      return body.apply(new NodeParameters(context));
    } catch (ConstraintException fault) {
      return Step.Failed.of(CONSTRAINT, String.valueOf(fault.getMessage()));
    }
  }

  /** Whether the definition or a rerun gives it, even if an expression made it null. */
  boolean given(String name) {
    Node.Parameter declared = context.node().parameters().get(name);
    return value(name) != null || (declared != null && !blank(declared.value()));
  }

  /** Whether it is given and not written as an empty list. */
  boolean names(String name) {
    Node.Parameter declared = context.node().parameters().get(name);
    boolean emptyAsWritten = declared == null || List.of().equals(declared.value());
    return given(name) && !(emptyAsWritten && List.of().equals(value(name)));
  }

  private static boolean blank(@Nullable Object value) {
    return value == null || (value instanceof String text && text.isBlank());
  }

  /** The value as it is, or null. */
  @Nullable Object value(String name) {
    Object value = context.parameters().get(name);
    return blank(value) ? null : value;
  }

  /** A text without blanks around it; numbers and booleans are taken as text. */
  String text(String name, String fallback) {
    Object value = value(name);
    return switch (value) {
      case null -> fallback;
      case List<?> list -> throw mismatch(name, "text", list);
      case Map<?, ?> map -> throw mismatch(name, "text", map);
      default -> value.toString().strip();
    };
  }

  /** A text that must be there. */
  String requiredText(String name) {
    String text = text(name, "");
    if (text.isEmpty()) {
      throw new ConstraintException("parameter " + name + " is required, found nothing");
    }
    return text;
  }

  /** One of some words, in any case; the first when absent. */
  String choice(String name, List<String> words) {
    String word = text(name, words.getFirst()).toLowerCase(Locale.ROOT);
    if (!words.contains(word)) {
      throw mismatch(name, String.join(" or ", words), word);
    }
    return word;
  }

  /** A whole number of at least zero. */
  int count(String name, int fallback) {
    BigDecimal number = number(name);
    if (number == null) {
      return fallback;
    }
    try {
      int count = number.intValueExact();
      if (count >= 0) {
        return count;
      }
    } catch (ArithmeticException notWhole) {
      throw mismatch(name, "a whole number of at least 0", number);
    }
    throw mismatch(name, "a whole number of at least 0", number);
  }

  /** A number, or null when absent. */
  @Nullable BigDecimal number(String name) {
    Object value = value(name);
    if (value == null) {
      return null;
    }
    BigDecimal number = decimal(value);
    if (number == null) {
      throw mismatch(name, "a number", value);
    }
    return number;
  }

  /** A number of seconds as milliseconds, or null when absent. */
  @Nullable Long millis(String name) {
    BigDecimal seconds = number(name);
    if (seconds == null) {
      return null;
    }
    if (seconds.signum() < 0 || seconds.compareTo(BigDecimal.valueOf(SECONDS_MAX)) > 0) {
      throw mismatch(name, "seconds from 0 to " + SECONDS_MAX, seconds);
    }
    return seconds.multiply(MILLIS_PER_SECOND).longValue();
  }

  /** A number or a text that is one; null for anything else and for numbers of too many digits. */
  static @Nullable BigDecimal decimal(@Nullable Object value) {
    BigDecimal number =
        switch (value) {
          case Long whole -> BigDecimal.valueOf(whole);
          case BigInteger whole -> new BigDecimal(whole);
          case BigDecimal decimal -> decimal;
          case String text -> parsed(text.strip());
          case null, default -> null;
        };
    return number == null || tooLong(number) ? null : number;
  }

  private static @Nullable BigDecimal parsed(String text) {
    if (text.length() > NUMBER_DIGITS_MAX) {
      return null;
    }
    try {
      return new BigDecimal(text);
    } catch (NumberFormatException notNumeric) {
      return null;
    }
  }

  private static boolean tooLong(BigDecimal number) {
    long before = (long) number.precision() - number.scale();
    return before > NUMBER_DIGITS_MAX || number.scale() > NUMBER_DIGITS_MAX;
  }

  /** The exception for a parameter whose value is not what was expected. */
  static ConstraintException mismatch(String name, String expected, @Nullable Object found) {
    return new ConstraintException(
        "parameter " + name + ": expected " + expected + ", found " + shown(found));
  }

  /** A value in a message: scalars as they are, shortened; others by kind. */
  static String shown(@Nullable Object value) {
    return switch (value) {
      case null -> "nothing";
      case List<?> _ -> "a list";
      case Map<?, ?> _ -> "an object";
      default -> shortened(value.toString());
    };
  }

  private static String shortened(String text) {
    return text.length() > SHOWN_MAX ? text.substring(0, SHOWN_MAX) + "…" : text;
  }
}
