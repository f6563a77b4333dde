package dev.millrace.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jooq.BindingSQLContext;
import org.jooq.Converter;
import org.jooq.DSLContext;
import org.jooq.DataType;
import org.jooq.Field;
import org.jooq.Name;
import org.jooq.Param;
import org.jooq.SQLDialect;
import org.jooq.Select;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * What statements are made of. What comes from outside gets in by two doors only: {@link #bind} as
 * a parameter, and {@link #name} as a checked and quoted name.
 */
final class Parts {

  static {
    // Read once, when the first statement is made.
    System.setProperty("org.jooq.no-logo", "true");
    System.setProperty("org.jooq.no-tips", "true");
  }

  /**
   * The type of every column and parameter here: what a dialect made of a value goes to the driver
   * as it is, and no cast is written around it.
   */
  static final DataType<Object> PLAIN =
      SQLDataType.OTHER.asConvertedDataType(
          org.jooq.Binding.of(
              Converter.of(Object.class, Object.class, value -> value, value -> value),
              Parts::write,
              context -> {
                throw new UnsupportedOperationException("rows are read by the dialect");
              },
              context -> {
                throw new UnsupportedOperationException("parameters are set by the session");
              }));

  private Parts() {}

  /** Makes statements of a dialect; bound to no connection, for any thread. */
  static DSLContext dsl(SQLDialect dialect) {
    return DSL.using(dialect);
  }

  /** A parameter is written as its place, whatever is asked for: never as text. */
  private static void write(BindingSQLContext<Object> context) {
    context.render().sql(context.variable());
  }

  /** A parameter. */
  static Param<Object> bind(@Nullable Object value) {
    return DSL.val(value, PLAIN);
  }

  /** Text as a parameter. */
  static Field<String> text(String value) {
    return bind(value).coerce(SQLDataType.CLOB);
  }

  /** Parameters of one list. */
  static List<Field<Object>> bind(Iterable<?> values) {
    List<Field<Object>> bound = new ArrayList<>();
    for (Object value : values) {
      bound.add(DSL.val(value, PLAIN));
    }
    return bound;
  }

  /** A name of the metadata, quoted; the parts of a qualified one in order. */
  static Name name(String... parts) {
    for (String part : parts) {
      if (!Names.wellFormed(part)) {
        throw new IllegalArgumentException("not a name: " + Arrays.toString(parts));
      }
    }
    return DSL.quotedName(parts);
  }

  /** A column of the only table of a statement. */
  static Field<Object> column(String column) {
    return DSL.field(name(column), PLAIN);
  }

  /** A column of a table that has an alias. */
  static Field<Object> column(String alias, String column) {
    return DSL.field(name(alias, column), PLAIN);
  }

  /** The column of a field of a collection; only the program's own views call one otherwise. */
  static Field<Object> column(
      String alias, CollectionDefinition collection, FieldDefinition field) {
    String other =
        collection.origin() == CollectionDefinition.Origin.VIEW ? field.text("column") : null;
    return column(alias, other == null ? field.name() : other);
  }

  /** The rows of a collection. */
  static Table<?> table(CollectionDefinition collection) {
    CollectionDefinition.Source source = collection.source();
    String schema = source.schema();
    return DSL.table(schema == null ? name(source.table()) : name(schema, source.table()));
  }

  /** The rows of a collection under an alias. */
  static Table<?> table(CollectionDefinition collection, String alias) {
    return table(collection).as(name(alias));
  }

  /** A table of this module itself. */
  static Table<?> own(String table) {
    return DSL.table(name(table));
  }

  /** The highest number in a column; 0 for none. */
  static Select<?> highest(Table<?> table, String column) {
    return DSL.select(DSL.coalesce(DSL.max(column(column)), DSL.inline(0).coerce(PLAIN)))
        .from(table);
  }

  /** A function of the database by its plain name. */
  static Field<Object> call(String function, Field<?>... arguments) {
    return DSL.function(DSL.unquotedName(function), PLAIN, arguments);
  }
}
