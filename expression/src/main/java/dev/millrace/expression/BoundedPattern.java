package dev.millrace.expression;

import dev.millrace.engine.expression.ExpressionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A regular expression under a deadline. The JDK's matcher backtracks without a bound of its own,
 * but it reads its input through {@link CharSequence#charAt}, and there the deadline is checked.
 */
public final class BoundedPattern {
  private final Pattern pattern;
  private final Deadline deadline;

  /** A compiled pattern whose matchers keep a deadline. */
  public BoundedPattern(Pattern pattern, Deadline deadline) {
    this.pattern = pattern;
    this.deadline = deadline;
  }

  /**
   * Compiles a pattern.
   *
   * @throws ExpressionException when it isn't a regular expression
   */
  public static Pattern compile(String source, int flags) {
    try {
      return Pattern.compile(source, flags);
    } catch (PatternSyntaxException e) {
      throw new ExpressionException(
          "expected a regular expression, found /"
              + source
              + "/: "
              + e.getDescription()
              + " near index "
              + e.getIndex(),
          e);
    } catch (StackOverflowError e) {
      throw new ExpressionException("the regular expression nests too deeply", e);
    }
  }

  /**
   * A matcher over the text; it throws {@link ExpressionException} once the deadline has passed.
   *
   * @throws ExpressionException when the text is too long for a regular expression
   */
  public Matcher matcher(String text) {
    if (text.length() > ExpressionLimits.REGEX_INPUT_MAX) {
      throw new ExpressionException(
          "a regular expression is applied to at most "
              + ExpressionLimits.REGEX_INPUT_MAX
              + " characters, found "
              + text.length());
    }
    return pattern.matcher(new DeadlineText(text, deadline));
  }

  /** Whether the pattern occurs anywhere in the text. */
  public boolean find(String text) {
    try {
      return matcher(text).find();
    } catch (StackOverflowError e) {
      throw new ExpressionException("the regular expression backtracks too deeply", e);
    }
  }

  /** Text that looks at the deadline every so many reads. */
  private static final class DeadlineText implements CharSequence {
    private static final int READS_PER_CHECK = 4_096;

    private final String text;
    private final Deadline deadline;
    private int reads;

    private DeadlineText(String text, Deadline deadline) {
      this.text = text;
      this.deadline = deadline;
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public char charAt(int index) {
      if (++reads == READS_PER_CHECK) {
        reads = 0;
        deadline.check();
      }
      return text.charAt(index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return text.substring(start, end);
    }

    @Override
    public String toString() {
      return text;
    }
  }
}
