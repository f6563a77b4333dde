package dev.millrace.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;

/**
 * A SQLite file of a database that is not open: a look into it costs little and changes nothing.
 */
public final class DatabaseFile {

  private static final int BUSY_MILLIS = 2_000;

  private DatabaseFile() {}

  /**
   * Records that are looked for.
   *
   * @param flag a column that must be true; null for any record
   */
  public record Wanted(String collection, @Nullable String flag) {
    public Wanted {
      if (!Names.wellFormed(collection) || (flag != null && !Names.wellFormed(flag))) {
        throw new IllegalArgumentException("not names: " + collection + ", " + flag);
      }
    }

    private String query() {
      String which = flag == null ? "" : " WHERE \"" + flag + "\" = 1";
      return "SELECT 1 FROM \"" + collection + "\"" + which + " LIMIT 1";
    }
  }

  /**
   * Whether there are records of one of several kinds.
   *
   * @return false when there is no file; true when it cannot be told, so that opening it says why
   */
  public static boolean holdsAny(Path file, List<Wanted> kinds) {
    if (!Files.exists(file)) {
      return false;
    }
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(true);
    config.setBusyTimeout(BUSY_MILLIS);
    try (Connection connection = config.createConnection("jdbc:sqlite:" + file.toAbsolutePath());
        Statement statement = connection.createStatement()) {
      for (Wanted kind : kinds) {
        try (ResultSet row = statement.executeQuery(kind.query())) {
          if (row.next()) {
            return true;
          }
        }
      }
      return false;
    } catch (SQLException e) {
      return true;
    }
  }
}
