package dev.millrace.expression.nocobase.script;

import dev.millrace.expression.nocobase.script.Arguments.Call;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;

/**
 * What a dot or an index after a value finds: members that the value has, and the methods listed
 * here and in the classes beside. There are no prototypes; any other name is undefined.
 */
final class Members {
  private static final int DIGITS_MAX = 100;
  private static final int RADIX_MAX = 36;

  private Members() {}

  static @Nullable Object get(@Nullable Object target, @Nullable Object key, Call call) {
    if (target == null || target == Undefined.VALUE) {
      throw ScriptException.type(
          "Cannot read properties of "
              + Coercions.toText(target)
              + " (reading '"
              + Coercions.toText(key)
              + "')");
    }
    if (key instanceof Number number) {
      Object element = element(target, number.doubleValue());
      if (element != Undefined.VALUE) {
        return element;
      }
    }
    String name = Coercions.toText(key);
    Object member =
        switch (target) {
          case Map<?, ?> map -> map.containsKey(name) ? map.get(name) : ofObject(map, name);
          case List<?> list -> ofList(list, name);
          case String text -> ofText(text, name);
          case Number number -> ofNumber(number.doubleValue(), name);
          case Boolean flag -> ofAny(flag, name);
          case DateValue date -> DateMembers.get(date, name);
          case Instant instant -> DateMembers.get(DateValue.of(instant), name);
          case ScriptRegex regex -> ofRegex(regex, name);
          case Constructor type -> type.members().get(name);
          case null, default -> null;
        };
    return member == null && !(target instanceof Map<?, ?> map && map.containsKey(name))
        ? listElement(target, name)
        : member;
  }

  /** An element by an index written as text, or undefined. */
  private static @Nullable Object listElement(Object target, String name) {
    int digitsMax = 9;
    boolean index =
        !name.isEmpty()
            && name.length() <= digitsMax
            && name.chars().allMatch(c -> c >= '0' && c <= '9');
    return index ? element(target, Integer.parseInt(name)) : Undefined.VALUE;
  }

  private static @Nullable Object element(@Nullable Object target, double index) {
    if (index < 0 || index != Math.rint(index)) {
      return Undefined.VALUE;
    }
    return switch (target) {
      case List<?> list when index < list.size() -> list.get((int) index);
      case String text when index < text.length() -> text.substring((int) index, (int) index + 1);
      case null, default -> Undefined.VALUE;
    };
  }

  private static @Nullable Object ofList(List<?> list, String name) {
    return name.equals("length") ? (Object) (double) list.size() : ListMembers.get(list, name);
  }

  private static @Nullable Object ofText(String text, String name) {
    return name.equals("length") ? (Object) (double) text.length() : TextMembers.get(text, name);
  }

  private static @Nullable ScriptFunction ofAny(Object value, String name) {
    return switch (name) {
      case "toString", "toLocaleString" -> arguments -> Coercions.toText(value);
      case "valueOf" -> arguments -> value;
      default -> null;
    };
  }

  private static @Nullable ScriptFunction ofObject(Map<?, ?> map, String name) {
    return name.equals("hasOwnProperty")
        ? arguments -> map.containsKey(arguments.text(0))
        : ofAny(map, name);
  }

  private static @Nullable ScriptFunction ofNumber(double number, String name) {
    return switch (name) {
      case "toFixed" -> arguments -> Numbers.fixed(number, digits(arguments, 0));
      case "toPrecision" ->
          arguments ->
              arguments.has(0)
                  ? Numbers.precise(number, Math.max(1, digits(arguments, 1)))
                  : Coercions.toText(number);
      case "toString" ->
          arguments -> {
            int radix = arguments.integer(0, Numbers.DECIMAL);
            if (radix < 2 || radix > RADIX_MAX) {
              throw ScriptException.range("toString() radix must be between 2 and 36");
            }
            return Numbers.inRadix(number, radix);
          };
      case "toLocaleString" -> arguments -> Numbers.grouped(number);
      default -> ofAny(number, name);
    };
  }

  private static int digits(Arguments arguments, int fallback) {
    int digits = arguments.integer(0, fallback);
    if (digits < 0 || digits > DIGITS_MAX) {
      throw ScriptException.range("toFixed() digits argument must be between 0 and 100");
    }
    return digits;
  }

  private static @Nullable Object ofRegex(ScriptRegex regex, String name) {
    return switch (name) {
      case "source" -> regex.source();
      case "flags" -> regex.flags();
      case "test" ->
          (ScriptFunction) arguments -> regex.matcher(arguments.text(0), arguments.budget()).find();
      case "exec" ->
          (ScriptFunction)
              arguments -> {
                Matcher matcher = regex.matcher(arguments.text(0), arguments.budget());
                return matcher.find() ? groups(matcher) : null;
              };
      default -> ofAny(regex, name);
    };
  }

  /** The groups of a match, the whole first. */
  static ScriptList groups(Matcher matcher) {
    ScriptList groups = new ScriptList();
    for (int i = 0; i <= matcher.groupCount(); i++) {
      String group = matcher.group(i);
      groups.add(group == null ? Undefined.VALUE : group);
    }
    return groups;
  }

  /** The entries of an object or list as pairs. */
  static ScriptList entries(@Nullable Object value, Budget budget) {
    ScriptList entries = new ScriptList();
    object(value, budget).forEach((key, member) -> entries.add(new ScriptList(pair(key, member))));
    return entries;
  }

  static List<@Nullable Object> pair(@Nullable Object first, @Nullable Object second) {
    List<@Nullable Object> pair = new ArrayList<>(2);
    pair.add(first);
    pair.add(second);
    return pair;
  }

  /** The members of an object, or the elements of a list or text by index. */
  static Map<String, @Nullable Object> object(@Nullable Object value, Budget budget) {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    switch (value) {
      case Map<?, ?> map -> {
        budget.steps(map.size());
        map.forEach((key, member) -> members.put(String.valueOf(key), member));
      }
      case List<?> list -> {
        budget.steps(list.size());
        for (int i = 0; i < list.size(); i++) {
          members.put(Integer.toString(i), list.get(i));
        }
      }
      case String text -> {
        budget.steps(text.length());
        for (int i = 0; i < text.length(); i++) {
          members.put(Integer.toString(i), text.substring(i, i + 1));
        }
      }
      case Undefined nothing ->
          throw ScriptException.type("Cannot convert undefined or null to object");
      case null -> throw ScriptException.type("Cannot convert undefined or null to object");
      default -> {}
    }
    return members;
  }
}
