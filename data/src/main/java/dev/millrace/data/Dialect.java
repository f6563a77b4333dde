package dev.millrace.data;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Select;
import org.jooq.SortField;
import org.jooq.Table;
import org.jspecify.annotations.Nullable;

/** What databases say differently. */
interface Dialect {

  /** Which part of a text is compared. */
  enum Part {
    START,
    END,
    ANYWHERE
  }

  /** The type of a column, with {@code PRIMARY KEY} and the like when it identifies rows. */
  String columnType(FieldDefinition field, boolean onlyKey);

  /** The columns of a table of the own schema; none when there is no such table. */
  Set<String> columns(Connection connection, String table) throws SQLException;

  /** A value in its kept form as a parameter for its column. */
  @Nullable Object parameter(FieldDefinition field, @Nullable Object value);

  /** The value of a column, in its kept form. */
  @Nullable Object read(FieldDefinition field, ResultSet row, int column) throws SQLException;

  /** A value of a computed column: text or a number. */
  @Nullable Object read(ResultSet row, int column) throws SQLException;

  /** The text of a field's column, as it is shown. */
  Field<String> text(FieldDefinition field, Field<Object> column);

  /** Something inside a column of JSON, as text; null when there is nothing. */
  Field<Object> jsonText(Field<Object> column, List<String> path);

  /** The same when it is a number, else null. */
  Field<Object> jsonNumber(Field<Object> column, List<String> path);

  /** The same when it is a truth value, else null. */
  Field<Object> jsonBoolean(Field<Object> column, List<String> path);

  /** A truth value as a parameter, to be compared with {@link #jsonBoolean}. */
  Object truth(boolean value);

  /** A number as a parameter. */
  Object number(BigDecimal value);

  /**
   * The elements of a list inside a column of JSON, as a table.
   *
   * @param alias of that table
   */
  Table<?> elements(Field<Object> column, List<String> path, String alias);

  /** An element of that table, as text. */
  Field<Object> element(String alias);

  /** True when a text has a part, whatever the case of its letters. */
  org.jooq.Condition has(Field<String> text, String part, Part where);

  /** A pattern of SQL, with {@code %} and {@code _}. */
  org.jooq.Condition like(Field<String> text, String pattern, boolean ignoreCase);

  /** A regular expression. */
  org.jooq.Condition matches(Field<String> text, String pattern, boolean ignoreCase);

  /** An order that puts null last, where it would be first. */
  SortField<Object> order(Field<Object> field, boolean descending, boolean canBeNull);

  /** What a refusal of the database means to a caller; null when it is a failure. */
  @Nullable DataException refusal(SQLException exception);

  /** What is to be done when a caller gave a key that otherwise counts up; null for nothing. */
  @Nullable Select<?> keyWasGiven(CollectionDefinition collection, FieldDefinition key);

  /** Whether rows that are read to be changed are locked. */
  boolean locksRows();

  /** Makes statements; bound to no connection, for any thread. */
  DSLContext dsl();
}
