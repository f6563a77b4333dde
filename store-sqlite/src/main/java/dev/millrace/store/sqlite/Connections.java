package dev.millrace.store.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.sqlite.SQLiteConfig;

/** Opens the connections to a file, each with the settings that durability rests on. */
final class Connections {

  private static final int KIBIBYTES_PER_MEBIBYTE = 1024;
  private static final int READER_SHARE = 4;

  /** A log that grew larger in a burst is cut back to this after a checkpoint. */
  private static final int LOG_KEPT_BYTES = 64 * 1024 * 1024;

  /**
   * The log is written back when it holds this many pages of 4 KiB. Pages that changed several
   * times are written back once, so a longer log is less work and fewer slow commits.
   */
  private static final int CHECKPOINT_PAGES = 8_000;

  private Connections() {}

  static Connection writer(Path file, SqliteSettings settings) throws SQLException {
    SQLiteConfig config = common(settings, settings.cacheMebibytes());
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    // FULL: the log reaches the disk before a commit is answered. NORMAL loses acknowledged commits
    // when the power fails.
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setJournalSizeLimit(LOG_KEPT_BYTES);
    config.setPragma(SQLiteConfig.Pragma.WAL_AUTOCHECKPOINT, Integer.toString(CHECKPOINT_PAGES));
    config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
    return config.createConnection(url(file));
  }

  static Connection reader(Path file, SqliteSettings settings) throws SQLException {
    SQLiteConfig config = common(settings, Math.max(1, settings.cacheMebibytes() / READER_SHARE));
    config.setReadOnly(true);
    return config.createConnection(url(file));
  }

  private static SQLiteConfig common(SqliteSettings settings, int cacheMebibytes) {
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout((int) settings.busyTimeout().toMillis());
    config.setTempStore(SQLiteConfig.TempStore.MEMORY);
    // A negative size counts kibibytes, a positive one pages.
    config.setCacheSize(-cacheMebibytes * KIBIBYTES_PER_MEBIBYTE);
    return config;
  }

  private static String url(Path file) {
    return "jdbc:sqlite:" + file.toAbsolutePath();
  }
}
