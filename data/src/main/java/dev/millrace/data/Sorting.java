package dev.millrace.data;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.SelectField;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * The places of records in a field of type {@code sort}: numbers from 1, for all records or for
 * those that share the value of the field's {@code scopeKey}. Places are not a change of a record:
 * listeners are not told, and its dates stay.
 */
final class Sorting {
  private static final String KEY = "mr_key";
  private static final String PLACE = "mr_place";
  private static final String NUMBERED = "mr_numbered";

  private final Session session;
  private final CollectionDefinition collection;
  private final FieldDefinition field;
  private final Field<Object> column;

  Sorting(Session session, CollectionDefinition collection, FieldDefinition field) {
    this.session = session;
    this.collection = collection;
    this.field = field;
    this.column = Parts.column(field.name());
  }

  /** The field of that name, which has to be one that sorts. */
  static FieldDefinition field(CollectionDefinition collection, String name) {
    return collection
        .field(name)
        .filter(each -> each.type() == FieldType.SORT)
        .orElseThrow(() ->
            new DataException(
                DataException.Kind.UNKNOWN_FIELD,
                "%s is not a sort field of collection %s"
                    .formatted(Names.shortened(name), collection.name()),
                name));
  }

  /** The field whose values part the records, if they are parted. */
  Optional<FieldDefinition> scope() {
    String name = field.text("scopeKey");
    return name == null
        ? Optional.empty()
        : collection.field(name).filter(each -> !each.type().association());
  }

  /** The last place among those that share a row's scope; 0 for none. */
  long last(Map<String, ?> row) {
    return session.number(
        DSL.select(DSL.coalesce(DSL.max(column), DSL.inline(0).coerce(Parts.PLAIN)))
            .from(Parts.table(collection))
            .where(alike(row)));
  }

  /** The condition of those that share a row's scope. */
  private Condition alike(Map<String, ?> row) {
    Optional<FieldDefinition> scope = scope();
    if (scope.isEmpty()) {
      return DSL.noCondition();
    }
    Field<Object> parted = Parts.column(scope.get().name());
    Object value = Values.of(scope.get(), row.get(scope.get().name()));
    return value == null
        ? parted.isNull()
        : parted.eq(Parts.bind(session.dialect().parameter(scope.get(), value)));
  }

  /** Gives every record a place of its own, in the order they are in. */
  void number() {
    Field<Object> key = Parts.column(key().name());
    var places = DSL.rowNumber().over();
    var order =
        List.of(
            session.dialect().order(column, false, true),
            session.dialect().order(key, false, false));
    SelectField<Integer> place =
        scope()
            .map(each -> places.partitionBy(Parts.column(each.name())).orderBy(order))
            .orElseGet(() -> places.orderBy(order))
            .as(Parts.name(PLACE));
    Field<Object> numbered = Parts.column(NUMBERED, PLACE);
    session.update(
        DSL.query(
            "UPDATE {0} SET {1} = {2} FROM ({3}) AS {4} WHERE {5} = {6} AND ({1} IS NULL OR {1} <>"
                + " {2})",
            Parts.table(collection),
            column,
            numbered,
            DSL.select(key.as(Parts.name(KEY)), place).from(Parts.table(collection)),
            Parts.name(NUMBERED),
            key,
            Parts.column(NUMBERED, KEY)));
  }

  private FieldDefinition key() {
    return collection
        .primaryKey()
        .orElseThrow(() -> Filters.unknownField(collection, "primary key"));
  }

  /** Whether some in a row's scope have no place, or one that others have too. */
  private boolean unclear(Map<String, ?> row) {
    return session.number(
            DSL.select(DSL.count().minus(DSL.countDistinct(column)))
                .from(Parts.table(collection))
                .where(alike(row)))
        > 0;
  }

  /** The place of a record. */
  private long place(Object key) {
    return session.number(DSL.select(column).from(Parts.table(collection)).where(identity(key)));
  }

  private Condition identity(Object key) {
    return Parts.column(key().name()).eq(Parts.bind(session.dialect().parameter(key(), key)));
  }

  /**
   * Puts a record to the place of another of the same scope; those between move up or down by one.
   *
   * @param target null for the first place
   */
  void move(Map<String, ?> source, @Nullable Map<String, ?> target, boolean behind) {
    if (unclear(source)) {
      number();
    }
    Object key = keyOf(source);
    long from = place(key);
    long to =
        target == null
            ? session.number(
                DSL.select(DSL.min(column)).from(Parts.table(collection)).where(alike(source)))
            : place(keyOf(target));
    if (behind && to < from) {
      to++;
    }
    if (from == to) {
      return;
    }
    Field<Object> low = Parts.bind(to < from ? to : from + 1);
    Field<Object> high = Parts.bind(to < from ? from - 1 : to);
    session.update(
        DSL.query(
            "UPDATE {0} SET {1} = {1} + {2} WHERE {3}",
            Parts.table(collection),
            column,
            DSL.inline(to < from ? 1 : -1),
            alike(source).and(column.between(low, high))));
    session.update(
        DSL.update(Parts.table(collection))
            .set(Map.of(column, Parts.bind(to)))
            .where(identity(key)));
  }

  private Object keyOf(Map<String, ?> row) {
    Object key = row.get(key().name());
    if (key == null) {
      throw Filters.unknownField(collection, key().name());
    }
    return key;
  }
}
