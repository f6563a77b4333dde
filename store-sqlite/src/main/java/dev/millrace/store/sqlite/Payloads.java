package dev.millrace.store.sqlite;

import dev.millrace.store.StoreException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HexFormat;

/** Large payloads, which are stored once, by their hash. */
final class Payloads {

  /** UTF-8 bytes that a column holds itself. */
  static final int INLINE_MAX_BYTES = 256 * 1024;

  /** What a reference begins with; no JSON text does. */
  static final String REFERENCE = "blob:";

  /** The most bytes that a character of a string becomes. */
  private static final int BYTES_PER_CHAR_MAX = 3;

  private Payloads() {}

  static boolean large(String text) {
    return text.length() > INLINE_MAX_BYTES / BYTES_PER_CHAR_MAX
        && text.getBytes(StandardCharsets.UTF_8).length > INLINE_MAX_BYTES;
  }

  static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new StoreException("SHA-256 is not available", e);
    }
  }

  /** The payload that a column stands for. */
  static String resolve(Connection connection, String column) throws SQLException {
    if (!column.startsWith(REFERENCE)) {
      return column;
    }
    try (PreparedStatement query =
        connection.prepareStatement("SELECT body FROM mr_blob WHERE hash = ?")) {
      query.setString(1, column.substring(REFERENCE.length()));
      try (ResultSet row = query.executeQuery()) {
        if (!row.next()) {
          throw new StoreException("a payload is missing: " + column);
        }
        return row.getString(1);
      }
    }
  }
}
