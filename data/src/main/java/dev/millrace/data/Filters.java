package dev.millrace.data;

import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * Makes conditions of filters. A filter is an object: names of fields with what they are compared
 * with, names of links with filters for their target, and {@code $and}, {@code $or}, {@code $not}.
 * What one object says about a link is said about one and the same record behind it.
 */
final class Filters {

  /** How many objects may lie in each other. */
  static final int DEPTH_MAX = 32;

  /** How many conditions a filter may have. */
  static final int CONDITIONS_MAX = 400;

  private final Session session;
  private final Catalog catalog;
  private final ZoneId zone;
  private final boolean hidden;
  private final Operators operators;
  private int aliases;
  private int conditions;

  /**
   * @param hidden true when hidden fields may be compared too
   */
  Filters(Session session, ZoneId zone, boolean hidden) {
    this.session = session;
    this.zone = zone;
    this.hidden = hidden;
    this.catalog = session.catalog();
    this.operators = new Operators(session.dialect(), zone, session.now());
  }

  /** The table a condition is about. */
  private record Scope(CollectionDefinition collection, String alias, int depth) {
    Scope deeper() {
      if (depth >= DEPTH_MAX) {
        throw tooDeep();
      }
      return new Scope(collection, alias, depth + 1);
    }
  }

  /** The condition of a filter; anything that is no object asks for nothing. */
  Condition of(CollectionDefinition collection, String alias, @Nullable Object filter) {
    if (!(filter instanceof Map<?, ?> given)) {
      return Condition.TRUE;
    }
    checkDepth(given, 0);
    return object(new Scope(collection, alias, 0), Definitions.plain(given));
  }

  /** Looks before anything else walks through a filter of a caller. */
  private static void checkDepth(@Nullable Object value, int depth) {
    if (depth > 2 * DEPTH_MAX) {
      throw tooDeep();
    }
    if (value instanceof Map<?, ?> map) {
      map.values().forEach(each -> checkDepth(each, depth + 1));
    } else if (value instanceof List<?> list) {
      list.forEach(each -> checkDepth(each, depth + 1));
    }
  }

  private static DataException tooDeep() {
    return new DataException(
        DataException.Kind.TOO_LARGE, "the filter is nested deeper than " + DEPTH_MAX + " levels");
  }

  String alias() {
    return "t" + ++aliases;
  }

  private Condition object(Scope outer, Map<?, ?> filter) {
    Scope scope = outer.deeper();
    List<Condition> parts = new ArrayList<>();
    Map<String, List<@Nullable Object>> byName = new LinkedHashMap<>();
    for (Map.Entry<?, ?> entry : filter.entrySet()) {
      String key = String.valueOf(entry.getKey());
      if (key.startsWith("$")) {
        parts.add(logic(scope, key, entry.getValue()));
      } else {
        int dot = key.indexOf('.');
        String name = dot < 0 ? key : key.substring(0, dot);
        Object value = dot < 0 ? entry.getValue() : single(key.substring(dot + 1), entry);
        List<@Nullable Object> values = byName.get(name);
        if (values == null) {
          values = new ArrayList<>();
          byName.put(name, values);
        }
        values.add(value);
      }
    }
    for (Map.Entry<String, List<@Nullable Object>> each : byName.entrySet()) {
      parts.add(named(scope, each.getKey(), each.getValue()));
    }
    return Condition.all(parts);
  }

  private static Map<String, @Nullable Object> single(String key, Map.Entry<?, ?> entry) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put(key, entry.getValue());
    return map;
  }

  private Condition logic(Scope scope, String word, @Nullable Object value) {
    List<Condition> parts = new ArrayList<>();
    switch (value) {
      case List<?> list -> {
        for (Object each : list) {
          if (each instanceof Map<?, ?> map && !map.isEmpty()) {
            count(1);
            parts.add(object(scope, map));
          }
        }
      }
      case Map<?, ?> map -> {
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          parts.add(object(scope, single(String.valueOf(entry.getKey()), entry)));
        }
      }
      case null, default -> {}
    }
    return switch (word) {
      case "$and" -> Condition.all(parts);
      case "$or" -> Condition.any(parts);
      case "$not" -> parts.isEmpty() ? Condition.FALSE : Condition.all(parts).not();
      default -> throw Operators.unknown(word, value);
    };
  }

  private Condition named(Scope scope, String name, List<@Nullable Object> values) {
    FieldDefinition field =
        scope.collection().field(name).orElseThrow(() -> unknownField(scope.collection(), name));
    if (concealed(scope, field)) {
      throw unknownField(scope.collection(), name);
    }
    if (field.type().association()) {
      Link link =
          catalog
              .link(scope.collection(), field)
              .orElseThrow(() -> unknownField(scope.collection(), name));
      return linked(scope, link, values);
    }
    Field<Object> column = Parts.column(scope.alias(), scope.collection(), field);
    List<Condition> parts = new ArrayList<>();
    for (Object value : values) {
      parts.add(column(scope, new Operand(field, column, List.of()), value));
    }
    return Condition.all(parts);
  }

  /**
   * A value that is not shown could be found out by comparing it again and again. The program may
   * compare what it hides in collections of its own, but never by way of links.
   */
  private boolean concealed(Scope scope, FieldDefinition field) {
    boolean own =
        scope.alias().equals(Reader.ROOT)
            && scope.collection().origin() != CollectionDefinition.Origin.USER
            && field.type() != FieldType.PASSWORD;
    return field.hidden() && !hidden && !own;
  }

  private Condition column(Scope outer, Operand operand, @Nullable Object value) {
    if (!(value instanceof Map<?, ?> map)) {
      count(1);
      return operators.apply(operand, "$eq", value);
    }
    Scope scope = outer.deeper();
    List<Condition> parts = new ArrayList<>();
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      String key = String.valueOf(entry.getKey());
      if (key.startsWith("$")) {
        parts.add(operator(scope, operand, key, entry.getValue()));
      } else if (operand.field().type().json()) {
        int dot = key.indexOf(".$");
        String steps = dot < 0 ? key : key.substring(0, dot);
        Object inner = dot < 0 ? entry.getValue() : single(key.substring(dot + 1), entry);
        parts.add(column(scope, operand.inside(List.of(steps.split("\\.", -1))), inner));
      } else {
        throw new DataException(
            DataException.Kind.BAD_OPERATOR,
            "Invalid value: %s is compared by operators, found \"%s\""
                .formatted(operand.field().name(), Names.shortened(key)),
            operand.field().name());
      }
    }
    return Condition.all(parts);
  }

  /** An operator of a column; those that join others are spread over them. */
  private Condition operator(Scope scope, Operand operand, String name, @Nullable Object value) {
    count(1);
    boolean nested =
        value instanceof Map<?, ?>
            || (value instanceof List<?> list
                && list.stream().anyMatch(each -> each instanceof Map<?, ?>));
    return switch (name) {
      case "$and", "$or" -> {
        List<Condition> parts = new ArrayList<>();
        for (Object each : value instanceof List<?> list ? list : List.of(single(value))) {
          parts.add(column(scope, operand, each));
        }
        yield name.equals("$and") ? Condition.all(parts) : Condition.any(parts);
      }
      case "$not" ->
          nested ? column(scope, operand, value).not() : operators.apply(operand, "$ne", value);
      default -> operators.apply(operand, name, value);
    };
  }

  private static Object single(@Nullable Object value) {
    return value == null ? Map.of() : value;
  }

  private Condition linked(Scope scope, Link link, List<@Nullable Object> values) {
    if (catalog.foreign(link.target())) {
      return foreign(scope, link, values);
    }
    List<Condition> wanted = new ArrayList<>();
    List<Condition> whole = new ArrayList<>();
    String alias = alias();
    Scope inner = new Scope(link.target(), alias, scope.depth()).deeper();
    for (Object value : values) {
      if (value instanceof Map<?, ?> map) {
        Map<String, @Nullable Object> rest = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          String key = String.valueOf(entry.getKey());
          switch (key) {
            case "$exists", "$notEmpty" -> whole.add(exists(scope, link, Optional.empty()));
            case "$notExists", "$empty" -> whole.add(exists(scope, link, Optional.empty()).not());
            default -> rest.put(key, entry.getValue());
          }
          count(1);
        }
        if (!rest.isEmpty()) {
          wanted.add(targeted(inner, link, rest));
        }
      } else if (value == null) {
        whole.add(exists(scope, link, Optional.empty()).not());
      } else {
        wanted.add(byKey(inner, link, value));
      }
    }
    if (!wanted.isEmpty()) {
      Condition all = Condition.all(wanted);
      Condition found = exists(scope, link, Optional.of(new Behind(alias, all)));
      // As in an outer join, a link that leads nowhere leads to nothing but null.
      whole.add(
          Boolean.TRUE.equals(all.ofNothing())
              ? found.or(exists(scope, link, Optional.empty()).not())
              : found);
    }
    return Condition.all(whole);
  }

  /** A link into another database: what is asked there is answered by keys. */
  private Condition foreign(Scope scope, Link link, List<@Nullable Object> values) {
    Field<Object> key = Parts.column(scope.alias(), link.ownerColumn().name());
    List<Condition> parts = new ArrayList<>();
    for (Object value : values) {
      count(1);
      Map<String, @Nullable Object> rest = new LinkedHashMap<>();
      Boolean present = value == null ? Boolean.FALSE : null;
      if (value instanceof Map<?, ?> map) {
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          switch (String.valueOf(entry.getKey())) {
            case "$exists", "$notEmpty" -> present = true;
            case "$notExists", "$empty" -> present = false;
            default -> rest.put(String.valueOf(entry.getKey()), entry.getValue());
          }
        }
      }
      if (present != null) {
        parts.add(
            present ? new Condition(key.isNotNull(), false) : new Condition(key.isNull(), true));
      }
      if (!rest.isEmpty() || (value != null && !(value instanceof Map<?, ?>))) {
        parts.add(
            session.readForeign(other ->
                new Filters(other, zone, hidden)
                    .keys(link, rest.isEmpty() && value != null ? value : rest, key)));
      }
    }
    return Condition.all(parts);
  }

  /** Which rows of a column lead to records that fit, in a database whose session this is of. */
  private Condition keys(Link link, Object wanted, Field<Object> column) {
    Scope inner = new Scope(link.target(), alias(), 0);
    Condition fits =
        wanted instanceof Map<?, ?> map
            ? targeted(inner, link, Definitions.plain(map))
            : byKey(inner, link, wanted);
    List<Field<Object>> keys =
        session.query(
            DSL.select(Parts.column(inner.alias(), link.targetColumn().name()))
                .from(Parts.table(link.target(), inner.alias()))
                .where(fits.sql())
                .limit(SessionRecords.KEYS_MAX + 1),
            row -> Parts.bind(session.dialect().read(link.targetColumn(), row, 1)));
    if (keys.size() > SessionRecords.KEYS_MAX) {
      throw new DataException(
          DataException.Kind.TOO_LARGE,
          "%s: more than %d records of %s fit; narrow the filter"
              .formatted(link.field().name(), SessionRecords.KEYS_MAX, link.target().name()));
    }
    Condition found = Condition.unknownOfNull(column.in(keys));
    return Boolean.TRUE.equals(fits.ofNothing())
        ? found.or(new Condition(column.isNull(), true))
        : found;
  }

  /** Operators right behind a link are about the target's key; all else is a filter of it. */
  private Condition targeted(Scope inner, Link link, Map<String, @Nullable Object> value) {
    boolean operatorsOnly =
        value.keySet().stream()
            .allMatch(key ->
                key.startsWith("$")
                    && !key.equals("$and")
                    && !key.equals("$or")
                    && !key.equals("$not"));
    return operatorsOnly ? byKey(inner, link, value) : object(inner, value);
  }

  private Condition byKey(Scope inner, Link link, Object value) {
    FieldDefinition key =
        link.target().primaryKey().orElseThrow(() -> unknownField(link.target(), "primary key"));
    return named(inner, key.name(), List.of(value));
  }

  private record Behind(String alias, Condition condition) {}

  private Condition exists(Scope scope, Link link, Optional<Behind> behind) {
    count(1);
    String alias = behind.map(Behind::alias).orElseGet(this::alias);
    String through = alias();
    org.jooq.Condition joined =
        link.ownersValue(alias, through).eq(Parts.column(scope.alias(), link.ownerColumn().name()));
    org.jooq.Condition found =
        DSL.exists(
            DSL.selectOne()
                .from(link.from(alias, through))
                .where(behind.isEmpty() ? joined : joined.and(behind.get().condition().sql())));
    Boolean ofNothing =
        behind.isPresent() && Boolean.TRUE.equals(behind.get().condition().ofNothing());
    return new Condition(found, behind.isEmpty() ? Boolean.FALSE : ofNothing);
  }

  /** Counts towards the bound of conditions. */
  private void count(int more) {
    conditions += more;
    if (conditions > CONDITIONS_MAX) {
      throw new DataException(
          DataException.Kind.TOO_LARGE,
          "the filter has more than " + CONDITIONS_MAX + " conditions");
    }
  }

  static DataException unknownField(CollectionDefinition collection, String name) {
    return new DataException(
        DataException.Kind.UNKNOWN_FIELD,
        "field %s does not exist in collection %s"
            .formatted(Names.shortened(name), collection.name()),
        name);
  }
}
