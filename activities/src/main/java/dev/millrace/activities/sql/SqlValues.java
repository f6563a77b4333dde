package dev.millrace.activities.sql;

import dev.millrace.activities.call.Json;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLXML;
import java.sql.Timestamp;
import java.sql.Types;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Plain JSON into statement parameters and column values back into plain JSON. */
final class SqlValues {

  /** The largest large object that is read, characters or bytes. */
  static final int LARGE_OBJECT_LIMIT = 1024 * 1024;

  private SqlValues() {}

  /**
   * Binds one value; lists and objects as JSON text.
   *
   * @param doubles whether the driver would otherwise send decimals as text
   */
  static void bind(
      PreparedStatement statement, int position, @Nullable Object value, boolean doubles)
      throws SQLException {
    switch (value) {
      case null -> statement.setNull(position, Types.NULL);
      case String text -> statement.setString(position, text);
      case Boolean flag -> statement.setBoolean(position, flag);
      case Long number -> statement.setLong(position, number);
      case BigInteger number -> statement.setBigDecimal(position, new BigDecimal(number));
      case BigDecimal number when doubles -> statement.setDouble(position, number.doubleValue());
      case BigDecimal number -> statement.setBigDecimal(position, number);
      case Map<?, ?> map -> statement.setString(position, Json.write(map));
      case List<?> list -> statement.setString(position, Json.write(list));
      default -> throw new IllegalArgumentException("not a JSON value: " + value.getClass());
    }
  }

  /** The current row by column label; of equal labels the last one wins. */
  static Map<String, @Nullable Object> row(ResultSet rows) throws SQLException {
    ResultSetMetaData columns = rows.getMetaData();
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    for (int i = 1; i <= columns.getColumnCount(); i++) {
      row.put(columns.getColumnLabel(i), json(rows.getObject(i)));
    }
    return row;
  }

  /** A column value as plain JSON: bytes as Base64, dates and times in ISO form. */
  static @Nullable Object json(@Nullable Object value) throws SQLException {
    return switch (value) {
      case null -> null;
      case String text -> text;
      case Boolean flag -> flag;
      case Byte number -> number.longValue();
      case Short number -> number.longValue();
      case Integer number -> number.longValue();
      case Long number -> number;
      case BigInteger number -> number;
      case BigDecimal number -> number;
      case Float number -> floating(number.doubleValue());
      case Double number -> floating(number);
      case byte[] bytes -> Base64.getEncoder().encodeToString(bytes);
      case Timestamp time -> time.toLocalDateTime().toString();
      case Blob blob ->
          Base64.getEncoder()
              .encodeToString(blob.getBytes(1, (int) Math.min(blob.length(), LARGE_OBJECT_LIMIT)));
      case Clob clob -> clob.getSubString(1, (int) Math.min(clob.length(), LARGE_OBJECT_LIMIT));
      case SQLXML xml -> xml.getString();
      // java.sql.Date and Time, java.time types and UUID all print in ISO form.
      default -> String.valueOf(value);
    };
  }

  /** JSON has no NaN and no infinity; they become text. */
  private static Object floating(double number) {
    return Double.isFinite(number) ? BigDecimal.valueOf(number) : String.valueOf(number);
  }
}
