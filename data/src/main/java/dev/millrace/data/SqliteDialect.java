package dev.millrace.data;

import dev.millrace.engine.JsonValue;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.SQLDialect;
import org.jooq.Select;
import org.jooq.SortField;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** SQLite, with the functions of {@link SqliteFunctions}. */
final class SqliteDialect implements Dialect {

  private static final Pattern UNIQUE =
      Pattern.compile("UNIQUE constraint failed: (?:\\w+\\.)?(\\w+)");
  private static final Pattern INDEX = Pattern.compile("\\d{1,9}");
  private static final char ESCAPE = '\\';
  private static final DSLContext DIALECT = Parts.dsl(SQLDialect.SQLITE);

  @Override
  public String columnType(FieldDefinition field, boolean onlyKey) {
    String type =
        switch (field.type()) {
          case INTEGER, BIG_INT, SNOWFLAKE_ID, SORT, BOOLEAN -> "INTEGER";
          case FLOAT, DOUBLE -> "REAL";
          case DECIMAL -> "NUMERIC";
          default -> "TEXT";
        };
    if (!onlyKey) {
      return type;
    }
    return field.is("autoIncrement")
        ? "INTEGER PRIMARY KEY AUTOINCREMENT"
        : type + " PRIMARY KEY NOT NULL";
  }

  @Override
  public Set<String> columns(Connection connection, String table) throws SQLException {
    Set<String> names = new HashSet<>();
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT name FROM pragma_table_info(?)")) {
      statement.setString(1, table);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          names.add(row.getString(1));
        }
      }
    }
    return names;
  }

  @Override
  public @Nullable Object parameter(FieldDefinition field, @Nullable Object value) {
    return switch (value) {
      case null -> null;
      case Boolean flag when !field.type().json() -> flag ? 1L : 0L;
      case BigDecimal number when !field.type().json() -> number(number);
      case BigInteger number when !field.type().json() -> number(new BigDecimal(number));
      case String text when epochMillis(field) -> Instant.parse(text).toEpochMilli();
      default -> field.type().json() ? Json.write(value) : value;
    };
  }

  @Override
  public @Nullable Object read(FieldDefinition field, ResultSet row, int column)
      throws SQLException {
    Object value = read(row, column);
    if (value == null) {
      return null;
    }
    return switch (field.type()) {
      case BOOLEAN -> value instanceof Long number ? number != 0 : "true".equals(value);
      case JSON, JSONB, ARRAY -> value instanceof String text ? Json.read(text) : value;
      case DATETIME ->
          value instanceof Long millis ? Dates.show(Instant.ofEpochMilli(millis)) : value;
      case STRING, TEXT, UID, UUID, PASSWORD -> value.toString();
      default -> value;
    };
  }

  @Override
  public @Nullable Object read(ResultSet row, int column) throws SQLException {
    Object value = row.getObject(column);
    return switch (value) {
      case Double number when number.isNaN() || number.isInfinite() -> null;
      case byte[] bytes -> new String(bytes, java.nio.charset.StandardCharsets.UTF_8);
      case null, default -> JsonValue.of(value);
    };
  }

  @Override
  public Field<String> text(FieldDefinition field, Field<Object> column) {
    return epochMillis(field)
        ? DSL.field(
            "strftime('%Y-%m-%dT%H:%M:%fZ', {0} / 1000.0, 'unixepoch')", SQLDataType.CLOB, column)
        : cast(column);
  }

  private static boolean epochMillis(FieldDefinition field) {
    return field.type() == FieldType.DATETIME && "epochMillis".equals(field.text("storage"));
  }

  private static Field<String> cast(Field<?> value) {
    return DSL.field("CAST({0} AS TEXT)", SQLDataType.CLOB, value);
  }

  @Override
  public Field<Object> jsonText(Field<Object> column, List<String> path) {
    Field<Object> at = path(path);
    return asText(
        Parts.call("json_type", column, at), cast(Parts.call("json_extract", column, at)));
  }

  /** The words of JSON for truth values, which SQLite reads as numbers. */
  private static Field<Object> asText(Field<Object> type, Field<String> otherwise) {
    return DSL.choose(type.coerce(SQLDataType.CLOB))
        .when(DSL.inline("true"), DSL.inline("true"))
        .when(DSL.inline("false"), DSL.inline("false"))
        .otherwise(otherwise)
        .coerce(Parts.PLAIN);
  }

  @Override
  public Field<Object> jsonNumber(Field<Object> column, List<String> path) {
    Field<Object> at = path(path);
    return DSL.when(
        Parts.call("json_type", column, at)
            .coerce(SQLDataType.CLOB)
            .in(DSL.inline("integer"), DSL.inline("real")),
        Parts.call("json_extract", column, at));
  }

  @Override
  public Field<Object> jsonBoolean(Field<Object> column, List<String> path) {
    return DSL.choose(Parts.call("json_type", column, path(path)).coerce(SQLDataType.CLOB))
        .when(DSL.inline("true"), DSL.inline(1))
        .when(DSL.inline("false"), DSL.inline(0))
        .coerce(Parts.PLAIN);
  }

  /** A path in SQLite's notation, as a parameter; digits are an index, as lists need it. */
  private static Field<Object> path(List<String> path) {
    StringBuilder text = new StringBuilder("$");
    for (String step : path) {
      if (INDEX.matcher(step).matches()) {
        text.append('[').append(Integer.parseInt(step)).append(']');
      } else if (step.indexOf('"') >= 0) {
        throw new DataException(
            DataException.Kind.UNKNOWN_FIELD,
            "a path into JSON has no quotes; found " + Names.shortened(step));
      } else {
        text.append(".\"").append(step).append('"');
      }
    }
    return Parts.bind(text.toString());
  }

  @Override
  public Object truth(boolean value) {
    return value ? 1L : 0L;
  }

  @Override
  public Object number(BigDecimal value) {
    BigDecimal plain = value.stripTrailingZeros();
    return plain.scale() <= 0 && plain.precision() - plain.scale() < 19
        ? (Object) plain.longValueExact()
        : value.doubleValue();
  }

  @Override
  public Table<?> elements(Field<Object> column, List<String> path, String alias) {
    return DSL.table("json_each({0}, {1})", column, path(path)).as(Parts.name(alias));
  }

  @Override
  public Field<Object> element(String alias) {
    return asText(Parts.column(alias, "type"), cast(Parts.column(alias, "value")));
  }

  @Override
  public org.jooq.Condition has(Field<String> text, String part, Part where) {
    boolean ascii = part.chars().allMatch(letter -> letter < 128);
    String escaped = part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_");
    String pattern = (where == Part.START ? "" : "%") + escaped + (where == Part.END ? "" : "%");
    // SQLite folds only the letters of ASCII; for others both sides are folded here.
    return ascii
        ? text.like(Parts.text(pattern), ESCAPE)
        : folded(text).like(Parts.text(pattern.toLowerCase(Locale.ROOT)), ESCAPE);
  }

  private static Field<String> folded(Field<String> text) {
    return Parts.call("mr_fold", text).coerce(SQLDataType.CLOB);
  }

  @Override
  public org.jooq.Condition like(Field<String> text, String pattern, boolean ignoreCase) {
    return ignoreCase
        ? folded(text).like(Parts.text(pattern.toLowerCase(Locale.ROOT)), ESCAPE)
        : DSL.condition("{0} GLOB {1}", text, Parts.bind(glob(pattern)));
  }

  /** LIKE does not mind case here and GLOB does, so a pattern is written in the latter's form. */
  private static String glob(String pattern) {
    StringBuilder glob = new StringBuilder();
    boolean escaped = false;
    for (int i = 0; i < pattern.length(); i++) {
      char letter = pattern.charAt(i);
      if (!escaped && letter == '\\') {
        escaped = true;
        continue;
      }
      if (!escaped && letter == '%') {
        glob.append('*');
      } else if (!escaped && letter == '_') {
        glob.append('?');
      } else if (letter == '*' || letter == '?' || letter == '[') {
        glob.append('[').append(letter).append(']');
      } else {
        glob.append(letter);
      }
      escaped = false;
    }
    return glob.toString();
  }

  @Override
  public org.jooq.Condition matches(Field<String> text, String pattern, boolean ignoreCase) {
    return DSL.condition(
        "mr_matches({0}, {1})", text, Parts.bind((ignoreCase ? "(?iu)" : "") + pattern));
  }

  @Override
  public SortField<Object> order(Field<Object> field, boolean descending, boolean canBeNull) {
    return descending ? field.desc() : canBeNull ? field.asc().nullsLast() : field.asc();
  }

  @Override
  public @Nullable DataException refusal(SQLException exception) {
    String message = String.valueOf(exception.getMessage());
    int costly = message.indexOf(SqliteFunctions.TOO_COSTLY);
    if (costly >= 0) {
      return new DataException(DataException.Kind.BAD_VALUE, SqliteFunctions.TOO_COSTLY);
    }
    if (!(exception instanceof SQLiteException failure)) {
      return null;
    }
    SQLiteErrorCode code = failure.getResultCode();
    if (code == SQLiteErrorCode.SQLITE_CONSTRAINT_UNIQUE
        || code == SQLiteErrorCode.SQLITE_CONSTRAINT_PRIMARYKEY) {
      Matcher found = UNIQUE.matcher(message);
      String field = found.find() ? found.group(1) : "value";
      return new DataException(DataException.Kind.UNIQUE, field + " must be unique", field);
    }
    if (code == SQLiteErrorCode.SQLITE_TOOBIG) {
      return new DataException(DataException.Kind.TOO_LARGE, "a value is too large");
    }
    if (code == SQLiteErrorCode.SQLITE_INTERRUPT) {
      return new DataException(
          DataException.Kind.TOO_LARGE, "the query takes too long; narrow the filter");
    }
    return message.contains("too many SQL variables")
            || message.contains("Expression tree is too large")
        ? new DataException(DataException.Kind.TOO_LARGE, "the filter is too large")
        : null;
  }

  @Override
  public @Nullable Select<?> keyWasGiven(CollectionDefinition collection, FieldDefinition key) {
    return null;
  }

  @Override
  public boolean locksRows() {
    return false;
  }

  @Override
  public DSLContext dsl() {
    return DIALECT;
  }
}
