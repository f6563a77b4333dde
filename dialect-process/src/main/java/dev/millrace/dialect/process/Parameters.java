package dev.millrace.dialect.process;

import dev.millrace.transport.Problem;
import dev.millrace.transport.Request;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Query parameters and bodies with a fixed form; anything else is 400 {@code invalid_input}. */
final class Parameters {
  private static final int MAX_SHOWN = 40;

  private Parameters() {}

  /** Text, empty when it was not sent. */
  static String text(Request request, String name) {
    String value = request.query(name);
    return value == null ? "" : value;
  }

  /** {@code true}, {@code false}; the bare name means true, absence false. */
  static boolean flag(Request request, String name) {
    return flag(name, request.query(name));
  }

  static boolean flag(String name, @Nullable String value) {
    return switch (value) {
      case null -> false;
      case "", "true" -> true;
      case "false" -> false;
      default ->
          throw invalid("expected true or false for %s, found %s".formatted(name, shown(value)));
    };
  }

  /** A whole number in bounds, or the fallback when it was not sent. */
  static long number(String name, @Nullable String value, long least, long most, long fallback) {
    if (value == null) {
      return fallback;
    }
    try {
      long number = Long.parseLong(value);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Answered below, like a number out of bounds.
    }
    throw invalid(
        "expected a whole number from %d to %d for %s, found %s"
            .formatted(least, most, name, shown(value)));
  }

  /**
   * A body that is an object with no other members than these; an empty body or null is an empty
   * object.
   */
  static Map<String, @Nullable Object> body(Request request, Set<String> allowed) {
    Map<String, @Nullable Object> body = object("the body", request.json());
    for (String member : body.keySet()) {
      if (!allowed.contains(member)) {
        throw invalid("expected only the members %s, found %s".formatted(allowed, shown(member)));
      }
    }
    return body;
  }

  /** A value that is an object; null is an empty one. */
  static Map<String, @Nullable Object> object(String what, @Nullable Object value) {
    Map<String, @Nullable Object> copy = new LinkedHashMap<>();
    if (value == null) {
      return copy;
    }
    if (!(value instanceof Map<?, ?> map)) {
      throw invalid("expected a JSON object for %s, found %s".formatted(what, kind(value)));
    }
    map.forEach((key, member) -> copy.put(String.valueOf(key), member));
    return copy;
  }

  /** A member that is text, empty when absent or null. */
  static String text(Map<String, @Nullable Object> body, String member) {
    return switch (body.get(member)) {
      case null -> "";
      case String text -> text;
      case Object other ->
          throw invalid("expected text for %s, found %s".formatted(member, kind(other)));
    };
  }

  /** What JSON calls the kind of a value. */
  static String kind(@Nullable Object value) {
    return switch (value) {
      case null -> "null";
      case Boolean flag -> "a boolean";
      case String text -> "text";
      case Number number -> "a number";
      case List<?> list -> "an array";
      case Map<?, ?> map -> "an object";
      default -> "something else";
    };
  }

  /** What a caller sent, short enough for a message. */
  static String shown(String value) {
    if (value.codePointCount(0, value.length()) <= MAX_SHOWN) {
      return "'" + value + "'";
    }
    return "'" + value.substring(0, value.offsetByCodePoints(0, MAX_SHOWN)) + "…'";
  }

  /** 400 {@code invalid_input}. */
  static Problem invalid(String message) {
    return Problem.badRequest("invalid_input", message);
  }
}
