package dev.millrace.data;

import dev.millrace.engine.JsonValue;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jooq.Comparator;
import org.jooq.Field;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** The operators that compare a column, or something inside a column of JSON, with a value. */
final class Operators {

  /** How many elements the lists of a filter may have together. */
  static final int ELEMENTS_MAX = 10_000;

  private static final int PATTERN_MAX = 500;

  /** SQLite compares no longer parts of texts. */
  private static final int PART_MAX = 10_000;

  private static final String ELEMENTS = "e";

  private final Dialect dialect;
  private final ZoneId zone;
  private final Instant now;
  private int elements;

  Operators(Dialect dialect, ZoneId zone, Instant now) {
    this.dialect = dialect;
    this.zone = zone;
    this.now = now;
  }

  Condition apply(Operand operand, String name, @Nullable Object value) {
    return switch (name) {
      case "$eq", "$is" -> equal(operand, meant(operand, value));
      case "$ne" -> notEqual(operand, meant(operand, value));
      case "$gt" -> compare(operand, Comparator.GREATER, value);
      case "$gte" -> compare(operand, Comparator.GREATER_OR_EQUAL, value);
      case "$lt" -> compare(operand, Comparator.LESS, value);
      case "$lte" -> compare(operand, Comparator.LESS_OR_EQUAL, value);
      case "$in" -> in(operand, list(value));
      case "$notIn" -> notIn(operand, list(value));
      case "$between" -> between(operand, name, value);
      case "$notBetween" -> between(operand, name, value).not();
      case "$isTruly" -> compare(operand, Comparator.EQUALS, true);
      case "$isFalsy" -> compare(operand, Comparator.EQUALS, false).or(isNull(operand));
      case "$empty" -> empty(operand);
      case "$notEmpty" -> empty(operand).not();
      case "$exists" -> isNull(operand).not();
      case "$notExists" -> isNull(operand);
      default ->
          name.startsWith("$date") ? date(operand, name, value) : textOrList(operand, name, value);
    };
  }

  private Condition textOrList(Operand operand, String name, @Nullable Object value) {
    return switch (name) {
      case "$includes", "$substring" -> has(operand, Dialect.Part.ANYWHERE, name, value);
      case "$notIncludes" -> has(operand, Dialect.Part.ANYWHERE, name, value).not();
      case "$startsWith" -> has(operand, Dialect.Part.START, name, value);
      case "$notStartsWith" -> has(operand, Dialect.Part.START, name, value).not();
      case "$endWith", "$endsWith" -> has(operand, Dialect.Part.END, name, value);
      case "$notEndWith", "$notEndsWith" -> has(operand, Dialect.Part.END, name, value).not();
      case "$like" -> like(operand, name, value, false);
      case "$notLike" -> like(operand, name, value, false).not();
      case "$iLike" -> like(operand, name, value, true);
      case "$notILike" -> like(operand, name, value, true).not();
      case "$regexp" -> regexp(operand, name, value, false);
      case "$notRegexp" -> regexp(operand, name, value, false).not();
      case "$iRegexp" -> regexp(operand, name, value, true);
      case "$notIRegexp" -> regexp(operand, name, value, true).not();
      case "$match" -> match(operand, name, list(value));
      case "$notMatch" -> match(operand, name, list(value)).not();
      case "$anyOf" -> anyOf(operand, name, list(value));
      case "$noneOf" -> anyOf(operand, name, list(value)).not();
      case "$arrayEmpty" -> anyElement(operand, name, DSL.trueCondition()).not();
      case "$arrayNotEmpty" -> anyElement(operand, name, DSL.trueCondition());
      default -> throw unknown(name, value);
    };
  }

  static DataException unknown(String name, @Nullable Object value) {
    return new DataException(
        DataException.Kind.BAD_OPERATOR,
        "Invalid value { '%s': %s }: no such operator"
            .formatted(Names.shortened(name), Names.shortened(String.valueOf(value))));
  }

  /** In a URL, null has to be a word; a column that holds no text cannot hold that word. */
  private static @Nullable Object meant(Operand operand, @Nullable Object value) {
    return switch (operand.field().type()) {
      case INTEGER,
          BIG_INT,
          SNOWFLAKE_ID,
          SORT,
          FLOAT,
          DOUBLE,
          DECIMAL,
          BOOLEAN,
          DATETIME,
          DATETIME_NO_TZ,
          DATE_ONLY,
          TIME ->
          "null".equals(value) ? null : value;
      case STRING, TEXT, UID, UUID, PASSWORD, JSON, JSONB, ARRAY -> value;
      case BELONGS_TO, HAS_ONE, HAS_MANY, BELONGS_TO_MANY -> value;
    };
  }

  private Condition equal(Operand operand, @Nullable Object value) {
    if (value instanceof List<?> list) {
      return operand.field().type() == FieldType.ARRAY && operand.path().isEmpty()
          ? match(operand, "$eq", list)
          : in(operand, list);
    }
    return value == null ? isNull(operand) : compare(operand, Comparator.EQUALS, value);
  }

  private Condition notEqual(Operand operand, @Nullable Object value) {
    if (value == null) {
      return isNull(operand).not();
    }
    if (value instanceof List<?> list) {
      return operand.field().type() == FieldType.ARRAY && operand.path().isEmpty()
          ? match(operand, "$ne", list).not()
          : notIn(operand, list);
    }
    return compare(operand, Comparator.NOT_EQUALS, value).or(isNull(operand));
  }

  private Condition isNull(Operand operand) {
    return new Condition(
        (operand.field().type().json()
                ? dialect.jsonText(operand.column(), operand.path())
                : operand.column())
            .isNull(),
        true);
  }

  private Condition compare(Operand operand, Comparator sign, @Nullable Object value) {
    return Condition.unknownOfNull(
        comparable(operand, value).compare(sign, Parts.bind(parameter(operand, value))));
  }

  /** The side of a comparison that is the row's. */
  private Field<Object> comparable(Operand operand, @Nullable Object value) {
    if (!operand.field().type().json()) {
      return operand.column();
    }
    return switch (value) {
      case Boolean _ -> dialect.jsonBoolean(operand.column(), operand.path());
      case Number _ -> dialect.jsonNumber(operand.column(), operand.path());
      case null, default -> dialect.jsonText(operand.column(), operand.path());
    };
  }

  private @Nullable Object parameter(Operand operand, @Nullable Object value) {
    if (!operand.field().type().json()) {
      return dialect.parameter(operand.field(), Values.operand(operand.field(), value));
    }
    return switch (JsonValue.of(value)) {
      case Boolean flag -> dialect.truth(flag);
      case Long number -> number;
      case BigInteger number -> dialect.number(new BigDecimal(number));
      case BigDecimal number -> dialect.number(number);
      case String text -> text;
      case null -> null;
      default -> throw bad(operand, "a plain value", value);
    };
  }

  private Condition in(Operand operand, List<?> values) {
    List<Condition> parts = new ArrayList<>();
    // Operands of several types are compared with several forms of a value in JSON.
    Function<@Nullable Object, Object> kind =
        value -> value instanceof Number ? Number.class : value instanceof Boolean;
    for (Object sort : List.of(Number.class, true, false)) {
      List<Object> same = new ArrayList<>();
      for (Object value : values) {
        if (value != null && kind.apply(value).equals(sort)) {
          same.add(value);
        }
      }
      if (!same.isEmpty()) {
        parts.add(inSame(operand, same));
      }
    }
    if (values.stream().anyMatch(Objects::isNull)) {
      parts.add(isNull(operand));
    }
    return Condition.any(parts);
  }

  private Condition inSame(Operand operand, List<Object> values) {
    countElements(values);
    List<Field<Object>> bound = new ArrayList<>();
    for (Object value : values) {
      bound.add(Parts.bind(parameter(operand, value)));
    }
    return Condition.unknownOfNull(comparable(operand, values.getFirst()).in(bound));
  }

  private Condition notIn(Operand operand, List<?> values) {
    List<?> present = values.stream().filter(Objects::nonNull).toList();
    if (present.size() < values.size()) {
      Condition known = isNull(operand).not();
      return present.isEmpty() ? known : Condition.all(List.of(in(operand, present).not(), known));
    }
    return present.isEmpty() ? Condition.TRUE : in(operand, present).not().or(isNull(operand));
  }

  private Condition between(Operand operand, String name, @Nullable Object value) {
    if (!(value instanceof List<?> ends) || ends.size() != 2) {
      throw bad(operand, name + " with two values", value);
    }
    return Condition.all(
        List.of(
            compare(operand, Comparator.GREATER_OR_EQUAL, ends.get(0)),
            compare(operand, Comparator.LESS_OR_EQUAL, ends.get(1))));
  }

  private Condition empty(Operand operand) {
    FieldType type = operand.field().type();
    if (type.json()) {
      Field<String> text =
          dialect.jsonText(operand.column(), operand.path()).coerce(SQLDataType.CLOB);
      return isNull(operand).or(Condition.unknownOfNull(text.in(DSL.inline(""), DSL.inline("[]"))));
    }
    return type.text() && type != FieldType.TEXT && type != FieldType.TIME
        ? isNull(operand).or(compare(operand, Comparator.EQUALS, ""))
        : isNull(operand);
  }

  private Field<String> text(Operand operand) {
    FieldType type = operand.field().type();
    if (type.json()) {
      return dialect.jsonText(operand.column(), operand.path()).coerce(SQLDataType.CLOB);
    }
    return type.text()
        ? operand.column().coerce(SQLDataType.CLOB)
        : dialect.text(operand.field(), operand.column());
  }

  private String textOf(Operand operand, String name, @Nullable Object value) {
    return switch (value) {
      case String text -> text;
      case Boolean flag -> flag.toString();
      case Number number -> number.toString();
      case null, default -> throw bad(operand, name + " with text", value);
    };
  }

  private Condition has(Operand operand, Dialect.Part part, String name, @Nullable Object value) {
    List<?> wanted = list(value);
    countElements(wanted);
    if (wanted.size() > Filters.CONDITIONS_MAX) {
      throw new DataException(
          DataException.Kind.TOO_LARGE,
          name + " has more than " + Filters.CONDITIONS_MAX + " values");
    }
    List<Condition> any = new ArrayList<>();
    for (Object each : wanted) {
      String text = textOf(operand, name, each);
      if (text.length() > PART_MAX) {
        throw bad(operand, name + " with at most " + PART_MAX + " characters", each);
      }
      any.add(Condition.unknownOfNull(dialect.has(text(operand), text, part)));
    }
    return Condition.any(any);
  }

  private Condition like(Operand operand, String name, @Nullable Object value, boolean ignoreCase) {
    String pattern = textOf(operand, name, value);
    if (pattern.length() > PATTERN_MAX) {
      throw bad(operand, name + " with at most " + PATTERN_MAX + " characters", value);
    }
    return Condition.unknownOfNull(dialect.like(text(operand), pattern, ignoreCase));
  }

  @SuppressWarnings("ReturnValueIgnored") // Only whether it can be read is of interest.
  private Condition regexp(
      Operand operand, String name, @Nullable Object value, boolean ignoreCase) {
    String pattern = textOf(operand, name, value);
    if (pattern.length() > PATTERN_MAX) {
      throw bad(operand, name + " with at most " + PATTERN_MAX + " characters", value);
    }
    try {
      Pattern.compile(pattern);
    } catch (PatternSyntaxException e) {
      throw bad(operand, name + " with a regular expression", value);
    }
    return Condition.unknownOfNull(dialect.matches(text(operand), pattern, ignoreCase));
  }

  private Condition anyOf(Operand operand, String name, List<?> values) {
    Set<String> wanted = texts(operand, name, values);
    return wanted.isEmpty()
        ? Condition.FALSE
        : anyElement(operand, name, dialect.element(ELEMENTS).in(Parts.bind(wanted)));
  }

  private Condition match(Operand operand, String name, List<?> values) {
    Set<String> wanted = texts(operand, name, values);
    org.jooq.Condition different =
        DSL.field(
                DSL.select(DSL.countDistinct(dialect.element(ELEMENTS)))
                    .from(elements(operand, name)))
            .eq(DSL.inline(wanted.size()));
    List<Condition> parts = new ArrayList<>();
    parts.add(isNull(operand).not());
    parts.add(new Condition(different, wanted.isEmpty()));
    if (!wanted.isEmpty()) {
      org.jooq.Condition other = dialect.element(ELEMENTS).notIn(Parts.bind(wanted));
      parts.add(anyElement(operand, name, other).not());
    }
    return Condition.all(parts);
  }

  private Condition anyElement(Operand operand, String name, org.jooq.Condition which) {
    return new Condition(
        DSL.exists(DSL.selectOne().from(elements(operand, name)).where(which)), false);
  }

  private Table<?> elements(Operand operand, String name) {
    if (!operand.field().type().json()) {
      throw new DataException(
          DataException.Kind.BAD_OPERATOR,
          "%s compares lists; %s is of type %s"
              .formatted(name, operand.field().name(), operand.field().type().wireName()),
          operand.field().name());
    }
    return dialect.elements(operand.column(), operand.path(), ELEMENTS);
  }

  private Set<String> texts(Operand operand, String name, List<?> values) {
    countElements(values);
    Set<String> texts = new LinkedHashSet<>();
    for (Object value : values) {
      texts.add(textOf(operand, name, value));
    }
    return texts;
  }

  private Condition date(Operand operand, String name, @Nullable Object value) {
    return switch (name) {
      case "$dateOn" -> within(operand, span(operand, name, value));
      case "$dateNotOn" -> within(operand, span(operand, name, value)).not();
      case "$dateBefore" -> bound(operand, Comparator.LESS, span(operand, name, value), false);
      case "$dateNotBefore" ->
          bound(operand, Comparator.GREATER_OR_EQUAL, span(operand, name, value), false);
      case "$dateAfter" ->
          bound(operand, Comparator.GREATER_OR_EQUAL, span(operand, name, value), true);
      case "$dateNotAfter" -> bound(operand, Comparator.LESS, span(operand, name, value), true);
      case "$dateBetween" -> within(operand, span(operand, name, value));
      default -> throw unknown(name, value);
    };
  }

  private DateSpan span(Operand operand, String name, @Nullable Object value) {
    if (!operand.field().type().date()) {
      throw new DataException(
          DataException.Kind.BAD_OPERATOR,
          "%s compares dates; %s is of type %s"
              .formatted(name, operand.field().name(), operand.field().type().wireName()),
          operand.field().name());
    }
    DateSpan span =
        name.equals("$dateBetween") || value instanceof List<?>
            ? DateSpan.between(value, zone, now)
            : DateSpan.of(value, zone, now);
    boolean local = operand.field().type() != FieldType.DATETIME;
    return local && !span.zone().equals(zone) ? span.in(zone) : span;
  }

  private Condition within(Operand operand, DateSpan span) {
    return Condition.all(
        List.of(
            bound(operand, Comparator.GREATER_OR_EQUAL, span, false),
            bound(operand, Comparator.LESS, span, true)));
  }

  private Condition bound(Operand operand, Comparator sign, DateSpan span, boolean end) {
    FieldDefinition field = operand.field();
    String moment =
        switch (field.type()) {
          case DATETIME -> Dates.show(end ? span.afterInstant() : span.firstInstant());
          case DATETIME_NO_TZ -> Dates.show(whole(end ? span.to() : span.from(), end, false));
          default -> Dates.show(whole(end ? span.to() : span.from(), end, true).toLocalDate());
        };
    return Condition.unknownOfNull(
        operand.column().compare(sign, Parts.bind(dialect.parameter(field, moment))));
  }

  /** An end in the grain of the column: the first is rounded down, the other up. */
  private static LocalDateTime whole(LocalDateTime end, boolean up, boolean days) {
    ChronoUnit unit = days ? ChronoUnit.DAYS : ChronoUnit.SECONDS;
    LocalDateTime cut = end.truncatedTo(unit);
    return up && cut.isBefore(end) ? cut.plus(1, unit) : cut;
  }

  private static List<?> list(@Nullable Object value) {
    return switch (value) {
      case List<?> list -> list;
      case Map<?, ?> map when indexed(map) -> new ArrayList<>(map.values());
      case null -> java.util.Collections.singletonList(null);
      default -> List.of(value);
    };
  }

  /** A long list in a query string arrives as an object with the keys 0, 1, 2 and so on. */
  private static boolean indexed(Map<?, ?> map) {
    int next = 0;
    for (Object key : map.keySet()) {
      if (!String.valueOf(next).equals(String.valueOf(key))) {
        return false;
      }
      next++;
    }
    return next > 0;
  }

  private void countElements(List<?> values) {
    elements += values.size();
    if (elements > ELEMENTS_MAX) {
      throw new DataException(
          DataException.Kind.TOO_LARGE,
          "the lists of the filter have more than " + ELEMENTS_MAX + " elements");
    }
  }

  private static DataException bad(Operand operand, String expected, @Nullable Object found) {
    return new DataException(
        DataException.Kind.BAD_VALUE,
        "%s: expected %s, found %s"
            .formatted(operand.field().name(), expected, Names.shortened(String.valueOf(found))),
        operand.field().name());
  }
}
