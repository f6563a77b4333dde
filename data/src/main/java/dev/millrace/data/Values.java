package dev.millrace.data;

import dev.millrace.engine.JsonValue;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Brings what callers give into the one form in which a type of field is kept and compared. */
final class Values {

  /** Longer text is no number; a larger exponent is no number that any column holds. */
  private static final int DIGITS_MAX = 400;

  private Values() {}

  /**
   * The value of a field in its kept form.
   *
   * @throws DataException when the field cannot hold it
   */
  static @Nullable Object of(FieldDefinition field, @Nullable Object given) {
    Object value = plain(field, given);
    if (value == null) {
      return null;
    }
    return switch (field.type()) {
      case STRING, TEXT, UID, UUID, PASSWORD -> text(field, value);
      case INTEGER -> small(field, whole(field, value));
      case BIG_INT, SNOWFLAKE_ID, SORT -> whole(field, value);
      case FLOAT, DOUBLE -> real(field, value);
      case DECIMAL -> Objects.requireNonNull(JsonValue.of(number(field, value)));
      case BOOLEAN -> bool(field, value);
      case DATETIME -> instant(field, value);
      case DATETIME_NO_TZ -> Dates.show(local(field, value));
      case DATE_ONLY -> Dates.show(local(field, value).toLocalDate());
      case TIME -> Dates.time(text(field, value)).orElseThrow(() -> bad(field, value));
      case JSON, JSONB -> value;
      case ARRAY -> value instanceof List<?> ? value : List.of(value);
      case BELONGS_TO, HAS_ONE, HAS_MANY, BELONGS_TO_MANY ->
          throw new IllegalArgumentException(field.name() + " is a link and holds no value");
    };
  }

  /**
   * An operand that is compared with a field: as {@link #of}, but numbers need not fit the column.
   */
  static @Nullable Object operand(FieldDefinition field, @Nullable Object given) {
    if (!field.type().number()) {
      return of(field, given);
    }
    Object value = plain(field, given);
    return value == null ? null : JsonValue.of(number(field, value));
  }

  /** True for values that are one and the same to a reader. */
  static boolean same(@Nullable Object left, @Nullable Object right) {
    return switch (left) {
      case BigDecimal decimal when right instanceof BigDecimal other ->
          decimal.compareTo(other) == 0;
      case BigDecimal decimal when right instanceof Long other ->
          decimal.compareTo(BigDecimal.valueOf(other)) == 0;
      case Long number when right instanceof BigDecimal other ->
          other.compareTo(BigDecimal.valueOf(number)) == 0;
      case null, default -> Objects.equals(left, right);
    };
  }

  /** A number, for what compares numbers. */
  static Optional<BigDecimal> decimal(@Nullable Object value) {
    return switch (value) {
      case Long number -> Optional.of(BigDecimal.valueOf(number));
      case BigInteger number -> Optional.of(new BigDecimal(number));
      case BigDecimal number -> Optional.of(number);
      case String text
          when text.length() <= DIGITS_MAX
              && text.matches("\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d{1,3})?\\s*") ->
          Optional.of(new BigDecimal(text.strip()));
      case null, default -> Optional.empty();
    };
  }

  private static @Nullable Object plain(FieldDefinition field, @Nullable Object given) {
    try {
      return JsonValue.of(given);
    } catch (IllegalArgumentException e) {
      throw new DataException(
          DataException.Kind.BAD_VALUE, field.name() + ": " + e.getMessage(), field.name());
    }
  }

  private static String text(FieldDefinition field, Object value) {
    return switch (value) {
      case String text -> text;
      case BigDecimal number -> bounded(field, number).toPlainString();
      case List<?> list -> throw notText(field, list);
      case Map<?, ?> map -> throw notText(field, map);
      default -> value.toString();
    };
  }

  private static DataException notText(FieldDefinition field, Object found) {
    return new DataException(
        DataException.Kind.BAD_VALUE,
        "string violation: %s cannot be %s"
            .formatted(field.name(), found instanceof List<?> ? "an array" : "an object"),
        field.name());
  }

  private static BigDecimal number(FieldDefinition field, Object value) {
    return bounded(field, decimal(value).orElseThrow(() -> bad(field, value)));
  }

  private static BigDecimal bounded(FieldDefinition field, BigDecimal number) {
    if (number.precision() > DIGITS_MAX || Math.abs((long) number.scale()) > DIGITS_MAX) {
      throw bad(field, number);
    }
    return number;
  }

  private static Long whole(FieldDefinition field, Object value) {
    try {
      return number(field, value).longValueExact();
    } catch (ArithmeticException e) {
      throw bad(field, value);
    }
  }

  private static Long small(FieldDefinition field, Long value) {
    if (value.intValue() != value) {
      throw new DataException(
          DataException.Kind.BAD_VALUE,
          "value \"%d\" is out of range for type integer: %s".formatted(value, field.name()),
          field.name());
    }
    return value;
  }

  private static Object real(FieldDefinition field, Object value) {
    double number = number(field, value).doubleValue();
    if (Double.isInfinite(number)) {
      throw bad(field, value);
    }
    return Objects.requireNonNull(JsonValue.of(number));
  }

  private static Boolean bool(FieldDefinition field, Object value) {
    return switch (value) {
      case Boolean flag -> flag;
      case Long number when number == 0 || number == 1 -> number == 1;
      case String text ->
          switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "true", "1" -> true;
            case "false", "0" -> false;
            default -> throw bad(field, value);
          };
      default -> throw bad(field, value);
    };
  }

  private static String instant(FieldDefinition field, Object value) {
    Optional<Instant> instant =
        switch (value) {
          case String text -> Dates.instant(text.strip(), ZoneOffset.UTC);
          case Long millis -> Optional.of(Instant.ofEpochMilli(millis));
          default -> Optional.empty();
        };
    return Dates.show(instant.orElseThrow(() -> bad(field, value)));
  }

  private static LocalDateTime local(FieldDefinition field, Object value) {
    if (value instanceof String text) {
      return Dates.localOrInstant(text.strip()).orElseThrow(() -> bad(field, value));
    }
    throw bad(field, value);
  }

  /** Digits after the point, as asked for. */
  static Object rounded(BigDecimal number, int digits) {
    BigDecimal rounded = number.setScale(digits, RoundingMode.HALF_UP).stripTrailingZeros();
    return rounded.scale() <= 0
        ? Objects.requireNonNull(JsonValue.of(rounded.toBigIntegerExact()))
        : rounded;
  }

  private static DataException bad(FieldDefinition field, Object value) {
    return new DataException(
        DataException.Kind.BAD_VALUE,
        "invalid input syntax for type %s: \"%s\" (%s)"
            .formatted(
                field.type().wireName(), Names.shortened(String.valueOf(value)), field.name()),
        field.name());
  }
}
