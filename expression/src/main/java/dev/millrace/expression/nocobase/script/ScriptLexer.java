package dev.millrace.expression.nocobase.script;

import dev.millrace.expression.nocobase.script.ScriptToken.Kind;
import java.util.ArrayList;
import java.util.List;

/** Splits a JavaScript source into tokens. */
final class ScriptLexer {

  /** The longest first, so that the first that fits is the right one. */
  private static final List<String> SIGNS =
      List.of(
          ">>>=", "...", "===", "!==", "**=", "<<=", ">>=", ">>>", "&&=", "||=", "??=", "=>", "==",
          "!=", "<=", ">=", "&&", "||", "??", "?.", "++", "--", "+=", "-=", "*=", "/=", "%=", "&=",
          "|=", "^=", "<<", ">>", "**", "{", "}", "(", ")", "[", "]", ".", ";", ",", "<", ">", "+",
          "-", "*", "/", "%", "&", "|", "^", "!", "~", "?", ":", "=");

  private static final int HEXADECIMAL = 16;
  private static final int UNICODE_DIGITS = 4;

  private final String source;
  private final List<ScriptToken> tokens = new ArrayList<>();
  private int position;

  private ScriptLexer(String source) {
    this.source = source;
  }

  /**
   * The tokens of a source, the last of kind END.
   *
   * @throws ScriptException for what is no token
   */
  static List<ScriptToken> tokens(String source) {
    ScriptLexer lexer = new ScriptLexer(source);
    while (lexer.next()) {
      // Each call adds one token.
    }
    return lexer.tokens;
  }

  private boolean next() {
    skipBlanks();
    int start = position;
    if (start >= source.length()) {
      tokens.add(new ScriptToken(Kind.END, "", start, start));
      return false;
    }
    char c = source.charAt(start);
    if (digit(c) || (c == '.' && start + 1 < source.length() && digit(source.charAt(start + 1)))) {
      number();
      add(Kind.NUMBER, source.substring(start, position), start);
    } else if (c == '"' || c == '\'') {
      add(Kind.STRING, string(c), start);
    } else if (c == '`') {
      template();
      add(Kind.TEMPLATE, source.substring(start + 1, position - 1), start);
    } else if (nameStart(c)) {
      while (position < source.length() && namePart(source.charAt(position))) {
        position++;
      }
      add(Kind.NAME, source.substring(start, position), start);
    } else if (c == '/' && regexMayStand()) {
      regex();
      add(Kind.REGEX, source.substring(start, position), start);
    } else {
      sign();
      add(Kind.SIGN, source.substring(start, position), start);
    }
    return true;
  }

  private void add(Kind kind, String text, int start) {
    tokens.add(new ScriptToken(kind, text, start, position));
  }

  private void skipBlanks() {
    while (position < source.length()) {
      char c = source.charAt(position);
      if (Character.isWhitespace(c) || c == '\u00a0' || c == '\ufeff') {
        position++;
      } else if (source.startsWith("//", position)) {
        int end = source.indexOf('\n', position);
        position = end < 0 ? source.length() : end;
      } else if (source.startsWith("/*", position)) {
        int end = source.indexOf("*/", position + 2);
        if (end < 0) {
          throw invalid();
        }
        position = end + 2;
      } else {
        return;
      }
    }
  }

  private static ScriptException invalid() {
    return ScriptException.syntax("Invalid or unexpected token");
  }

  private static boolean digit(char c) {
    return c >= '0' && c <= '9';
  }

  static boolean nameStart(char c) {
    return Character.isLetter(c) || c == '_' || c == '$';
  }

  static boolean namePart(char c) {
    return nameStart(c) || Character.isDigit(c);
  }

  private void number() {
    if (source.charAt(position) == '0' && position + 1 < source.length()) {
      int radix =
          switch (source.charAt(position + 1)) {
            case 'x', 'X' -> HEXADECIMAL;
            case 'o', 'O' -> 8;
            case 'b', 'B' -> 2;
            default -> 0;
          };
      if (radix != 0) {
        position += 2;
        int start = position;
        while (position < source.length() && Character.digit(source.charAt(position), radix) >= 0) {
          position++;
        }
        endNumber(position > start);
        return;
      }
    }
    digits();
    if (position < source.length() && source.charAt(position) == '.') {
      position++;
      digits();
    }
    if (position < source.length() && "eE".indexOf(source.charAt(position)) >= 0) {
      position++;
      if (position < source.length() && "+-".indexOf(source.charAt(position)) >= 0) {
        position++;
      }
      int start = position;
      digits();
      endNumber(position > start);
      return;
    }
    endNumber(true);
  }

  private void digits() {
    while (position < source.length() && digit(source.charAt(position))) {
      position++;
    }
  }

  private void endNumber(boolean complete) {
    if (!complete || (position < source.length() && nameStart(source.charAt(position)))) {
      throw invalid();
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
      if (c == '\n') {
        break;
      }
      if (c == '\\') {
        position = escape(source, position, text);
      } else {
        text.append(c);
      }
    }
    throw invalid();
  }

  /** Appends the character after a backslash; gives the position after it. */
  static int escape(String source, int start, StringBuilder text) {
    if (start >= source.length()) {
      throw invalid();
    }
    char c = source.charAt(start);
    switch (c) {
      case 'n' -> text.append('\n');
      case 't' -> text.append((char) 9);
      case 'r' -> text.append('\r');
      case 'b' -> text.append('\b');
      case 'f' -> text.append('\f');
      case 'v' -> text.append((char) 11);
      case '0' -> text.append((char) 0);
      case '\n' -> {}
      case 'x' -> {
        return codePoint(source, start + 1, start + 1 + 2, text);
      }
      case 'u' -> {
        if (source.startsWith("{", start + 1)) {
          int end = source.indexOf('}', start);
          return codePoint(source, start + 2, end, text) + 1;
        }
        return codePoint(source, start + 1, start + 1 + UNICODE_DIGITS, text);
      }
      default -> text.append(c);
    }
    return start + 1;
  }

  private static int codePoint(String source, int start, int end, StringBuilder text) {
    if (end <= start || end > source.length()) {
      throw ScriptException.syntax("Invalid Unicode escape sequence");
    }
    double code = Coercions.digits(source.substring(start, end), HEXADECIMAL);
    if (!(code <= Character.MAX_CODE_POINT)) {
      throw ScriptException.syntax("Invalid Unicode escape sequence");
    }
    text.appendCodePoint((int) code);
    return end;
  }

  /** Passes over a template literal, whose expressions may hold others. */
  private void template() {
    position++;
    int braces = 0;
    while (position < source.length()) {
      char c = source.charAt(position++);
      if (c == '\\') {
        position++;
      } else if (braces == 0 && c == '`') {
        return;
      } else if (c == '$' && braces == 0 && source.startsWith("{", position)) {
        braces = 1;
        position++;
      } else if (braces > 0 && c == '{') {
        braces++;
      } else if (braces > 0 && c == '}') {
        braces--;
      }
    }
    throw ScriptException.syntax("Unterminated template literal");
  }

  private boolean regexMayStand() {
    if (tokens.isEmpty()) {
      return true;
    }
    ScriptToken last = tokens.getLast();
    return switch (last.kind()) {
      case SIGN -> !(last.text().equals(")") || last.text().equals("]") || last.text().equals("}"));
      case NAME -> last.text().equals("return") || last.text().equals("typeof");
      case NUMBER, STRING, TEMPLATE, REGEX, END -> false;
    };
  }

  private void regex() {
    boolean inClass = false;
    position++;
    while (position < source.length() && source.charAt(position) != '\n') {
      char c = source.charAt(position++);
      if (c == '\\') {
        position++;
      } else if (c == '[') {
        inClass = true;
      } else if (c == ']') {
        inClass = false;
      } else if (c == '/' && !inClass) {
        while (position < source.length() && namePart(source.charAt(position))) {
          position++;
        }
        return;
      }
    }
    throw ScriptException.syntax("Invalid regular expression: missing /");
  }

  private void sign() {
    for (String sign : SIGNS) {
      if (source.startsWith(sign, position)) {
        boolean optionalNumber =
            sign.equals("?.")
                && position + 2 < source.length()
                && digit(source.charAt(position + 2));
        if (!optionalNumber) {
          position += sign.length();
          return;
        }
      }
    }
    throw invalid();
  }
}
