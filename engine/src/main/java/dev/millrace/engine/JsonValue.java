package dev.millrace.engine;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The plain form of JSON used everywhere between the modules: {@code null}, {@link Boolean}, {@link
 * String}, {@link Long} (integers that fit), {@link BigInteger} (those that do not), {@link
 * BigDecimal} (numbers with a fraction or exponent, which keep their digits), {@code List<Object>}
 * and {@code Map<String, Object>} in the order written. Values are treated as immutable.
 */
public final class JsonValue {

  private JsonValue() {}

  /**
   * Brings any tree of Java values into the plain form, copying lists and maps into unmodifiable
   * ones.
   *
   * @throws IllegalArgumentException for a value that JSON cannot express, as NaN
   */
  public static @Nullable Object of(@Nullable Object value) {
    return switch (value) {
      case null -> null;
      case Boolean flag -> flag;
      case String text -> text;
      case Long number -> number;
      case Integer number -> number.longValue();
      case Short number -> number.longValue();
      case Byte number -> number.longValue();
      case BigInteger number -> narrow(number);
      case BigDecimal number -> number.scale() == 0 ? narrow(number.unscaledValue()) : number;
      case Double number -> decimal(number);
      case Float number -> decimal(number.doubleValue());
      case List<?> list -> list(list);
      case Map<?, ?> map -> map(map);
      default ->
          throw new IllegalArgumentException("not a JSON value: " + value.getClass().getName());
    };
  }

  /** A member of an object, or null when the value is no object or has no such member. */
  public static @Nullable Object get(@Nullable Object object, String key) {
    return object instanceof Map<?, ?> map ? map.get(key) : null;
  }

  /** A member that is text, or the fallback when it is absent or of another type. */
  public static String text(@Nullable Object object, String key, String fallback) {
    return get(object, key) instanceof String text ? text : fallback;
  }

  private static Object narrow(BigInteger number) {
    return number.bitLength() < Long.SIZE ? (Object) number.longValue() : number;
  }

  private static Object decimal(double number) {
    if (Double.isNaN(number) || Double.isInfinite(number)) {
      throw new IllegalArgumentException("not a JSON number: " + number);
    }
    if (number == Math.rint(number) && Math.abs(number) < 1e15) {
      return (long) number;
    }
    return BigDecimal.valueOf(number);
  }

  private static List<@Nullable Object> list(List<?> list) {
    List<@Nullable Object> copy = new ArrayList<>(list.size());
    for (Object element : list) {
      copy.add(of(element));
    }
    return Collections.unmodifiableList(copy);
  }

  private static Map<String, @Nullable Object> map(Map<?, ?> map) {
    Map<String, @Nullable Object> copy = LinkedHashMap.newLinkedHashMap(map.size());
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      copy.put(String.valueOf(entry.getKey()), of(entry.getValue()));
    }
    return Collections.unmodifiableMap(copy);
  }
}
