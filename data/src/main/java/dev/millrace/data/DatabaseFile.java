package dev.millrace.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;

/**
 * A SQLite file of a database that is not open: a look into it costs little and changes nothing.
 */
public final class DatabaseFile {

  private static final int BUSY_MILLIS = 2_000;

  private DatabaseFile() {}

  /**
   * Whether a collection has records.
   *
   * @param flag a column that must be true; null for any record
   * @return false when there is no file; true when it cannot be told, so that opening it says why
   */
  public static boolean holds(Path file, String collection, @Nullable String flag) {
    if (!Files.exists(file)) {
      return false;
    }
    if (!Names.wellFormed(collection) || (flag != null && !Names.wellFormed(flag))) {
      throw new IllegalArgumentException("not names: " + collection + ", " + flag);
    }
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(true);
    config.setBusyTimeout(BUSY_MILLIS);
    String which = flag == null ? "" : " WHERE \"" + flag + "\" = 1";
    try (Connection connection = config.createConnection("jdbc:sqlite:" + file.toAbsolutePath());
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT 1 FROM \"" + collection + "\"" + which + " LIMIT 1")) {
      return row.next();
    } catch (SQLException e) {
      return true;
    }
  }
}
