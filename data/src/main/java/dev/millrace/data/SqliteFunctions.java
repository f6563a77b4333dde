package dev.millrace.data;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.sqlite.Function;

/** Functions that SQLite lacks, added to each connection. */
final class SqliteFunctions {

  static final String TOO_COSTLY = "the regular expression takes too many steps; make it simpler";

  /** How often a pattern may look at a letter of one value. */
  private static final int LOOKS_MAX = 200_000;

  private SqliteFunctions() {}

  static void addTo(Connection connection) throws SQLException {
    Function.create(connection, "mr_fold", new Fold(), 1, Function.FLAG_DETERMINISTIC);
    Function.create(connection, "mr_matches", new Matches(), 2, Function.FLAG_DETERMINISTIC);
  }

  /** Small letters, of all alphabets. */
  private static final class Fold extends Function {
    @Override
    protected void xFunc() throws SQLException {
      String text = value_text(0);
      if (text == null) {
        result();
      } else {
        result(text.toLowerCase(Locale.ROOT));
      }
    }
  }

  /** A regular expression that is found in a text. */
  private static final class Matches extends Function {
    private @Nullable Pattern pattern;

    @Override
    protected void xFunc() throws SQLException {
      String text = value_text(0);
      String wanted = value_text(1);
      if (text == null || wanted == null) {
        result();
        return;
      }
      Pattern known = pattern;
      if (known == null || !known.pattern().equals(wanted)) {
        known = Pattern.compile(wanted);
        pattern = known;
      }
      try {
        result(
            known.matcher(new Counted(text, new AtomicInteger(), 0, text.length())).find() ? 1 : 0);
      } catch (TooManyLooks | StackOverflowError e) {
        error(TOO_COSTLY);
      }
    }
  }

  private static final class TooManyLooks extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** A text that counts how often it is looked at, so that a costly pattern ends. */
  private record Counted(String text, AtomicInteger looks, int from, int to)
      implements CharSequence {
    @Override
    public int length() {
      return to - from;
    }

    @Override
    public char charAt(int index) {
      if (looks.incrementAndGet() > LOOKS_MAX) {
        throw new TooManyLooks();
      }
      return text.charAt(from + index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return new Counted(text, looks, from + start, from + end);
    }

    @Override
    public String toString() {
      return text.substring(from, to);
    }
  }
}
