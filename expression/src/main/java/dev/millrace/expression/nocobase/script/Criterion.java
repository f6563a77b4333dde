package dev.millrace.expression.nocobase.script;

import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A condition on cells, as {@code ">=10"}, {@code "<>open"}, {@code "a*"} or a plain value.
 *
 * @param number the operand as a number; not a number when it is text
 * @param pattern the operand as text with {@code *} and {@code ?}
 */
record Criterion(String operator, double number, Pattern pattern) {
  private static final String[] OPERATORS = {"<=", ">=", "<>", "!=", "=", "<", ">"};
  private static final int TEXT_LENGTH_MAX = 1_000;

  static Criterion of(@Nullable Object criterion) {
    String text = Undefined.orNull(criterion) ? "" : Coercions.toText(criterion);
    if (text.length() > TEXT_LENGTH_MAX) {
      throw FormulaError.VALUE.fault();
    }
    for (String operator : OPERATORS) {
      if (criterion instanceof String && text.startsWith(operator)) {
        return of(operator, text.substring(operator.length()));
      }
    }
    return of("=", text);
  }

  private static Criterion of(String operator, String operand) {
    String stripped = operand.strip();
    double number = stripped.isEmpty() ? Double.NaN : Coercions.toNumber(stripped);
    // Neighbouring stars say the same as one, and would backtrack.
    String[] parts = stripped.replaceAll("\\*+", "*").split("(?<=[*?])|(?=[*?])", -1);
    StringBuilder regex = new StringBuilder();
    for (String part : parts) {
      regex.append(
          switch (part) {
            case "*" -> ".*?";
            case "?" -> ".";
            default -> Pattern.quote(part);
          });
    }
    return new Criterion(
        operator,
        number,
        Pattern.compile(regex.toString(), Pattern.CASE_INSENSITIVE | Pattern.DOTALL));
  }

  boolean holds(@Nullable Object cell, Budget budget) {
    budget.step();
    boolean numeric = !Double.isNaN(number) && (cell instanceof Number || numericText(cell));
    double value = numeric ? Coercions.toNumber(cell) : Double.NaN;
    return switch (operator) {
      case "=" -> numeric ? value == number : matches(cell, budget);
      case "<>", "!=" -> numeric ? value != number : !matches(cell, budget);
      case "<" -> numeric ? value < number : compare(cell) < 0;
      case "<=" -> numeric ? value <= number : compare(cell) <= 0 && textual(cell);
      case ">" -> numeric ? value > number : compare(cell) > 0;
      default -> numeric ? value >= number : compare(cell) >= 0 && textual(cell);
    };
  }

  private static boolean numericText(@Nullable Object cell) {
    return cell instanceof String text
        && !text.isBlank()
        && !Double.isNaN(Coercions.toNumber(text));
  }

  private boolean textual(@Nullable Object cell) {
    return cell instanceof String && Double.isNaN(number);
  }

  private int compare(@Nullable Object cell) {
    if (!textual(cell)) {
      return 0;
    }
    String operand = pattern.pattern().replace("\\Q", "").replace("\\E", "");
    return Coercions.toText(cell)
        .toLowerCase(Locale.ROOT)
        .compareTo(operand.toLowerCase(Locale.ROOT));
  }

  private boolean matches(@Nullable Object cell, Budget budget) {
    String text = Undefined.orNull(cell) ? "" : Coercions.toText(cell);
    return new dev.millrace.expression.BoundedPattern(pattern, budget.deadline())
        .matcher(text)
        .matches();
  }
}
