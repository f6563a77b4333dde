package dev.millrace.format.nocobase.pure;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a value of a configuration must be. Numbers and booleans may be written as text; null is a
 * value like others and must be allowed.
 */
sealed interface ConfigShape {

  /** What is wrong with a value. */
  record Fault(String path, String text, Kind kind) {

    /** Why a value does not fit: how an alternative tells it depends on it. */
    enum Kind {
      TYPE,
      CHOICE,
      OTHER
    }

    String message() {
      return "\"" + path + "\" " + text;
    }
  }

  /** Adds what is wrong with a value at a path. */
  void check(@Nullable Object value, String path, List<Fault> faults);

  /** Names what fits, for the message of an alternative: its type, or the values allowed. */
  String named();

  /** Anything at all. */
  record Anything() implements ConfigShape {
    @Override
    public void check(@Nullable Object value, String path, List<Fault> faults) {
      // Everything fits.
    }

    @Override
    public String named() {
      return "any";
    }
  }

  /**
   * A text that is not empty.
   *
   * @param allowed the texts it may be, empty for any
   */
  record Text(List<String> allowed) implements ConfigShape {
    @Override
    public void check(@Nullable Object value, String path, List<Fault> faults) {
      if (!allowed.isEmpty() && !(value instanceof String text && allowed.contains(text))) {
        faults.add(choice(path, allowed));
      } else if (!(value instanceof String text)) {
        faults.add(new Fault(path, "must be a string", Fault.Kind.TYPE));
      } else if (text.isEmpty()) {
        faults.add(new Fault(path, "is not allowed to be empty", Fault.Kind.OTHER));
      }
    }

    @Override
    public String named() {
      return "string";
    }
  }

  /** A boolean, also as text in any case. */
  record Flag(List<Boolean> allowed) implements ConfigShape {
    @Override
    public void check(@Nullable Object value, String path, List<Fault> faults) {
      Object typed =
          value instanceof String text && text.toLowerCase(Locale.ROOT).matches("true|false")
              ? (Object) Boolean.valueOf(text)
              : value;
      if (!allowed.isEmpty() && !(typed instanceof Boolean flag && allowed.contains(flag))) {
        faults.add(choice(path, allowed));
      } else if (!(typed instanceof Boolean)) {
        faults.add(new Fault(path, "must be a boolean", Fault.Kind.TYPE));
      }
    }

    @Override
    public String named() {
      return allowed.isEmpty() ? "boolean" : listed(allowed);
    }
  }

  /**
   * A number, also as text.
   *
   * @param allowed the numbers it may be, empty for any
   * @param min the least, or null
   * @param max the greatest, or null
   * @param whole whether it must be an integer
   */
  record Numeric(List<Long> allowed, @Nullable Long min, @Nullable Long max, boolean whole)
      implements ConfigShape {

    private static final long SAFE_MAX = (1L << 53) - 1;
    private static final long PORT_MAX = 65_535;

    static Numeric any() {
      return new Numeric(List.of(), null, null, false);
    }

    static Numeric of(Long... allowed) {
      return new Numeric(List.of(allowed), null, null, false);
    }

    static Numeric port() {
      return new Numeric(List.of(), 0L, PORT_MAX, true);
    }

    @Override
    public void check(@Nullable Object value, String path, List<Fault> faults) {
      BigDecimal number = number(value);
      if (!allowed.isEmpty()
          && (number == null
              || allowed.stream().noneMatch(one -> number.compareTo(new BigDecimal(one)) == 0))) {
        faults.add(choice(path, allowed));
        return;
      }
      String text = number == null ? "must be a number" : bounds(number);
      if (text != null) {
        faults.add(new Fault(path, text, number == null ? Fault.Kind.TYPE : Fault.Kind.OTHER));
      }
    }

    private @Nullable String bounds(BigDecimal number) {
      if (number.abs().compareTo(new BigDecimal(SAFE_MAX)) > 0) {
        return "must be a safe number";
      }
      boolean port = max != null && max == PORT_MAX;
      boolean small = min != null && number.compareTo(new BigDecimal(min)) < 0;
      boolean big = max != null && number.compareTo(new BigDecimal(max)) > 0;
      boolean broken = whole && number.stripTrailingZeros().scale() > 0;
      if (port) {
        return small || big || broken ? "must be a valid port" : null;
      }
      if (broken) {
        return "must be an integer";
      }
      if (small) {
        // A least integer of one is what is called positive.
        return whole && min != null && min == 1
            ? "must be a positive number"
            : "must be greater than or equal to " + min;
      }
      return big ? "must be less than or equal to " + max : null;
    }

    private static @Nullable BigDecimal number(@Nullable Object value) {
      try {
        return switch (value) {
          case Number number -> new BigDecimal(number.toString());
          case String text -> new BigDecimal(text.strip());
          case null, default -> null;
        };
      } catch (NumberFormatException notANumber) {
        return null;
      }
    }

    @Override
    public String named() {
      return allowed.isEmpty() ? "number" : listed(allowed);
    }
  }

  /** An object; members that are not named here may be anything. */
  record Members(List<Member> members) implements ConfigShape {
    @Override
    public void check(@Nullable Object value, String path, List<Fault> faults) {
      if (!(value instanceof Map<?, ?> map)) {
        faults.add(new Fault(path, "must be of type object", Fault.Kind.TYPE));
        return;
      }
      for (Member member : members) {
        String inner = path.isEmpty() ? member.name() : path + "." + member.name();
        if (map.containsKey(member.name())) {
          member.shape().check(map.get(member.name()), inner, faults);
        } else if (member.required()) {
          faults.add(new Fault(inner, "is required", Fault.Kind.OTHER));
        }
      }
    }

    @Override
    public String named() {
      return "object";
    }
  }

  /** A member of an object. */
  record Member(String name, ConfigShape shape, boolean required) {
    static Member of(String name, ConfigShape shape) {
      return new Member(name, shape, false);
    }

    static Member required(String name, ConfigShape shape) {
      return new Member(name, shape, true);
    }
  }

  /** A list of equal things. */
  record Elements(ConfigShape each) implements ConfigShape {
    @Override
    public void check(@Nullable Object value, String path, List<Fault> faults) {
      if (!(value instanceof List<?> list)) {
        faults.add(new Fault(path, "must be an array", Fault.Kind.TYPE));
        return;
      }
      for (int i = 0; i < list.size(); i++) {
        each.check(list.get(i), path + "[" + i + "]", faults);
      }
    }

    @Override
    public String named() {
      return "array";
    }
  }

  /** One of several things. */
  record Either(List<ConfigShape> shapes) implements ConfigShape {
    static Either of(ConfigShape... shapes) {
      return new Either(List.of(shapes));
    }

    @Override
    public void check(@Nullable Object value, String path, List<Fault> faults) {
      Set<String> names = new LinkedHashSet<>();
      List<Fault> near = new ArrayList<>();
      for (ConfigShape shape : shapes) {
        List<Fault> inner = new ArrayList<>();
        shape.check(value, path, inner);
        if (inner.isEmpty()) {
          return;
        }
        boolean far =
            inner.size() == 1
                && inner.getFirst().path().equals(path)
                && inner.getFirst().kind() != Fault.Kind.OTHER;
        if (far) {
          names.add(shape.named());
        } else {
          near.addAll(inner);
        }
      }
      if (near.isEmpty()) {
        String text = "must be one of [" + String.join(", ", names) + "]";
        faults.add(new Fault(path, text, Fault.Kind.CHOICE));
      } else if (near.size() == 1) {
        faults.addAll(near);
      } else {
        faults.add(new Fault(path, "does not match any of the allowed types", Fault.Kind.OTHER));
      }
    }

    @Override
    public String named() {
      return shapes.stream().map(ConfigShape::named).collect(Collectors.joining(", "));
    }
  }

  /** A thing, or null. */
  record OrNull(ConfigShape shape) implements ConfigShape {
    @Override
    public void check(@Nullable Object value, String path, List<Fault> faults) {
      if (value != null) {
        shape.check(value, path, faults);
      }
    }

    @Override
    public String named() {
      return shape.named();
    }
  }

  /** Nothing but null. */
  record Forbidden() implements ConfigShape {
    @Override
    public void check(@Nullable Object value, String path, List<Fault> faults) {
      if (value != null) {
        faults.add(new Fault(path, "is not allowed", Fault.Kind.OTHER));
      }
    }

    @Override
    public String named() {
      return "null";
    }
  }

  private static Fault choice(String path, List<?> allowed) {
    return new Fault(path, "must be one of [" + listed(allowed) + "]", Fault.Kind.CHOICE);
  }

  private static String listed(List<?> values) {
    return values.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }
}
