package dev.millrace.expression.nocobase.script;

import dev.millrace.expression.nocobase.script.ScriptToken.Kind;
import java.util.List;

/** A position in the tokens of a source, and how deep the parser is in its brackets. */
abstract class TokenCursor {
  private final String source;
  private final List<ScriptToken> tokens;
  private int position;
  private int nesting;

  TokenCursor(String source, int nesting) {
    this.source = source;
    this.tokens = ScriptLexer.tokens(source);
    this.nesting = nesting;
  }

  final int nesting() {
    return nesting;
  }

  final void deeper() {
    if (++nesting > Budget.NESTING_MAX) {
      throw ScriptException.syntax(
          "the expression nests deeper than " + Budget.NESTING_MAX + " levels");
    }
  }

  final void shallower() {
    nesting--;
  }

  final ScriptToken peek() {
    return tokens.get(position);
  }

  /** The token after the next; the next is not the end. */
  final ScriptToken following() {
    return tokens.get(position + 1);
  }

  final ScriptToken next() {
    ScriptToken token = tokens.get(position);
    position++;
    return token;
  }

  /** Takes the last token back. */
  final void back() {
    position--;
  }

  final boolean accept(String sign) {
    if (peek().sign(sign)) {
      position++;
      return true;
    }
    return false;
  }

  final void expect(String sign) {
    if (!accept(sign)) {
      throw unexpected();
    }
  }

  final String name() {
    ScriptToken token = next();
    if (token.kind() != Kind.NAME) {
      back();
      throw unexpected();
    }
    return token.text();
  }

  /** The source from a place up to the last token taken. */
  final String shown(int start) {
    return source.substring(start, tokens.get(position - 1).end());
  }

  /** The source from a place up to the next bracket. */
  final String calleeText(int start) {
    int open = source.indexOf('(', start);
    return open < 0 ? source.substring(start) : source.substring(start, open).strip();
  }

  /** Whether an arrow follows the bracket that closes the one that comes next. */
  final boolean arrowAfterBrackets() {
    int depth = 0;
    for (int i = position; i < tokens.size(); i++) {
      ScriptToken token = tokens.get(i);
      if (token.kind() == Kind.SIGN) {
        switch (token.text()) {
          case "(", "[", "{" -> depth++;
          case ")", "]", "}" -> depth--;
          default -> {}
        }
        if (depth == 0) {
          return tokens.get(i + 1).sign("=>");
        }
      }
    }
    return false;
  }

  final ScriptException unexpected() {
    ScriptToken token = peek();
    return ScriptException.syntax(
        switch (token.kind()) {
          case END -> "Unexpected end of input";
          case NUMBER -> "Unexpected number";
          case STRING -> "Unexpected string";
          case TEMPLATE -> "Unexpected template string";
          case NAME -> "Unexpected identifier '" + token.text() + "'";
          case SIGN, REGEX -> "Unexpected token '" + token.text() + "'";
        });
  }
}
