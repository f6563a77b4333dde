package dev.millrace.dialect.process.definition;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a JSON value must look like; reports each place where it doesn't. */
@FunctionalInterface
interface Shape {

  void check(@Nullable Object value, String path, Problems problems);

  Shape ANY = (value, path, problems) -> {};

  Shape FLAG =
      (value, path, problems) -> {
        if (!(value instanceof Boolean)) {
          mismatch("true or false", value, path, problems);
        }
      };

  Shape OBJECT =
      (value, path, problems) -> {
        if (!(value instanceof Map)) {
          mismatch("an object", value, path, problems);
        }
      };

  /** Text of a length in characters. */
  static Shape text(int lengthMin, int lengthMax) {
    return (value, path, problems) -> {
      if (!(value instanceof String text)) {
        mismatch("text", value, path, problems);
        return;
      }
      int length = text.codePointCount(0, text.length());
      if (length < lengthMin) {
        problems.error(
            path, "too_short", "expected at least " + lengthMin + " character, found none");
      } else if (length > lengthMax) {
        problems.error(
            path, "too_long", "expected at most " + lengthMax + " characters, found " + length);
      }
    };
  }

  /** Text that matches a pattern as a whole. */
  static Shape text(int lengthMin, int lengthMax, Pattern pattern, String expected) {
    Shape text = text(lengthMin, lengthMax);
    return (value, path, problems) -> {
      text.check(value, path, problems);
      if (value instanceof String given && !given.isEmpty() && !pattern.matcher(given).matches()) {
        problems.error(path, "pattern", "expected " + expected + ", found " + Json.shown(given));
      }
    };
  }

  /** The same without what cannot be seen: blanks of every script, controls, marks of direction. */
  static Shape visible(Shape text) {
    return (value, path, problems) -> {
      text.check(value, path, problems);
      if (value instanceof String given) {
        given
            .codePoints()
            .filter(Shape::invisible)
            .findFirst()
            .ifPresent(found ->
                problems.error(
                    path,
                    "pattern",
                    "expected only characters that can be seen, found U+%04X".formatted(found)));
      }
    };
  }

  private static boolean invisible(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      // The plain blank is named with the other characters that an id may not have.
      case Character.SPACE_SEPARATOR -> character != ' ';
      default -> false;
    };
  }

  static Shape word(String... words) {
    List<String> allowed = List.of(words);
    return (value, path, problems) -> {
      if (!(value instanceof String)) {
        mismatch("text", value, path, problems);
      } else if (!allowed.contains(value)) {
        problems.error(
            path,
            "invalid_value",
            "expected one of "
                + String.join(", ", allowed.stream().map(Json::shown).toList())
                + ", found "
                + Json.shown(value));
      }
    };
  }

  static Shape number(long min, long max) {
    return (value, path, problems) -> {
      BigDecimal number = value instanceof Number ? Json.number(value) : null;
      if (number == null) {
        mismatch("a number", value, path, problems);
      } else {
        range(number, min, max, path, problems);
      }
    };
  }

  static Shape integer(long min, long max) {
    return (value, path, problems) -> {
      Long number = Json.integer(value);
      if (number == null) {
        mismatch("a whole number", value, path, problems);
      } else {
        range(BigDecimal.valueOf(number), min, max, path, problems);
      }
    };
  }

  private static void range(BigDecimal number, long min, long max, String path, Problems problems) {
    if (number.compareTo(BigDecimal.valueOf(min)) < 0) {
      problems.error(path, "minimum", "expected at least " + min + ", found " + Json.shown(number));
    } else if (number.compareTo(BigDecimal.valueOf(max)) > 0) {
      problems.error(path, "maximum", "expected at most " + max + ", found " + Json.shown(number));
    }
  }

  static Shape list(Shape element, int sizeMax) {
    return (value, path, problems) -> {
      if (!(value instanceof List<?> list)) {
        mismatch("a list", value, path, problems);
        return;
      }
      if (list.size() > sizeMax) {
        problems.error(
            path, "too_many", "expected at most " + sizeMax + " elements, found " + list.size());
        return;
      }
      for (int i = 0; i < list.size(); i++) {
        element.check(list.get(i), Json.element(path, i), problems);
      }
    };
  }

  /** An object whose members all have the same shape. */
  static Shape members(Shape member) {
    return (value, path, problems) -> {
      if (!(value instanceof Map<?, ?> map)) {
        mismatch("an object", value, path, problems);
        return;
      }
      map.forEach((name, part) -> member.check(part, Json.member(path, "" + name), problems));
    };
  }

  /** Exactly one of two shapes, chosen by the Java type of the value. */
  static Shape either(Class<?> kind, Shape shape, Shape otherwise) {
    return (value, path, problems) ->
        (kind.isInstance(value) ? shape : otherwise).check(value, path, problems);
  }

  /** One of several kinds of value, whatever is in them. */
  static Shape kind(String expected, Class<?>... kinds) {
    List<Class<?>> allowed = List.of(kinds);
    return (value, path, problems) -> {
      if (allowed.stream().noneMatch(kind -> kind.isInstance(value))) {
        mismatch(expected, value, path, problems);
      }
    };
  }

  /** An object of named members; others are left alone. */
  static Fields object() {
    return new Fields(new LinkedHashMap<>(), Set.of(), false);
  }

  private static void mismatch(
      String expected, @Nullable Object value, String path, Problems problems) {
    problems.error(path, "type", "expected " + expected + ", found " + Json.shown(value));
  }

  /** An object's members, put together while the shape is declared. */
  record Fields(Map<String, Shape> shapes, Set<String> required, boolean closed) implements Shape {

    Fields with(String name, Shape shape) {
      Map<String, Shape> more = new LinkedHashMap<>(shapes);
      more.put(name, shape);
      return new Fields(more, required, closed);
    }

    Fields requires(String... names) {
      return new Fields(shapes, Set.of(names), closed);
    }

    /** Refuses members that aren't named. */
    Fields close() {
      return new Fields(shapes, required, true);
    }

    @Override
    public void check(@Nullable Object value, String path, Problems problems) {
      if (!(value instanceof Map<?, ?> map)) {
        mismatch("an object", value, path, problems);
        return;
      }
      shapes.forEach((name, shape) -> {
        if (map.containsKey(name)) {
          shape.check(map.get(name), Json.member(path, name), problems);
        } else if (required.contains(name)) {
          problems.error(
              Json.member(path, name), "required", "expected " + name + ", found nothing");
        }
      });
      if (closed) {
        for (Object name : map.keySet()) {
          if (!shapes.containsKey(String.valueOf(name))) {
            problems.error(
                Json.member(path, String.valueOf(name)),
                "unknown_member",
                "expected one of " + String.join(", ", shapes.keySet()));
          }
        }
      }
    }
  }
}
