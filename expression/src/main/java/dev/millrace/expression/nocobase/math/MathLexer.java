package dev.millrace.expression.nocobase.math;

import dev.millrace.expression.nocobase.script.ScriptException;
import java.util.ArrayList;
import java.util.List;

/** Splits a source of math.js into tokens. */
final class MathLexer {

  /** The kinds of tokens. */
  enum Kind {
    NUMBER,
    STRING,
    NAME,
    SIGN,
    END
  }

  /**
   * A word of the source.
   *
   * @param start where it begins
   * @param spaced whether blanks stand before it
   */
  record Token(Kind kind, String text, int start, boolean spaced) {
    boolean sign(String sign) {
      return kind == Kind.SIGN && text.equals(sign);
    }

    /** Where error messages say it is. */
    String at() {
      return " (char " + (start + 1) + ")";
    }
  }

  /** The longest first, so that the first that fits is the right one. */
  private static final List<String> SIGNS =
      List.of(
          ">>>", "==", "!=", "<=", ">=", "<<", ">>", "^|", ".*", "./", ".^", ".'", "(", ")", "[",
          "]", "{", "}", "\"", "'", ";", ",", "+", "-", "*", "/", "%", "^", "!", "~", "&", "|", "?",
          ":", "=", "<", ">", ".", "\n");

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int position;
  private int brackets;

  private MathLexer(String source) {
    this.source = source;
  }

  /**
   * The tokens of a source, the last of kind END.
   *
   * @throws ScriptException for what is no token
   */
  static List<Token> tokens(String source) {
    MathLexer lexer = new MathLexer(source);
    while (lexer.next()) {
      // Each call adds one token.
    }
    return lexer.tokens;
  }

  private boolean next() {
    int before = position;
    skipBlanks();
    boolean spaced = position > before;
    int start = position;
    if (start >= source.length()) {
      tokens.add(new Token(Kind.END, "", start, spaced));
      return false;
    }
    char c = source.charAt(start);
    if (digit(start) || (c == '.' && digit(start + 1))) {
      number();
      tokens.add(new Token(Kind.NUMBER, source.substring(start, position), start, spaced));
    } else if (nameStart(c)) {
      while (position < source.length() && namePart(source.charAt(position))) {
        position++;
      }
      tokens.add(new Token(Kind.NAME, source.substring(start, position), start, spaced));
    } else if (c == '"' || (c == '\'' && !transposes(spaced))) {
      String text = string(c);
      tokens.add(new Token(Kind.STRING, text, start, spaced));
    } else {
      tokens.add(new Token(Kind.SIGN, sign(), start, spaced));
    }
    return true;
  }

  /** Whether a quote here follows a value at once, and so means the transpose. */
  private boolean transposes(boolean spaced) {
    if (tokens.isEmpty() || spaced) {
      return false;
    }
    Token last = tokens.getLast();
    return last.kind() == Kind.NAME
        || last.kind() == Kind.NUMBER
        || last.sign(")")
        || last.sign("]")
        || last.sign("'");
  }

  private void skipBlanks() {
    while (position < source.length()) {
      char c = source.charAt(position);
      if (c == '#') {
        while (position < source.length() && source.charAt(position) != '\n') {
          position++;
        }
      } else if (c == '\n' && brackets == 0) {
        return;
      } else if (Character.isWhitespace(c)) {
        position++;
      } else {
        return;
      }
    }
  }

  private boolean digit(int index) {
    return index < source.length() && source.charAt(index) >= '0' && source.charAt(index) <= '9';
  }

  private static boolean nameStart(char c) {
    return Character.isLetter(c) || c == '_' || c == '$';
  }

  private static boolean namePart(char c) {
    return nameStart(c) || Character.isDigit(c);
  }

  private void number() {
    int hexadecimal = 16;
    if (source.charAt(position) == '0' && position + 1 < source.length()) {
      int radix =
          switch (source.charAt(position + 1)) {
            case 'x' -> hexadecimal;
            case 'o' -> 8;
            case 'b' -> 2;
            default -> 0;
          };
      if (radix != 0) {
        position += 2;
        while (position < source.length() && Character.digit(source.charAt(position), radix) >= 0) {
          position++;
        }
        return;
      }
    }
    digits();
    boolean dotted =
        position < source.length()
            && source.charAt(position) == '.'
            && !(position + 1 < source.length()
                && "*/^'".indexOf(source.charAt(position + 1)) >= 0);
    if (dotted) {
      position++;
      digits();
    }
    if (position < source.length() && "eE".indexOf(source.charAt(position)) >= 0) {
      int sign =
          position + 1 < source.length() && "+-".indexOf(source.charAt(position + 1)) >= 0 ? 1 : 0;
      if (digit(position + 1 + sign)) {
        position += 1 + sign;
        digits();
      }
    }
  }

  private void digits() {
    while (digit(position)) {
      position++;
    }
  }

  private String string(char quote) {
    StringBuilder text = new StringBuilder();
    position++;
    while (position < source.length()) {
      char c = source.charAt(position++);
      if (c == quote) {
        return text.toString();
      }
      if (c == '\\' && position < source.length()) {
        char escaped = source.charAt(position++);
        text.append(
            switch (escaped) {
              case 'n' -> '\n';
              case 't' -> (char) 9;
              case 'r' -> '\r';
              default -> escaped;
            });
      } else {
        text.append(c);
      }
    }
    throw ScriptException.syntax(
        "End of string " + quote + " expected (char " + (source.length() + 1) + ")");
  }

  private String sign() {
    for (String sign : SIGNS) {
      if (source.startsWith(sign, position)) {
        position += sign.length();
        brackets += "([{".contains(sign) ? 1 : ")]}".contains(sign) && brackets > 0 ? -1 : 0;
        return sign;
      }
    }
    throw ScriptException.syntax(
        "Syntax error in part \""
            + source.substring(position)
            + "\" (char "
            + (position + 1)
            + ")");
  }
}
