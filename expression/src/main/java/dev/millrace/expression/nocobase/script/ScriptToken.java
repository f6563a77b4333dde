package dev.millrace.expression.nocobase.script;

/**
 * A word of a source.
 *
 * @param text as written; the value of a string, the name of an identifier
 * @param start where it begins in the source
 * @param end where it ends
 */
record ScriptToken(Kind kind, String text, int start, int end) {
  enum Kind {
    NUMBER,
    STRING,
    TEMPLATE,
    NAME,
    SIGN,
    REGEX,
    END
  }

  boolean sign(String sign) {
    return kind == Kind.SIGN && text.equals(sign);
  }

  boolean word(String word) {
    return kind == Kind.NAME && text.equals(word);
  }
}
