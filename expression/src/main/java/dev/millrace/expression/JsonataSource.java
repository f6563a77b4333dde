package dev.millrace.expression;

import dev.millrace.engine.expression.ExpressionException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * JSONata source prepared for bounded evaluation: regular expression literals are taken out and
 * stand as variables, so that they can be bound to functions that keep the deadline.
 *
 * @param text the source with {@code $__regexN} in place of the N-th literal
 * @param patterns the literals
 * @param variables names of the variables and functions mentioned, without the dollar
 * @param readsContext whether it may read the context value; true when in doubt
 */
record JsonataSource(
    String text, List<Pattern> patterns, Set<String> variables, boolean readsContext) {

  /** The prefix of the variables that stand for literals. */
  static final String REGEX_VARIABLE = "__regex";

  /**
   * Scans a source.
   *
   * @throws ExpressionException when it is too long or a literal in it is no regular expression
   */
  static JsonataSource scan(String source) {
    if (source.length() > ExpressionLimits.SOURCE_LENGTH_MAX) {
      throw new ExpressionException(
          "an expression has at most "
              + ExpressionLimits.SOURCE_LENGTH_MAX
              + " characters, found "
              + source.length());
    }
    return new Scanner(source).scan();
  }

  /**
   * Follows the tokens just far enough to tell a regular expression from a division: a slash starts
   * a literal where an operand is expected. Where this scan and the parser disagree, the evaluation
   * refuses the literal, so a mistake here can't lift a bound.
   */
  private static final class Scanner {
    private static final String OPERATORS = ".[]{}(),@#;:?+-*/%|=<>^&!~";
    private static final Set<String> PAIRS =
        Set.of("..", ":=", "!=", ">=", "<=", "**", "~>", "?:", "??");
    private static final String BLANKS = " \t\n\r";

    private final String source;
    private final StringBuilder text = new StringBuilder();
    private final List<Pattern> patterns = new ArrayList<>();
    private final Set<String> variables = new LinkedHashSet<>();
    private boolean readsContext;
    private boolean operandExpected = true;
    private boolean afterDot;
    private int position;

    private Scanner(String source) {
      this.source = source;
    }

    private JsonataSource scan() {
      while (position < source.length()) {
        char c = source.charAt(position);
        if (BLANKS.indexOf(c) >= 0) {
          copyTo(position + 1);
        } else if (source.startsWith("/*", position)) {
          int end = source.indexOf("*/", position + 2);
          if (end < 0) {
            throw new ExpressionException(
                "expected */ to close the comment at position " + (position + 1));
          }
          copyTo(end + 2);
        } else if (c == '/' && operandExpected) {
          regularExpression();
        } else if (c == '"' || c == '\'') {
          copyTo(endOfText(c));
          operandSeen();
        } else if (c == '`') {
          int end = source.indexOf('`', position + 1);
          copyTo(end < 0 ? source.length() : end + 1);
          readsContext |= !afterDot;
          operandSeen();
        } else if (OPERATORS.indexOf(c) >= 0) {
          operator(c);
        } else {
          word();
        }
      }
      return new JsonataSource(
          text.toString(), List.copyOf(patterns), Set.copyOf(variables), readsContext);
    }

    private void operandSeen() {
      operandExpected = false;
      afterDot = false;
    }

    private void copyTo(int end) {
      text.append(source, position, end);
      position = end;
    }

    private int endOfText(char quote) {
      for (int i = position + 1; i < source.length(); i++) {
        char c = source.charAt(i);
        if (c == '\\') {
          i++;
        } else if (c == quote) {
          return i + 1;
        }
      }
      return source.length();
    }

    private void operator(char c) {
      int pairEnd = Math.min(position + 2, source.length());
      String pair = source.substring(position, pairEnd);
      boolean wildcard = operandExpected && (c == '*' || c == '%');
      copyTo(PAIRS.contains(pair) ? pairEnd : position + 1);
      if (wildcard) {
        readsContext |= !afterDot;
        operandSeen();
      } else if (c == ')' || c == ']' || c == '}') {
        operandSeen();
      } else {
        operandExpected = true;
        afterDot = pair.charAt(0) == '.' && !pair.equals("..");
      }
    }

    private void word() {
      int end = position;
      while (end < source.length()
          && BLANKS.indexOf(source.charAt(end)) < 0
          && OPERATORS.indexOf(source.charAt(end)) < 0) {
        end++;
      }
      String word = source.substring(position, end);
      copyTo(end);
      boolean wordOperator =
          !operandExpected && (word.equals("and") || word.equals("or") || word.equals("in"));
      if (wordOperator) {
        operandExpected = true;
        return;
      }
      if (word.startsWith("$")) {
        String name = word.substring(1);
        variables.add(name);
        readsContext |= name.isEmpty() || name.equals("$");
      } else {
        readsContext |= !afterDot && !isConstant(word);
      }
      operandSeen();
    }

    private static boolean isConstant(String word) {
      return switch (word) {
        case "true", "false", "null", "function", "λ" -> true;
        default -> word.charAt(0) >= '0' && word.charAt(0) <= '9';
      };
    }

    private void regularExpression() {
      int start = position + 1;
      int end = endOfRegularExpression(start);
      if (end == start) {
        throw new ExpressionException(
            "expected a regular expression between the slashes at position " + start);
      }
      int flags = 0;
      int after = end + 1;
      while (after < source.length() && "im".indexOf(source.charAt(after)) >= 0) {
        flags |= source.charAt(after) == 'i' ? Pattern.CASE_INSENSITIVE : Pattern.MULTILINE;
        after++;
      }
      String variable = REGEX_VARIABLE + patterns.size();
      patterns.add(BoundedPattern.compile(source.substring(start, end), flags));
      text.append('$').append(variable).append(' ');
      position = after;
      operandSeen();
    }

    /** The closing slash: not escaped, and not inside brackets of the pattern. */
    private int endOfRegularExpression(int start) {
      int depth = 0;
      for (int i = start; i < source.length(); i++) {
        switch (source.charAt(i)) {
          case '\\' -> i++;
          case '(', '[', '{' -> depth++;
          case ')', ']', '}' -> depth--;
          case '/' -> {
            if (depth == 0) {
              return i;
            }
          }
          default -> {}
        }
      }
      throw new ExpressionException(
          "expected '/' to close the regular expression at position " + start);
    }
  }
}
