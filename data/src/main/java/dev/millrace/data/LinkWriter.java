package dev.millrace.data;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * Writes links: keys in columns, and rows that link others. An object without key is a new record;
 * with a key it is linked, and changed only where the context lets it; a plain value is a key.
 */
final class LinkWriter {

  private final Session session;
  private final RecordWriter writer;

  LinkWriter(Session session, RecordWriter writer) {
    this.session = session;
    this.writer = writer;
  }

  /** Settles the links whose key is in the row itself, into its columns. */
  void before(
      CollectionDefinition collection,
      Map<String, ?> values,
      Map<String, @Nullable Object> columns) {
    for (FieldDefinition field : collection.fields()) {
      if (field.type() == FieldType.BELONGS_TO && values.containsKey(field.name())) {
        Link link = link(collection, field);
        Object value = values.get(field.name());
        columns.put(
            link.ownerColumn().name(),
            value == null ? null : target(link, link.targetColumn(), value, Map.of()));
      }
    }
  }

  /**
   * Settles the links whose keys are elsewhere.
   *
   * @param row with its key
   * @param replacing true when those that are not given any more are taken away
   */
  void after(
      CollectionDefinition collection,
      Map<String, @Nullable Object> row,
      Map<String, ?> values,
      boolean replacing) {
    for (FieldDefinition field : collection.fields()) {
      if (field.type().association()
          && field.type() != FieldType.BELONGS_TO
          && values.containsKey(field.name())) {
        Link link = link(collection, field);
        SessionRecords.Scope scope = new SessionRecords.Scope(link, row);
        List<?> given = given(field, values.get(field.name()));
        List<Object> keys = new ArrayList<>();
        for (Object each : given) {
          keys.add(linked(scope, each));
        }
        if (replacing) {
          keepOnly(scope, keys);
        }
      }
    }
  }

  private static List<?> given(FieldDefinition field, @Nullable Object value) {
    if (value == null) {
      return List.of();
    }
    if (!(value instanceof List<?> list)) {
      return List.of(value);
    }
    if ((field.type().toOne() && list.size() > 1) || list.stream().anyMatch(each -> each == null)) {
      throw bad(field, list);
    }
    return list;
  }

  private Link link(CollectionDefinition collection, FieldDefinition field) {
    return session
        .catalog()
        .link(collection, field)
        .orElseThrow(() -> Filters.unknownField(collection, field.name()));
  }

  /** The column by which records behind a link are named. */
  private static FieldDefinition key(Link link) {
    return link.through() == null && link.field().type() != FieldType.BELONGS_TO
        ? link.target().primaryKey().orElse(link.targetColumn())
        : link.targetColumn();
  }

  /** Links what a caller gave, creating it if need be, and answers its key. */
  private Object linked(SessionRecords.Scope scope, Object value) {
    Link link = scope.link();
    checkMayLink(link);
    Link.Through through = link.through();
    Object owner = ownersValue(scope);
    if (through != null) {
      Object key = target(link, link.targetColumn(), value, Map.of());
      join(through, owner, key);
      return key;
    }
    FieldDefinition keyField = key(link);
    Map<String, @Nullable Object> preset = new LinkedHashMap<>();
    preset.put(link.targetColumn().name(), owner);
    Object key = target(link, keyField, value, preset);
    RecordWriter.checkWritable(link.target());
    session.update(
        DSL.update(Parts.table(link.target()))
            .set(
                Map.of(Parts.column(link.targetColumn().name()), bound(link.targetColumn(), owner)))
            .where(equal(keyField, key)));
    return key;
  }

  private static Object ownersValue(SessionRecords.Scope scope) {
    Object owner = scope.value();
    if (owner == null) {
      throw new DataException(
          DataException.Kind.BAD_VALUE,
          "%s: there is no %s to link from"
              .formatted(scope.link().field().name(), scope.link().ownerColumn().name()));
    }
    return owner;
  }

  /**
   * The record that a caller means, made if it does not exist.
   *
   * @param column whose value is answered
   * @param preset columns of a record that is made
   */
  private Object target(
      Link link, FieldDefinition column, Object value, Map<String, @Nullable Object> preset) {
    CollectionDefinition target = link.target();
    if (value instanceof List<?> list) {
      if (list.size() != 1 || list.getFirst() == null) {
        throw bad(link.field(), list);
      }
      return target(link, column, list.getFirst(), preset);
    }
    if (!(value instanceof Map<?, ?> map)) {
      Object key = Values.of(column, value);
      if (key == null || row(target, column, key).isEmpty()) {
        throw missing(link, column, value);
      }
      return key;
    }
    Map<String, @Nullable Object> given = new LinkedHashMap<>();
    map.forEach((name, each) -> given.put(String.valueOf(name), each));
    Optional<Map<String, @Nullable Object>> known = named(target, column, given);
    if (known.isEmpty()) {
      if (target.readOnly()) {
        throw missing(link, column, value);
      }
      checkMayWrite(link);
      given.putAll(preset);
      return present(link, column, writer.insert(target, given, true));
    }
    if (writer.mayChange(link.field().name())) {
      checkMayWrite(link);
      return present(link, column, writer.update(target, known.get(), given));
    }
    return present(link, column, known.get());
  }

  private Object present(Link link, FieldDefinition column, Map<String, @Nullable Object> row) {
    Object key = row.get(column.name());
    if (key == null) {
      throw missing(link, column, "null");
    }
    return key;
  }

  /** The record whose key or primary key an object names, if it names one that exists. */
  private Optional<Map<String, @Nullable Object>> named(
      CollectionDefinition target, FieldDefinition column, Map<String, @Nullable Object> given) {
    for (FieldDefinition each : List.of(target.primaryKey().orElse(column), column)) {
      Object key = Values.of(each, given.get(each.name()));
      if (key != null) {
        return row(target, each, key);
      }
    }
    return Optional.empty();
  }

  private Optional<Map<String, @Nullable Object>> row(
      CollectionDefinition target, FieldDefinition column, Object key) {
    if (session.catalog().foreign(target)) {
      return session.readForeign(other -> new LinkWriter(other, writer).row(target, column, key));
    }
    return new Reader(session)
        .rows(Projection.everything(target), equal(column, key), Reader.Cut.FIRST).stream()
            .findFirst();
  }

  private Field<Object> bound(FieldDefinition field, @Nullable Object value) {
    return Parts.bind(session.dialect().parameter(field, Values.of(field, value)));
  }

  private List<Field<Object>> bound(FieldDefinition field, List<Object> values) {
    return values.stream().map(value -> bound(field, value)).toList();
  }

  private Condition equal(FieldDefinition field, @Nullable Object value) {
    return Parts.column(field.name()).eq(bound(field, value));
  }

  private void join(Link.Through through, Object owner, Object key) {
    boolean joined =
        session.number(
                DSL.selectCount()
                    .from(Parts.table(through.collection()))
                    .where(equal(through.ownerKey(), owner), equal(through.otherKey(), key)))
            > 0;
    if (!joined) {
      Map<String, @Nullable Object> row = new LinkedHashMap<>();
      row.put(through.ownerKey().name(), owner);
      row.put(through.otherKey().name(), key);
      writer.insert(through.collection(), row, false);
    }
  }

  /** Takes away what is linked and not among the keys. */
  private void keepOnly(SessionRecords.Scope scope, List<Object> keys) {
    Link link = scope.link();
    Link.Through through = link.through();
    FieldDefinition other = through == null ? key(link) : through.otherKey();
    Condition rest =
        keys.isEmpty() ? DSL.noCondition() : Parts.column(other.name()).notIn(bound(other, keys));
    unlink(link, scope.value(), rest);
  }

  /** Takes links of an owner away: all, or those a further condition names. */
  private void unlink(Link link, @Nullable Object owner, Condition rest) {
    checkMayLink(link);
    Link.Through through = link.through();
    if (through != null) {
      RecordWriter.checkWritable(through.collection());
      session.update(
          DSL.deleteFrom(Parts.table(through.collection()))
              .where(equal(through.ownerKey(), owner), rest));
      return;
    }
    RecordWriter.checkWritable(link.target());
    session.update(
        DSL.update(Parts.table(link.target()))
            .setNull(Parts.column(link.targetColumn().name()))
            .where(equal(link.targetColumn(), owner), rest));
  }

  /** What becomes of the records behind the links of a row that is removed. */
  void removeAll(CollectionDefinition collection, Map<String, @Nullable Object> row) {
    for (FieldDefinition field : collection.fields()) {
      Optional<Link> found =
          field.type() == FieldType.BELONGS_TO || !field.type().association()
              ? Optional.empty()
              : session.catalog().link(collection, field);
      if (found.isEmpty()) {
        continue;
      }
      Link link = found.get();
      Object owner = row.get(link.ownerColumn().name());
      boolean written =
          !inRowsOfTheSystem(link)
              && !(link.through() == null ? link.target() : link.through().collection()).readOnly();
      // Other rows may have the same value where it does not identify one, and keep their links.
      boolean own = link.ownerColumn().is("primaryKey") || link.ownerColumn().is("unique");
      if (owner == null || !written || !own || "NO ACTION".equals(field.text("onDelete"))) {
        continue;
      }
      if (link.through() == null && "CASCADE".equals(field.text("onDelete"))) {
        cascade(link, owner);
      } else {
        unlink(link, owner, DSL.noCondition());
      }
    }
    unlinkFromOthers(collection, row);
  }

  private void cascade(Link link, Object owner) {
    List<Map<String, @Nullable Object>> rows =
        new Reader(session)
            .rows(
                Projection.everything(link.target()),
                equal(link.targetColumn(), owner),
                Reader.Cut.ALL);
    for (Map<String, @Nullable Object> each : rows) {
      writer.destroy(link.target(), each, false);
    }
  }

  /** Rows that link other records to the one that is removed go with it. */
  private void unlinkFromOthers(
      CollectionDefinition collection, Map<String, @Nullable Object> row) {
    for (Link link : session.catalog().joinedTo(collection.name())) {
      unlinkTarget(link, row.get(link.targetColumn().name()));
    }
  }

  private void unlinkTarget(Link link, @Nullable Object key) {
    Link.Through through = link.through();
    if (through != null
        && key != null
        && !through.collection().readOnly()
        && !inRowsOfTheSystem(link)) {
      session.update(
          DSL.deleteFrom(Parts.table(through.collection())).where(equal(through.otherKey(), key)));
    }
  }

  /** Makes a record that a link of an owner leads to. */
  Map<String, @Nullable Object> createBehind(SessionRecords.Scope scope, Map<String, ?> values) {
    Link link = scope.link();
    checkMayWrite(link);
    Object owner = link.field().type() == FieldType.BELONGS_TO ? "" : ownersValue(scope);
    Map<String, @Nullable Object> given = new LinkedHashMap<>(values);
    if (link.through() == null && link.field().type() != FieldType.BELONGS_TO) {
      given.put(link.targetColumn().name(), owner);
    }
    Map<String, @Nullable Object> made = writer.create(link.target(), given);
    Object key = made.get(link.targetColumn().name());
    Link.Through through = link.through();
    if (through != null && key != null) {
      join(through, owner, key);
    } else if (link.field().type() == FieldType.BELONGS_TO) {
      point(scope, key);
    }
    return made;
  }

  void add(SessionRecords.Scope scope, List<Object> keys) {
    if (scope.link().field().type() == FieldType.BELONGS_TO) {
      set(scope, keys);
      return;
    }
    for (Object key : keys) {
      linked(scope, key);
    }
  }

  void set(SessionRecords.Scope scope, List<Object> keys) {
    Link link = scope.link();
    if (link.field().type() == FieldType.BELONGS_TO) {
      point(
          scope,
          keys.isEmpty() ? null : target(link, link.targetColumn(), keys.getFirst(), Map.of()));
      return;
    }
    List<Object> kept = new ArrayList<>();
    for (Object key : keys) {
      kept.add(linked(scope, key));
    }
    keepOnly(scope, kept);
  }

  void remove(SessionRecords.Scope scope, List<Object> keys) {
    Link link = scope.link();
    if (link.field().type() == FieldType.BELONGS_TO) {
      point(scope, null);
      return;
    }
    if (keys.isEmpty()) {
      return;
    }
    Link.Through through = link.through();
    FieldDefinition other = through == null ? key(link) : through.otherKey();
    unlink(link, scope.value(), Parts.column(other.name()).in(bound(other, keys)));
  }

  /** Writes the key of a link that is in the owner's own row. */
  private void point(SessionRecords.Scope scope, @Nullable Object key) {
    Link link = scope.link();
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    values.put(link.ownerColumn().name(), key);
    writer.update(link.owner(), scope.owner(), values);
  }

  /**
   * Who may write a user's collection may not write the system's by way of its links: otherwise a
   * new post could bring a new administrator with it.
   */
  static void checkMayWrite(Link link) {
    if (link.owner().origin() == CollectionDefinition.Origin.USER
        && link.target().origin() != CollectionDefinition.Origin.USER) {
      throw new DataException(
          DataException.Kind.READ_ONLY,
          "records of %s are linked by %s, but not written through it"
              .formatted(link.target().name(), link.field().name()),
          link.field().name());
    }
  }

  /** Whether a user's collection has a link that is kept in rows of the system's. */
  private static boolean inRowsOfTheSystem(Link link) {
    Link.Through through = link.through();
    CollectionDefinition rows = through == null ? link.target() : through.collection();
    return link.field().type() != FieldType.BELONGS_TO
        && link.owner().origin() == CollectionDefinition.Origin.USER
        && rows.origin() != CollectionDefinition.Origin.USER;
  }

  /** Nor may they link by such rows: one of them may say who is an administrator. */
  private static void checkMayLink(Link link) {
    if (inRowsOfTheSystem(link)) {
      throw new DataException(
          DataException.Kind.READ_ONLY,
          "%s is kept in rows of the system and only read".formatted(link.field().name()),
          link.field().name());
    }
  }

  private static DataException missing(Link link, FieldDefinition column, Object value) {
    return new DataException(
        DataException.Kind.BAD_VALUE,
        "%s: no record of %s has %s %s"
            .formatted(
                link.field().name(),
                link.target().name(),
                column.name(),
                Names.shortened(String.valueOf(value))),
        link.field().name());
  }

  private static DataException bad(FieldDefinition field, Object found) {
    return new DataException(
        DataException.Kind.BAD_VALUE,
        "%s: expected keys or objects, found %s"
            .formatted(field.name(), Names.shortened(String.valueOf(found))),
        field.name());
  }
}
