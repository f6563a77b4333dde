package dev.millrace.store;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Values of any record, sealed interface or enum, made from their declarations, so that a component
 * added tomorrow is covered without a change here. Members marked nullable are null at times.
 */
public final class Samples {

  private static final int DEPTH_MAX = 6;
  private static final long EPOCH_MILLIS = 1_700_000_000_000L;
  private static final int DAY_MILLIS = 86_400_000;
  private static final String[] TEXTS = {
    "", "a", "node-1", "你好", "\"quoted\"\n", "😀", "\u0000\u001f", "null", "blob:x", "proc-avxhke9u"
  };

  private final Random random;

  public Samples(long seed) {
    this.random = new Random(seed);
  }

  /** A random value of a type. */
  public <T> T of(Class<T> type) {
    Object value = value(type, null, 0);
    return type.cast(value);
  }

  /**
   * A record with these components, by name; the others are null where they may be, else empty or
   * zero. So tests need not name what they do not care about.
   */
  public static <T extends Record> T record(Class<T> type, Map<String, ?> members) {
    RecordComponent[] components = type.getRecordComponents();
    @Nullable Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      Object given = members.get(components[i].getName());
      values[i] = given == null ? empty(components[i]) : given;
    }
    return type.cast(construct(type, components, values));
  }

  private static @Nullable Object empty(RecordComponent component) {
    Class<?> type = component.getType();
    if (component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
      return null;
    } else if (type == int.class) {
      return 0;
    } else if (type == long.class) {
      return 0L;
    } else if (type == boolean.class) {
      return false;
    } else if (type == String.class) {
      return "";
    } else if (type == List.class) {
      return List.of();
    } else if (type == Map.class) {
      return Map.of();
    } else if (type == Instant.class) {
      return Instant.ofEpochMilli(EPOCH_MILLIS);
    }
    throw new IllegalArgumentException("no empty value of " + component);
  }

  /** A random plain JSON value. */
  public @Nullable Object json() {
    return json(0);
  }

  private Object value(Type type, @Nullable AnnotatedType annotated, int depth) {
    if (type instanceof ParameterizedType generic) {
      return collection(generic, annotated, depth);
    }
    Class<?> raw = (Class<?>) type;
    if (raw == String.class) {
      return TEXTS[random.nextInt(TEXTS.length)];
    } else if (raw == int.class || raw == Integer.class) {
      return random.nextInt(1000) - 1;
    } else if (raw == long.class || raw == Long.class) {
      return random.nextLong();
    } else if (raw == boolean.class) {
      return random.nextBoolean();
    } else if (raw == Instant.class) {
      return Instant.ofEpochMilli(EPOCH_MILLIS + random.nextInt(DAY_MILLIS));
    } else if (raw == Object.class) {
      Object json = json(depth);
      return json == null ? "not null" : json;
    } else if (raw.isEnum()) {
      Object[] constants = raw.getEnumConstants();
      return constants[random.nextInt(constants.length)];
    } else if (raw.isSealed()) {
      Class<?>[] kinds = raw.getPermittedSubclasses();
      // Kinds that hold others are kept out when deep, or the value would have no end.
      return value(kinds[depth > DEPTH_MAX ? 1 : random.nextInt(kinds.length)], null, depth + 1);
    } else if (raw.isRecord()) {
      return record(raw, depth);
    }
    throw new IllegalArgumentException("no samples of " + raw);
  }

  private Object collection(
      ParameterizedType generic, @Nullable AnnotatedType annotated, int depth) {
    Type[] arguments = generic.getActualTypeArguments();
    AnnotatedType[] marks =
        annotated instanceof AnnotatedParameterizedType parameterized
            ? parameterized.getAnnotatedActualTypeArguments()
            : new AnnotatedType[arguments.length];
    int size = depth > DEPTH_MAX ? 0 : random.nextInt(4);
    if (generic.getRawType() == List.class) {
      List<@Nullable Object> list = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        list.add(nullable(marks[0]) ? null : value(arguments[0], marks[0], depth + 1));
      }
      return list;
    }
    Map<Object, @Nullable Object> map = new LinkedHashMap<>();
    for (int i = 0; i < size; i++) {
      map.put(
          value(arguments[0], marks[0], depth + 1),
          nullable(marks[1]) ? null : value(arguments[1], marks[1], depth + 1));
    }
    return map;
  }

  private Object record(Class<?> type, int depth) {
    RecordComponent[] components = type.getRecordComponents();
    @Nullable Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      AnnotatedType annotated = components[i].getAnnotatedType();
      values[i] =
          nullable(annotated) ? null : value(components[i].getGenericType(), annotated, depth + 1);
    }
    return construct(type, components, values);
  }

  private static Object construct(
      Class<?> type, RecordComponent[] components, @Nullable Object[] values) {
    Class<?>[] types = new Class<?>[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
    }
    try {
      var constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(values);
    } catch (NoSuchMethodException
        | InstantiationException
        | IllegalAccessException
        | InvocationTargetException e) {
      throw new IllegalStateException("cannot make a " + type, e);
    }
  }

  private boolean nullable(@Nullable AnnotatedElement element) {
    return element != null && element.isAnnotationPresent(Nullable.class) && random.nextInt(3) == 0;
  }

  private @Nullable Object json(int depth) {
    return switch (random.nextInt(depth > DEPTH_MAX ? 7 : 9)) {
      case 0 -> null;
      case 1 -> random.nextBoolean();
      case 2 -> (long) random.nextInt(100);
      case 3 -> random.nextLong();
      case 4 -> BigInteger.valueOf(Long.MAX_VALUE).add(BigInteger.valueOf(random.nextInt(9) + 1L));
      case 5 -> new BigDecimal(BigInteger.valueOf(random.nextInt(1000)), random.nextInt(9) - 3);
      case 6 -> TEXTS[random.nextInt(TEXTS.length)];
      case 7 -> {
        List<@Nullable Object> list = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          list.add(json(depth + 1));
        }
        yield list;
      }
      default -> {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          map.put(TEXTS[random.nextInt(TEXTS.length)], json(depth + 1));
        }
        yield map;
      }
    };
  }
}
