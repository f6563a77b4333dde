package dev.millrace.data;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jooq.Field;
import org.jooq.InsertQuery;
import org.jooq.Select;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Writes rows, each with its links, and tells the listeners. */
final class RecordWriter {

  /** How many records one call may write by being nested in each other. */
  private static final int NESTED_MAX = 10_000;

  private static final int DEPTH_MAX = 10;

  private final Session session;
  private final WriteContext context;
  private final LinkWriter links;
  private int written;
  private int depth;
  private int removed;

  RecordWriter(Session session, WriteContext context) {
    this.session = session;
    this.context = context;
    this.links = new LinkWriter(session, this);
  }

  static void checkWritable(CollectionDefinition collection) {
    if (collection.readOnly()) {
      throw new DataException(
          DataException.Kind.READ_ONLY, "collection " + collection.name() + " is only read");
    }
  }

  boolean mayChange(String association) {
    return context.updatedAssociations().contains(association);
  }

  /** Writes a new row and tells of it; answers it with the links that were given. */
  Map<String, @Nullable Object> create(CollectionDefinition collection, Map<String, ?> values) {
    Map<String, @Nullable Object> row = insert(collection, values, true);
    return answer(collection, row, values);
  }

  /**
   * Writes a new row.
   *
   * @param told false for rows that only link others
   * @return all its columns
   */
  Map<String, @Nullable Object> insert(
      CollectionDefinition collection, Map<String, ?> values, boolean told) {
    checkWritable(collection);
    if (++written > NESTED_MAX || ++depth > DEPTH_MAX) {
      throw Reader.tooMany(
          "more than %d records, or %d in each other, in one call"
              .formatted(NESTED_MAX, DEPTH_MAX));
    }
    Map<String, @Nullable Object> columns = new LinkedHashMap<>();
    for (FieldDefinition field : collection.fields()) {
      if (!field.type().association()) {
        columns.put(field.name(), initial(field, values));
      }
    }
    links.before(collection, values, columns);
    for (FieldDefinition field : collection.fields()) {
      if (field.type() == FieldType.SORT && columns.get(field.name()) == null) {
        place(collection, field, columns);
      }
    }
    stamp(collection, columns, true);
    checkRequired(collection, columns);
    Map<String, @Nullable Object> row = inserted(collection, columns);
    links.after(collection, row, values, false);
    depth--;
    if (told) {
      tell(collection, Change.Kind.CREATE, null, row, notNull(row));
    }
    return row;
  }

  private @Nullable Object initial(FieldDefinition field, Map<String, ?> values) {
    Object given =
        values.containsKey(field.name())
            ? Values.of(field, values.get(field.name()))
            : Values.of(field, field.options().get("defaultValue"));
    if (given != null && !given.equals("")) {
      return given;
    }
    return switch (field.type()) {
      case SNOWFLAKE_ID ->
          field.is("primaryKey") ? (Object) session.writing().ids().next(session.now()) : given;
      case UID -> Ids.uid(session.writing().random());
      case UUID ->
          Boolean.FALSE.equals(field.options().get("autoFill"))
              ? given
              : Ids.uuid(session.writing().random());
      default -> given;
    };
  }

  /** Puts a row without a place behind all that it is sorted with. */
  private void place(
      CollectionDefinition collection, FieldDefinition field, Map<String, @Nullable Object> row) {
    row.put(field.name(), new Sorting(session, collection, field).last(row) + 1);
  }

  private void stamp(
      CollectionDefinition collection, Map<String, @Nullable Object> columns, boolean created) {
    String now = Dates.show(session.now());
    if (created && kept(collection, "createdAt") && columns.get("createdAt") == null) {
      columns.put("createdAt", now);
    }
    if (kept(collection, "updatedAt")) {
      columns.put("updatedAt", now);
    }
    for (FieldDefinition field : collection.fields()) {
      boolean wanted =
          field.is("onUpdateToCurrentTime")
              || (created && field.is("defaultToCurrentTime") && columns.get(field.name()) == null);
      if (wanted && field.type().date()) {
        columns.put(field.name(), Values.of(field, now));
      }
    }
    Object user = context.userId();
    if (user != null) {
      for (String name : created ? List.of("createdById", "updatedById") : List.of("updatedById")) {
        Optional<FieldDefinition> field = collection.field(name);
        if (field.isPresent()) {
          columns.put(name, Values.of(field.get(), user));
        }
      }
    }
  }

  /** True for a date that is written here and not by callers. */
  private static boolean kept(CollectionDefinition collection, String name) {
    return collection.field(name).filter(field -> field.type() == FieldType.DATETIME).isPresent();
  }

  private static void checkRequired(
      CollectionDefinition collection, Map<String, @Nullable Object> columns) {
    for (FieldDefinition field : collection.fields()) {
      // A key that nothing makes has to be given.
      if ((field.required() || field.is("primaryKey"))
          && !field.type().association()
          && !field.is("autoIncrement")
          && columns.get(field.name()) == null) {
        throw new DataException(
            DataException.Kind.NOT_NULL, title(field) + " cannot be null", field.name());
      }
    }
  }

  private static String title(FieldDefinition field) {
    return field.options().get("uiSchema") instanceof Map<?, ?> schema
            && schema.get("title") instanceof String title
            && !title.isBlank()
            && !title.contains("{{")
        ? title
        : field.name();
  }

  private Map<String, @Nullable Object> inserted(
      CollectionDefinition collection, Map<String, @Nullable Object> columns) {
    Map<Field<Object>, Field<Object>> bound = new LinkedHashMap<>();
    List<FieldDefinition> read = new ArrayList<>();
    for (FieldDefinition field : collection.fields()) {
      if (field.type().association()) {
        continue;
      }
      read.add(field);
      Object value = columns.get(field.name());
      if (value != null) {
        bound.put(
            Parts.column(field.name()), Parts.bind(session.dialect().parameter(field, value)));
      }
    }
    InsertQuery<?> insert = session.dialect().dsl().insertQuery(Parts.table(collection));
    if (bound.isEmpty()) {
      insert.setDefaultValues();
    } else {
      insert.addValues(bound);
    }
    // Both databases can do it; for SQLite the library would read the row again by itself.
    org.jooq.Query returning =
        DSL.query(
            "{0} RETURNING {1}",
            insert, DSL.list(read.stream().map(field -> Parts.column(field.name())).toList()));
    Map<String, @Nullable Object> row =
        session
            .query(
                returning,
                result -> {
                  Map<String, @Nullable Object> made = new LinkedHashMap<>();
                  int index = 1;
                  for (FieldDefinition field : read) {
                    made.put(field.name(), session.dialect().read(field, result, index++));
                  }
                  return made;
                })
            .getFirst();
    for (FieldDefinition field : read) {
      if (field.is("autoIncrement") && columns.get(field.name()) != null) {
        Select<?> more = session.dialect().keyWasGiven(collection, field);
        if (more != null) {
          session.number(more);
        }
      }
    }
    return row;
  }

  /** Writes values into a row and tells of it; answers it with the links that were given. */
  Map<String, @Nullable Object> update(
      CollectionDefinition collection,
      Map<String, @Nullable Object> before,
      Map<String, ?> values) {
    checkWritable(collection);
    Map<String, @Nullable Object> columns = new LinkedHashMap<>();
    for (FieldDefinition field : collection.fields()) {
      if (!field.type().association()
          && !field.is("primaryKey")
          && values.containsKey(field.name())) {
        columns.put(field.name(), Values.of(field, values.get(field.name())));
      }
    }
    links.before(collection, values, columns);
    Set<String> changed = changed(collection, before, columns);
    Map<String, @Nullable Object> after = new LinkedHashMap<>(before);
    after.putAll(columns);
    for (FieldDefinition field : collection.fields()) {
      boolean placed = columns.containsKey(field.name()) || field.type() != FieldType.SORT;
      if (!placed && changed.contains(String.valueOf(field.text("scopeKey")))) {
        place(collection, field, after);
        columns.put(field.name(), after.get(field.name()));
      }
    }
    checkRequired(collection, after);
    stamp(collection, columns, false);
    store(collection, before, columns);
    after.putAll(columns);
    links.after(collection, after, values, true);
    tell(collection, Change.Kind.UPDATE, before, after, changed);
    return answer(collection, after, values);
  }

  private Set<String> changed(
      CollectionDefinition collection,
      Map<String, @Nullable Object> before,
      Map<String, @Nullable Object> columns) {
    Set<String> changed = new LinkedHashSet<>();
    columns.forEach((name, value) -> {
      if (!Values.same(before.get(name), value)) {
        changed.add(name);
      }
    });
    for (FieldDefinition field : collection.fields()) {
      if (field.type() == FieldType.BELONGS_TO
          && changed.contains(Catalog.foreignKey(collection, field))) {
        changed.add(field.name());
      }
    }
    return changed;
  }

  private void store(
      CollectionDefinition collection,
      Map<String, @Nullable Object> before,
      Map<String, @Nullable Object> columns) {
    Map<Field<Object>, Field<Object>> assignments = new LinkedHashMap<>();
    columns.forEach((name, value) -> {
      FieldDefinition field = collection.field(name).orElseThrow();
      assignments.put(Parts.column(name), Parts.bind(session.dialect().parameter(field, value)));
    });
    if (!assignments.isEmpty()) {
      session.update(
          DSL.update(Parts.table(collection)).set(assignments).where(identity(collection, before)));
    }
  }

  /** The condition that only this row fulfils. */
  private org.jooq.Condition identity(
      CollectionDefinition collection, Map<String, @Nullable Object> row) {
    List<org.jooq.Condition> parts = new ArrayList<>();
    for (FieldDefinition field : collection.fields()) {
      if (field.is("primaryKey")) {
        parts.add(
            Parts.column(field.name())
                .eq(Parts.bind(session.dialect().parameter(field, row.get(field.name())))));
      }
    }
    if (parts.isEmpty()) {
      throw new DataException(
          DataException.Kind.BAD_DEFINITION,
          "collection " + collection.name() + " has no primary key, its rows cannot be changed");
    }
    return DSL.and(parts);
  }

  /** Removes a row with what hangs on it, and tells of it. */
  void destroy(
      CollectionDefinition collection, Map<String, @Nullable Object> before, boolean told) {
    checkWritable(collection);
    if (++removed > Query.UNPAGED_MAX) {
      throw Reader.tooMany("more than " + Query.UNPAGED_MAX + " records to remove in one call");
    }
    links.removeAll(collection, before);
    session.update(DSL.deleteFrom(Parts.table(collection)).where(identity(collection, before)));
    if (told) {
      tell(collection, Change.Kind.DESTROY, before, null, Set.of());
    }
  }

  private void tell(
      CollectionDefinition collection,
      Change.Kind kind,
      @Nullable Map<String, @Nullable Object> before,
      @Nullable Map<String, @Nullable Object> after,
      Set<String> changed) {
    session.tell(
        new Change(
            collection.name(),
            kind,
            before == null ? null : new LinkedHashMap<>(before),
            after == null ? null : new LinkedHashMap<>(after),
            changed,
            context));
  }

  private static Set<String> notNull(Map<String, @Nullable Object> row) {
    Set<String> names = new LinkedHashSet<>();
    row.forEach((name, value) -> {
      if (value != null) {
        names.add(name);
      }
    });
    return names;
  }

  /** What a caller sees of a row it wrote: no hidden fields, and the links it gave. */
  private Map<String, @Nullable Object> answer(
      CollectionDefinition collection, Map<String, @Nullable Object> row, Map<String, ?> values) {
    List<String> given =
        collection.fields().stream()
            .filter(field -> field.type().association() && values.containsKey(field.name()))
            .map(FieldDefinition::name)
            .toList();
    Projection projection =
        Projection.of(
            session.catalog(), collection, new Query.Shape(List.of(), List.of(), given, false));
    if (!given.isEmpty()) {
      return new Reader(session)
          .rows(projection, identity(collection, row), Reader.Cut.ALL)
          .getFirst();
    }
    Map<String, @Nullable Object> shown = new LinkedHashMap<>();
    for (FieldDefinition field : projection.columns()) {
      shown.put(field.name(), row.get(field.name()));
    }
    return shown;
  }
}
