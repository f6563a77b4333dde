package dev.millrace.expression;

import dev.millrace.engine.expression.ExpressionException;
import dev.millrace.expression.PathStep.Comparison;
import dev.millrace.expression.PathStep.ModifierName;
import dev.millrace.expression.PathStep.Operand;
import dev.millrace.expression.PathStep.Operator;
import dev.millrace.expression.PathStep.TruthKind;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Parses the subset of the GJSON path syntax the process API uses: names and positions joined by
 * dots, {@code * ?} wildcards, backslash escapes, {@code #}, {@code #(query)}, {@code #(query)#},
 * the pipe and the modifiers.
 */
final class PathParser {
  private final String source;
  private int position;

  private PathParser(String source) {
    this.source = source;
  }

  /**
   * Parses a whole path.
   *
   * @throws ExpressionException saying what was expected where
   */
  static List<PathStep> parse(String source) {
    if (source.length() > ExpressionLimits.PATH_LENGTH_MAX) {
      throw new ExpressionException(
          "a path has at most "
              + ExpressionLimits.PATH_LENGTH_MAX
              + " characters, found "
              + source.length());
    }
    return new PathParser(source).steps(0, source.length(), 0);
  }

  private List<PathStep> steps(int start, int end, int nesting) {
    List<PathStep> steps = new ArrayList<>();
    position = start;
    boolean separated = true;
    while (position < end) {
      char c = source.charAt(position);
      if (c == '|' || c == '.') {
        if (separated) {
          throw fault("expected a name before '" + c + "'");
        }
        if (c == '|') {
          steps.add(new PathStep.Pipe());
        }
        separated = true;
        position++;
        continue;
      }
      if (!separated) {
        throw fault("expected '.' or '|'");
      }
      steps.add(step(c, end, nesting, steps.isEmpty()));
      separated = false;
    }
    if (separated) {
      throw fault("expected a name");
    }
    return List.copyOf(steps);
  }

  private PathStep step(char c, int end, int nesting, boolean first) {
    if (c == '#' && position + 1 < end && source.charAt(position + 1) == '(') {
      return query(end, nesting);
    }
    if (c == '#' && (position + 1 == end || isSeparator(source.charAt(position + 1)))) {
      position++;
      return new PathStep.Each();
    }
    if (c == '@' && !(first && nesting == 0)) {
      return modifier(end);
    }
    return key(end);
  }

  private PathStep key(int end) {
    StringBuilder name = new StringBuilder();
    int start = position;
    while (position < end && !isSeparator(source.charAt(position))) {
      if (source.charAt(position) == '\\') {
        position++;
        if (position == end) {
          throw fault("expected a character after the backslash");
        }
      }
      name.append(source.charAt(position));
      position++;
    }
    String raw = source.substring(start, position);
    return Glob.isPattern(raw) ? new PathStep.Wildcard(raw) : new PathStep.Key(name.toString());
  }

  private PathStep modifier(int end) {
    int start = ++position;
    while (position < end && !isSeparator(source.charAt(position))) {
      position++;
    }
    String text = source.substring(start, position);
    int colon = text.indexOf(':');
    String word = colon < 0 ? text : text.substring(0, colon);
    String argument = colon < 0 ? "" : text.substring(colon + 1);
    ModifierName name =
        switch (word) {
          case "reverse" -> ModifierName.REVERSE;
          case "trim" -> ModifierName.TRIM;
          case "keys" -> ModifierName.KEYS;
          case "values" -> ModifierName.VALUES;
          case "tostr" -> ModifierName.TOSTR;
          case "fromstr" -> ModifierName.FROMSTR;
          case "case" -> ModifierName.CASE;
          case "this" -> ModifierName.THIS;
          default ->
              throw fault(
                  "expected @reverse, @trim, @keys, @values, @tostr, @fromstr, @case or @this,"
                      + " found @"
                      + word);
        };
    if (name == ModifierName.CASE && !argument.equals("upper") && !argument.equals("lower")) {
      throw fault("expected @case:upper or @case:lower, found @" + text);
    }
    return new PathStep.Modifier(name, argument);
  }

  private PathStep query(int end, int nesting) {
    if (nesting >= ExpressionLimits.PATH_NESTING_MAX) {
      throw fault("queries nest deeper than " + ExpressionLimits.PATH_NESTING_MAX + " levels");
    }
    int open = position + 1;
    int close = closingParenthesis(open, end);
    int operatorAt = operatorPosition(open + 1, close);
    int pathEnd = trimEnd(open + 1, operatorAt);
    int pathStart = trimStart(open + 1, pathEnd);
    List<PathStep> path = pathStart == pathEnd ? List.of() : steps(pathStart, pathEnd, nesting + 1);
    Comparison comparison = comparison(source.substring(operatorAt, close));
    position = close + 1;
    boolean all = position < end && source.charAt(position) == '#';
    if (all) {
      position++;
    }
    return new PathStep.Query(path, comparison, all);
  }

  private int closingParenthesis(int open, int end) {
    int depth = 0;
    boolean quoted = false;
    for (int i = open; i < end; i++) {
      char c = source.charAt(i);
      if (c == '\\') {
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (!quoted && c == '(') {
        depth++;
      } else if (!quoted && c == ')' && --depth == 0) {
        return i;
      }
    }
    throw fault("expected ')' to close the query");
  }

  /** Where the operator of a query starts, outside of nested queries and quotes. */
  private int operatorPosition(int start, int end) {
    int depth = 0;
    for (int i = start; i < end; i++) {
      char c = source.charAt(i);
      if (c == '\\') {
        i++;
      } else if (c == '(') {
        depth++;
      } else if (c == ')') {
        depth--;
      } else if (depth == 0 && "=!<>%".indexOf(c) >= 0) {
        return i;
      }
    }
    return end;
  }

  private Comparison comparison(String text) {
    if (text.isBlank()) {
      return new Comparison(null, null);
    }
    Operator operator =
        switch (text.charAt(0)) {
          case '=' -> Operator.EQUAL;
          case '!' -> text.startsWith("!%") ? Operator.NOT_LIKE : Operator.NOT_EQUAL;
          case '<' -> text.startsWith("<=") ? Operator.LESS_OR_EQUAL : Operator.LESS;
          case '>' -> text.startsWith(">=") ? Operator.GREATER_OR_EQUAL : Operator.GREATER;
          default -> Operator.LIKE;
        };
    if (operator == Operator.NOT_EQUAL && !text.startsWith("!=")) {
      throw fault("expected != or !%");
    }
    int width =
        switch (operator) {
          case EQUAL -> text.startsWith("==") ? 2 : 1;
          case NOT_EQUAL, NOT_LIKE, LESS_OR_EQUAL, GREATER_OR_EQUAL -> 2;
          case LESS, GREATER, LIKE -> 1;
        };
    return new Comparison(operator, operand(text.substring(width).strip()));
  }

  private Operand operand(String text) {
    if (text.isEmpty()) {
      throw fault("expected a value after the operator");
    }
    if (text.startsWith("\"")) {
      if (text.length() < 2 || !text.endsWith("\"")) {
        throw fault("expected a closing quote");
      }
      return new Operand.Text(unescape(text.substring(1, text.length() - 1)));
    }
    if (text.startsWith("~")) {
      return new Operand.Truth(
          switch (text.substring(1).toLowerCase(Locale.ROOT)) {
            case "true" -> TruthKind.TRUE_LIKE;
            case "false" -> TruthKind.FALSE_LIKE;
            case "null" -> TruthKind.NULL_LIKE;
            case "*" -> TruthKind.EXISTING;
            default -> throw fault("expected ~true, ~false, ~null or ~*, found " + text);
          });
    }
    return switch (text) {
      case "true" -> new Operand.Flag(true);
      case "false" -> new Operand.Flag(false);
      case "null" -> new Operand.Null();
      default -> {
        BigDecimal number = number(text);
        yield number == null ? new Operand.Text(text) : new Operand.Numeric(number);
      }
    };
  }

  private static @Nullable BigDecimal number(String text) {
    try {
      return new BigDecimal(text);
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private static String unescape(String text) {
    StringBuilder plain = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && i + 1 < text.length() && "\"\\".indexOf(text.charAt(i + 1)) >= 0) {
        i++;
      }
      plain.append(text.charAt(i));
    }
    return plain.toString();
  }

  private int trimStart(int start, int end) {
    int at = start;
    while (at < end && Character.isWhitespace(source.charAt(at))) {
      at++;
    }
    return at;
  }

  private int trimEnd(int start, int end) {
    int at = end;
    while (at > start && Character.isWhitespace(source.charAt(at - 1))) {
      at--;
    }
    return at;
  }

  private static boolean isSeparator(char c) {
    return c == '.' || c == '|';
  }

  private ExpressionException fault(String message) {
    return new ExpressionException(
        message + " at position " + (position + 1) + " of path {{" + source + "}}");
  }
}
