package dev.millrace.activities.sql;

import java.util.ArrayList;
import java.util.List;

/**
 * A statement whose {@code :named} parameters have become {@code ?}. Quoted text, quoted names,
 * comments, dollar-quoted text and {@code ::} casts are left alone.
 *
 * @param sql for the driver
 * @param names of the parameters in the order of the question marks, repeated ones repeated
 */
record NamedSql(String sql, List<String> names) {

  /**
   * Reads one statement.
   *
   * @throws IllegalArgumentException for positional parameters, a second statement, or a quote or
   *     comment that does not end
   */
  static NamedSql parse(String text) {
    return new Parser(text).parse();
  }

  private static final class Parser {
    private final String text;
    private final StringBuilder sql = new StringBuilder();
    private final List<String> names = new ArrayList<>();
    private int at;
    private boolean ended;

    Parser(String text) {
      this.text = text;
    }

    NamedSql parse() {
      while (at < text.length()) {
        char c = text.charAt(at);
        if (text.startsWith("--", at)) {
          int line = text.indexOf('\n', at);
          copyTo(line < 0 ? text.length() : line);
        } else if (text.startsWith("/*", at)) {
          copyTo(endOf("*/", at + 2, "a comment"));
        } else if (Character.isWhitespace(c)) {
          copyTo(at + 1);
        } else if (ended) {
          throw new IllegalArgumentException(
              "expected one statement, found more after the semicolon");
        } else {
          token(c);
        }
      }
      return new NamedSql(sql.toString(), List.copyOf(names));
    }

    private void token(char c) {
      switch (c) {
        // A doubled quote inside reads as the end of one piece and the start of the next.
        case '\'', '"', '`' -> copyTo(endOf(String.valueOf(c), at + 1, "a quote"));
        case ':' -> colon();
        case '$' -> dollar();
        case '?' -> question();
        case ';' -> {
          ended = true;
          at++;
        }
        default -> word(c);
      }
    }

    private void colon() {
      if (at + 1 < text.length() && Character.isJavaIdentifierStart(text.charAt(at + 1))) {
        int end = endOfWord(at + 1);
        names.add(text.substring(at + 1, end));
        sql.append('?');
        at = end;
        return;
      }
      int end = at;
      while (end < text.length() && text.charAt(end) == ':') {
        end++;
      }
      // After "::" follows the name of a type, which is no parameter.
      copyTo(end - at > 1 ? endOfWord(end) : end);
    }

    private void dollar() {
      int tagEnd = endOfTag();
      if (tagEnd < 0) {
        copyTo(at + 1);
        return;
      }
      String tag = text.substring(at, tagEnd);
      copyTo(endOf(tag, tagEnd, "text quoted by " + tag));
    }

    /** Where {@code $tag$} ends, or -1 when none starts here. */
    private int endOfTag() {
      int end = at + 1;
      while (end < text.length() && text.charAt(end) != '$') {
        char c = text.charAt(end);
        boolean fits = end == at + 1 ? Character.isLetter(c) : Character.isLetterOrDigit(c);
        if (!fits && c != '_') {
          return -1;
        }
        end++;
      }
      return end < text.length() ? end + 1 : -1;
    }

    private void question() {
      if (!text.startsWith("??", at)) {
        throw new IllegalArgumentException(
            "expected :named parameters only, found \"?\" (write ?? for an operator)");
      }
      copyTo(at + 2);
    }

    private void word(char c) {
      copyTo(Character.isJavaIdentifierPart(c) ? endOfWord(at) : at + 1);
    }

    private int endOfWord(int start) {
      int end = start;
      while (end < text.length() && Character.isJavaIdentifierPart(text.charAt(end))) {
        end++;
      }
      return end;
    }

    private int endOf(String mark, int from, String what) {
      int start = text.indexOf(mark, from);
      if (start < 0) {
        throw new IllegalArgumentException(what + " does not end");
      }
      return start + mark.length();
    }

    private void copyTo(int end) {
      sql.append(text, at, end);
      at = end;
    }
  }
}
