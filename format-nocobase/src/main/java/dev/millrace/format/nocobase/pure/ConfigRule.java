package dev.millrace.format.nocobase.pure;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What one member of a configuration must be.
 *
 * @param allowed the values it may have, empty for any
 * @param min the least number, or null
 * @param members rules for the members of an object, or of each element of a list
 */
record ConfigRule(
    String name,
    Kind kind,
    Presence presence,
    List<Object> allowed,
    @Nullable Long min,
    List<ConfigRule> members) {

  enum Kind {
    BOOLEAN,
    NUMBER,
    TEXT,
    OBJECT,
    OBJECT_OR_FALSE,
    ARRAY
  }

  /** Whether the member may be absent, or null. */
  enum Presence {
    OPTIONAL,
    REQUIRED,
    NULLABLE
  }

  static ConfigRule of(String name, Kind kind) {
    return new ConfigRule(name, kind, Presence.OPTIONAL, List.of(), null, List.of());
  }

  /** Text, which must not be empty. */
  static ConfigRule text(String name) {
    return of(name, Kind.TEXT);
  }

  ConfigRule required() {
    return new ConfigRule(name, kind, Presence.REQUIRED, allowed, min, members);
  }

  ConfigRule nullable() {
    return new ConfigRule(name, kind, Presence.NULLABLE, allowed, min, members);
  }

  ConfigRule oneOf(Object... values) {
    return new ConfigRule(name, kind, presence, List.copyOf(Arrays.asList(values)), min, members);
  }

  ConfigRule min(long least) {
    return new ConfigRule(name, kind, presence, allowed, least, members);
  }

  ConfigRule inside(List<ConfigRule> rules) {
    return new ConfigRule(name, kind, presence, allowed, min, rules);
  }

  ConfigRule each(List<ConfigRule> rules) {
    return inside(rules);
  }

  /** Adds what is wrong with the member. */
  void check(Map<?, ?> config, String prefix, List<String> messages) {
    String path = "\"" + prefix + name + "\" ";
    if (!config.containsKey(name)) {
      if (presence == Presence.REQUIRED) {
        messages.add(path + "is required");
      }
      return;
    }
    Object value = config.get(name);
    if (value == null && presence == Presence.NULLABLE) {
      return;
    }
    String fault = fault(value);
    if (fault != null) {
      messages.add(path + fault);
      return;
    }
    if (value instanceof Map<?, ?> map) {
      members.forEach(member -> member.check(map, prefix + name + ".", messages));
    } else if (value instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        String element = prefix + name + "[" + i + "]";
        if (list.get(i) instanceof Map<?, ?> map) {
          members.forEach(member -> member.check(map, element + ".", messages));
        } else if (!members.isEmpty()) {
          messages.add("\"" + element + "\" must be of type object");
        }
      }
    }
  }

  /** What is wrong with a value, or null. Numbers may be written as text. */
  private @Nullable String fault(@Nullable Object value) {
    Object typed = typed(value);
    if (!allowed.isEmpty() && !allowed.contains(typed)) {
      return "must be one of ["
          + allowed.stream().map(String::valueOf).collect(Collectors.joining(", "))
          + "]";
    }
    return switch (kind) {
      case BOOLEAN -> typed instanceof Boolean ? null : "must be a boolean";
      case NUMBER -> {
        if (!(typed instanceof Number number)) {
          yield "must be a number";
        }
        yield min != null && number.doubleValue() < min
            ? "must be greater than or equal to " + min
            : null;
      }
      case TEXT ->
          typed instanceof String text
              ? text.isEmpty() ? "is not allowed to be empty" : null
              : "must be a string";
      case OBJECT -> typed instanceof Map ? null : "must be of type object";
      case OBJECT_OR_FALSE ->
          typed instanceof Map || Boolean.FALSE.equals(typed)
              ? null
              : "must be one of [object, false]";
      case ARRAY -> typed instanceof List ? null : "must be an array";
    };
  }

  private @Nullable Object typed(@Nullable Object value) {
    if (kind == Kind.NUMBER && value instanceof String text && text.matches("-?\\d{1,18}")) {
      return Long.parseLong(text);
    }
    if (kind == Kind.BOOLEAN && value instanceof String text && text.matches("true|false")) {
      return Boolean.parseBoolean(text);
    }
    return value;
  }
}
