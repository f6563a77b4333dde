package dev.millrace.store.sqlite;

import dev.millrace.store.StoreException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;
import org.sqlite.core.Codes;

/**
 * Copies the databases of a data directory, also while a server writes to them, so that the copies
 * are of one moment.
 *
 * <p>The users' records and the engine's store are two files, which commit apart. Copied one after
 * the other they would disagree, whichever came first: with the records first, an execution may
 * have written a record that its copy lacks; with the store first, a record may have lost the event
 * that was to start its execution. So nobody writes records for the instant in which both are
 * fixed: the writer of the records is held, then the records are fixed, then the store, then the
 * writer goes on. Whatever the store says was done to records is in their copy, as they could not
 * change any more when the store was fixed; whatever the records say the store has begun is in the
 * store's copy, as that was fixed later. The long copying comes after, from these two states.
 */
public final class SqliteBackup {

  private static final int PAGES_AT_ONCE = 2_000;
  private static final int BUSY_MILLIS = 30_000;

  /** Hears how far it is. */
  @FunctionalInterface
  public interface Progress {
    /** So much of a file is copied, in percent. */
    void copied(Path file, int percent);
  }

  private SqliteBackup() {}

  /**
   * Copies the store and the databases beside it into an existing directory, and has the copies on
   * the disk when it returns.
   *
   * @param beside files whose writers wait until everything is fixed; those that are missing are
   *     left out
   * @throws StoreException when a file cannot be read, locked within 30 s, or copied
   */
  public static void copy(Path dataDir, List<Path> beside, Path target, Progress progress) {
    Path store = dataDir.resolve(SqliteStore.FILE);
    if (!Files.isRegularFile(store)) {
      throw new StoreException("there is no store in " + dataDir + ": " + store + " is missing");
    }
    List<Path> others = beside.stream().filter(Files::isRegularFile).toList();
    List<Fixed> fixed = new ArrayList<>();
    try {
      fix(others, store, fixed);
      for (Fixed each : fixed) {
        copy(each, target.resolve(each.file.getFileName()), progress);
      }
      sync(target);
    } catch (SQLException e) {
      throw new StoreException("the backup failed: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new StoreException("the backup cannot be written: " + e.getMessage(), e);
    } finally {
      close(fixed);
    }
  }

  /** A file, and a connection that sees one state of it. */
  private record Fixed(Path file, Connection connection) {}

  private static void fix(List<Path> others, Path store, List<Fixed> fixed) throws SQLException {
    List<Connection> held = new ArrayList<>();
    try {
      for (Path file : others) {
        Connection writer = open(file, false);
        held.add(writer);
        execute(writer, "BEGIN IMMEDIATE");
      }
      for (Path file : others) {
        fixed.add(fixed(file));
      }
      fixed.add(fixed(store));
    } finally {
      for (Connection writer : held) {
        // Nothing was written, so closing gives the lock back.
        writer.close();
      }
    }
  }

  private static Fixed fixed(Path file) throws SQLException {
    Connection connection = open(file, true);
    execute(connection, "BEGIN");
    // The first read is what fixes the state.
    ReadPool.number(connection, "SELECT count(*) FROM sqlite_master");
    return new Fixed(file, connection);
  }

  private static Connection open(Path file, boolean readOnly) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout(BUSY_MILLIS);
    config.setReadOnly(readOnly);
    return config.createConnection("jdbc:sqlite:" + file.toAbsolutePath());
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static void copy(Fixed from, Path to, Progress progress)
      throws SQLException, IOException {
    int result =
        from.connection
            .unwrap(SQLiteConnection.class)
            .getDatabase()
            .backup(
                "main",
                to.toString(),
                (left, pages) ->
                    progress.copied(
                        from.file, pages == 0 ? 100 : (int) (100L * (pages - left) / pages)),
                0,
                0,
                PAGES_AT_ONCE);
    if (result != Codes.SQLITE_OK) {
      throw new SQLException("copying %s ended with SQLite's code %d".formatted(from.file, result));
    }
    sync(to);
  }

  private static void sync(Path path) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            path, Files.isDirectory(path) ? StandardOpenOption.READ : StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  private static void close(List<Fixed> fixed) {
    for (Fixed each : fixed) {
      try {
        each.connection.close();
      } catch (SQLException e) {
        throw new StoreException(each.file + " could not be closed: " + e.getMessage(), e);
      }
    }
  }
}
