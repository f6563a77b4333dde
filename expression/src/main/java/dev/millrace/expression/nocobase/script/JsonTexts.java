package dev.millrace.expression.nocobase.script;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes values as JSON the way {@code JSON.stringify} does. */
final class JsonTexts {
  private static final int CONTROL_MAX = 0x20;

  private final StringBuilder text = new StringBuilder();
  private final String indent;
  private final Budget budget;

  private JsonTexts(String indent, Budget budget) {
    this.indent = indent;
    this.budget = budget;
  }

  /** The JSON of a value, or undefined where it has none. */
  static Object write(@Nullable Object value, String indent, Budget budget) {
    if (!writable(value)) {
      return Undefined.VALUE;
    }
    JsonTexts writer = new JsonTexts(indent, budget);
    writer.value(value, 1);
    return writer.text.toString();
  }

  private static boolean writable(@Nullable Object value) {
    return value != Undefined.VALUE && !(value instanceof ScriptFunction);
  }

  private void value(@Nullable Object value, int depth) {
    if (depth > Budget.VALUE_DEPTH_MAX) {
      throw ScriptException.type("Converting circular structure to JSON");
    }
    budget.build(text.length() == 0 ? 0 : 1);
    if (text.length() > Budget.TEXT_LENGTH_MAX) {
      throw ScriptException.range("Invalid string length");
    }
    switch (value) {
      case String string -> quoted(string);
      case Double number ->
          text.append(Double.isFinite(number) ? Coercions.toText(number) : "null");
      case Number number -> text.append(Coercions.toText(number));
      case Boolean flag -> text.append(flag);
      case DateValue date when date.valid() -> quoted(date.iso());
      case Instant instant -> quoted(DateValue.of(instant).iso());
      case List<?> list -> {
        String separator = "[";
        for (Object element : list) {
          text.append(separator);
          line(depth);
          value(writable(element) ? element : null, depth + 1);
          separator = ",";
        }
        close(list.isEmpty(), "[", "]", depth);
      }
      case Map<?, ?> map -> {
        String separator = "{";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          if (writable(entry.getValue())) {
            text.append(separator);
            line(depth);
            quoted(String.valueOf(entry.getKey()));
            text.append(indent.isEmpty() ? ":" : ": ");
            value(entry.getValue(), depth + 1);
            separator = ",";
          }
        }
        close(separator.equals("{"), "{", "}", depth);
      }
      case null, default -> text.append("null");
    }
  }

  private void line(int depth) {
    if (!indent.isEmpty()) {
      text.append('\n').append(indent.repeat(depth));
    }
  }

  private void close(boolean empty, String open, String close, int depth) {
    if (empty) {
      text.append(open);
    } else {
      line(depth - 1);
    }
    text.append(close);
  }

  private void quoted(String string) {
    budget.build(string.length());
    text.append('"');
    for (int i = 0; i < string.length(); i++) {
      char c = string.charAt(i);
      switch (c) {
        case '"' -> text.append("\\\"");
        case '\\' -> text.append("\\\\");
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        default -> {
          if (c < CONTROL_MAX) {
            text.append("\\u%04x".formatted((int) c));
          } else {
            text.append(c);
          }
        }
      }
    }
    text.append('"');
  }
}
