package dev.millrace.data;

import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jooq.CreateIndexStep;
import org.jooq.Field;
import org.jooq.Name;
import org.jooq.QueryPart;
import org.jooq.impl.DSL;

/** Makes tables, columns and indexes as definitions say. */
final class Tables {

  private final Session session;

  Tables(Session session) {
    this.session = session;
  }

  /** Makes the table, or adds what it lacks. */
  void ensure(CollectionDefinition collection) {
    Set<String> present = columns(collection);
    if (present.isEmpty()) {
      create(collection);
    } else {
      for (FieldDefinition field : collection.fields()) {
        if (!field.type().association() && !contains(present, field.name())) {
          addColumn(collection, field);
        }
      }
    }
    indexes(collection);
  }

  private Set<String> columns(CollectionDefinition collection) {
    try {
      return session.dialect().columns(session.connection(), collection.source().table());
    } catch (SQLException e) {
      throw session.failed(e);
    }
  }

  private static boolean contains(Set<String> names, String wanted) {
    return names.stream()
        .anyMatch(name -> name.toLowerCase(Locale.ROOT).equals(wanted.toLowerCase(Locale.ROOT)));
  }

  private void create(CollectionDefinition collection) {
    List<FieldDefinition> keys =
        collection.fields().stream().filter(field -> field.is("primaryKey")).toList();
    List<QueryPart> parts = new ArrayList<>();
    for (FieldDefinition field : collection.fields()) {
      if (!field.type().association()) {
        parts.add(column(field, keys.size() == 1 && field.is("primaryKey")));
      }
    }
    if (keys.size() > 1) {
      parts.add(
          DSL.primaryKey(
              keys.stream().map(key -> Parts.column(key.name())).toArray(Field<?>[]::new)));
    }
    session.update(DSL.query("CREATE TABLE {0} ({1})", Parts.table(collection), DSL.list(parts)));
  }

  /** A column with the dialect's own words for its type, which are all written in this module. */
  private QueryPart column(FieldDefinition field, boolean onlyKey) {
    return DSL.sql(
        "{0} {1}",
        Parts.name(field.name()), DSL.keyword(session.dialect().columnType(field, onlyKey)));
  }

  void addColumn(CollectionDefinition collection, FieldDefinition field) {
    session.update(
        DSL.query("ALTER TABLE {0} ADD COLUMN {1}", Parts.table(collection), column(field, false)));
  }

  void dropColumn(CollectionDefinition collection, FieldDefinition field) {
    dropIndex(collection, field);
    session.update(DSL.alterTable(Parts.table(collection)).dropColumn(Parts.name(field.name())));
  }

  void drop(CollectionDefinition collection) {
    session.update(DSL.dropTable(Parts.table(collection)));
  }

  /** Makes the indexes of unique fields, of keys of other collections, and those asked for. */
  void indexes(CollectionDefinition collection) {
    for (FieldDefinition field : collection.fields()) {
      if (field.type() == FieldType.BELONGS_TO) {
        String key = Catalog.foreignKey(collection, field);
        if (collection.field(key).filter(column -> column.is("primaryKey")).isEmpty()) {
          index(collection, false, List.of(key));
        }
      } else if (!field.type().association() && !field.is("primaryKey")) {
        if (field.is("unique")) {
          index(collection, true, List.of(field.name()));
        } else if (field.is("isForeignKey")) {
          index(collection, false, List.of(field.name()));
        }
      }
    }
    if (collection.options().get("indexes") instanceof List<?> indexes) {
      for (Object each : indexes) {
        if (each instanceof Map<?, ?> index && index.get("fields") instanceof List<?> fields) {
          index(
              collection,
              Boolean.TRUE.equals(index.get("unique")),
              fields.stream().map(String::valueOf).toList());
        }
      }
    }
  }

  private void index(CollectionDefinition collection, boolean unique, List<String> fields) {
    for (String field : fields) {
      if (collection.field(field).filter(each -> !each.type().association()).isEmpty()) {
        throw Definitions.bad(
            "index of %s: there is no column %s".formatted(collection.name(), field));
      }
    }
    Name name = Parts.name(indexName(collection, unique, fields));
    CreateIndexStep create =
        unique ? DSL.createUniqueIndexIfNotExists(name) : DSL.createIndexIfNotExists(name);
    session.update(create.on(Parts.table(collection), fields.stream().map(Parts::column).toList()));
  }

  void dropIndex(CollectionDefinition collection, FieldDefinition field) {
    for (boolean unique : new boolean[] {true, false}) {
      session.update(
          DSL.dropIndexIfExists(Parts.name(indexName(collection, unique, List.of(field.name())))));
    }
  }

  private static String indexName(
      CollectionDefinition collection, boolean unique, List<String> fields) {
    String what = collection.name() + "\n" + String.join("\n", fields);
    return (unique ? "mr_uq_" : "mr_ix_")
        + UUID.nameUUIDFromBytes(what.getBytes(StandardCharsets.UTF_8)).toString().replace("-", "");
  }
}
