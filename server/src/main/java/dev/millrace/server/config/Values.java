package dev.millrace.server.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads plain values as what a setting expects; every complaint names where the value stands. */
final class Values {
  private static final String FROM_ENVIRONMENT = "env:";
  private static final String FROM_FILE = "file:";

  private Values() {}

  static String text(@Nullable Object value, String where) {
    if (value instanceof String || value instanceof Number) {
      return String.valueOf(value);
    }
    throw expected("text", value, where);
  }

  static int number(@Nullable Object value, int least, int most, String where) {
    String text = value instanceof Number || value instanceof String ? value.toString() : "";
    try {
      int number = Integer.parseInt(text.strip());
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below, as a number out of bounds is.
    }
    throw expected("a whole number from " + least + " to " + most, value, where);
  }

  static boolean flag(@Nullable Object value, String where) {
    return switch (String.valueOf(value)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw expected("true or false", value, where);
    };
  }

  /** A list, or text with commas. */
  static List<String> list(@Nullable Object value, String where) {
    List<String> items = new ArrayList<>();
    switch (value) {
      case List<?> list -> list.forEach(item -> items.add(text(item, where)));
      case String text -> {
        for (String item : text.split(",", -1)) {
          if (!item.isBlank()) {
            items.add(item.strip());
          }
        }
      }
      case null, default -> throw expected("a list", value, where);
    }
    return List.copyOf(items);
  }

  /** A map of texts, or {@code name=value} with commas. */
  static Map<String, String> map(@Nullable Object value, String where) {
    Map<String, String> map = new LinkedHashMap<>();
    if (value instanceof Map<?, ?> members) {
      members.forEach(
          (name, item) -> map.put(String.valueOf(name), text(item, where + "." + name)));
      return map;
    }
    if (!(value instanceof String)) {
      throw expected("names with values", value, where);
    }
    for (String item : list(value, where)) {
      int sign = item.indexOf('=');
      if (sign <= 0) {
        throw expected("name=value", item, where);
      }
      map.put(item.substring(0, sign).strip(), item.substring(sign + 1).strip());
    }
    return map;
  }

  /** A map whose members may only have some names. */
  static Map<String, @Nullable Object> object(
      @Nullable Object value, List<String> known, String where) {
    if (!(value instanceof Map<?, ?> members)) {
      throw expected("an object with " + String.join(", ", known), value, where);
    }
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    members.forEach((name, item) -> {
      String key = String.valueOf(name);
      if (!known.isEmpty() && !known.contains(key)) {
        throw new ConfigurationException(
            "%s: unknown key \"%s\"%s".formatted(where, key, Nearest.hint(key, known)));
      }
      object.put(key, item);
    });
    return object;
  }

  /** Text, or what the variable or file it names holds. */
  static String secret(@Nullable Object value, Map<String, String> environment, String where) {
    String text = text(value, where);
    if (text.startsWith(FROM_ENVIRONMENT)) {
      String name = text.substring(FROM_ENVIRONMENT.length());
      String found = environment.get(name);
      if (found == null) {
        throw new ConfigurationException(
            "%s: expected the environment variable %s, found none".formatted(where, name));
      }
      return found;
    }
    if (text.startsWith(FROM_FILE)) {
      Path file = Path.of(text.substring(FROM_FILE.length()));
      try {
        return Files.readString(file).strip();
      } catch (IOException e) {
        throw new ConfigurationException(
            "%s: expected a readable file %s, found %s".formatted(where, file, Problems.of(e)), e);
      }
    }
    return text;
  }

  static ConfigurationException expected(String what, @Nullable Object found, String where) {
    String shown =
        switch (found) {
          case null -> "nothing";
          case Map<?, ?> map -> "an object";
          case List<?> list -> "a list";
          case Object plain -> "\"" + plain + "\"";
        };
    return new ConfigurationException("%s: expected %s, found %s".formatted(where, what, shown));
  }
}
