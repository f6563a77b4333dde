package dev.millrace.expression;

import dev.millrace.engine.expression.ExpressionException;
import dev.millrace.engine.expression.ExpressionScope;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A parsed template string. Immutable. */
sealed interface Template {

  /** Text without expressions. */
  record Literal(String text) implements Template {}

  /** Exactly one reference, which keeps the type of its value. */
  record Reference(PathExpression path) implements Template {}

  /** Text with references in it; {@code parts} are literals and references. */
  record Mixed(List<Template> parts) implements Template {

    private String text(ExpressionScope scope) {
      StringBuilder text = new StringBuilder();
      for (Template part : parts) {
        text.append(JsonText.interpolated(part.resolve(scope)));
        if (text.length() > ExpressionLimits.VALUE_WEIGHT_MAX) {
          throw new ExpressionException(
              "the text grew past " + ExpressionLimits.VALUE_WEIGHT_MAX + " characters");
        }
      }
      return text.toString();
    }
  }

  /** A whole JSONata expression. */
  record Jsonata(JsonataExpression expression) implements Template {}

  /** Whether a text may hold an expression at all; most texts of a definition don't. */
  static boolean mayHoldExpression(String text) {
    return text.contains("{{") || text.contains("{%");
  }

  /**
   * Parses a template string.
   *
   * @throws ExpressionException when an expression in it doesn't parse
   */
  static Template parse(String text) {
    String stripped = text.strip();
    if (isWholeJsonata(stripped)) {
      return new Jsonata(JsonataExpression.parse(withoutDelimiters(stripped)));
    }
    List<Template> parts = new ArrayList<>();
    int position = 0;
    while (true) {
      int open = text.indexOf("{{", position);
      if (open < 0) {
        break;
      }
      int close = closing(text, open + 2);
      if (open > position) {
        parts.add(new Literal(text.substring(position, open)));
      }
      parts.add(new Reference(PathExpression.parse(text.substring(open + 2, close))));
      position = close + 2;
    }
    if (position < text.length() || parts.isEmpty()) {
      parts.add(new Literal(text.substring(position)));
    }
    return parts.size() == 1 ? parts.getFirst() : new Mixed(List.copyOf(parts));
  }

  /** The value of this template. */
  default @Nullable Object resolve(ExpressionScope scope) {
    return switch (this) {
      case Literal literal -> literal.text();
      case Reference reference -> reference.path().evaluate(scope);
      case Mixed mixed -> mixed.text(scope);
      case Jsonata jsonata -> jsonata.expression().evaluate(scope);
    };
  }

  /** Whether a text without surrounding blanks is one JSONata expression. */
  static boolean isWholeJsonata(String stripped) {
    return stripped.startsWith("{%") && stripped.endsWith("%}") && stripped.length() >= 4;
  }

  /** The source between the JSONata delimiters. */
  static String withoutDelimiters(String stripped) {
    return stripped.substring(2, stripped.length() - 2);
  }

  private static int closing(String text, int start) {
    boolean quoted = false;
    for (int i = start; i + 1 < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\') {
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (!quoted && c == '}' && text.charAt(i + 1) == '}') {
        return i;
      }
    }
    throw new ExpressionException(
        "expected }} to close the reference that starts at position " + (start - 1));
  }
}
