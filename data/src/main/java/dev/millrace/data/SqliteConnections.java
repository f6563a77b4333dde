package dev.millrace.data;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;

/** Connections to a SQLite file, with the settings that durability rests on. */
final class SqliteConnections implements Connections {

  private static final int KIBIBYTES_PER_MEBIBYTE = 1024;
  private static final int READER_SHARE = 4;

  /** A log that grew larger in a burst is cut back to this after a checkpoint. */
  private static final int LOG_KEPT_BYTES = 64 * 1024 * 1024;

  private final Path file;
  private final @Nullable Path engine;
  private final DatabaseSettings.Limits limits;
  private final InstantSource clock;
  private final SqliteDialect dialect = new SqliteDialect();

  SqliteConnections(
      DatabaseSettings.SqliteFile location, DatabaseSettings.Limits limits, InstantSource clock) {
    this.clock = clock;
    this.file = location.file();
    this.engine = location.engine();
    this.limits = limits;
  }

  @Override
  public Opened writer() throws SQLException {
    SQLiteConfig config = common(limits.cacheMebibytes());
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    // FULL: the log reaches the disk before a commit is answered.
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setJournalSizeLimit(LOG_KEPT_BYTES);
    config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
    return open(config, DatabaseSettings.Limits.WRITE_MAX);
  }

  @Override
  public Opened reader() throws SQLException {
    SQLiteConfig config = common(Math.max(1, limits.cacheMebibytes() / READER_SHARE));
    config.setReadOnly(true);
    return open(config, DatabaseSettings.Limits.QUERY_MAX);
  }

  private SQLiteConfig common(int cacheMebibytes) {
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout((int) limits.busyTimeout().toMillis());
    config.setTempStore(SQLiteConfig.TempStore.MEMORY);
    // A negative size counts kibibytes, a positive one pages.
    config.setCacheSize(-cacheMebibytes * KIBIBYTES_PER_MEBIBYTE);
    return config;
  }

  private Opened open(SQLiteConfig config, Duration most) throws SQLException {
    Connection connection = config.createConnection("jdbc:sqlite:" + file.toAbsolutePath());
    try {
      SqliteFunctions.addTo(connection);
      if (engine != null) {
        attach(connection, engine);
      }
      return new Opened(connection, SqliteWatch.on(connection, clock, most)::start);
    } catch (SQLException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  /**
   * The other file is opened for reading only. Otherwise each transaction that begins here would
   * take its lock for writing.
   */
  private static void attach(Connection connection, Path engine) throws SQLException {
    try (PreparedStatement attach = connection.prepareStatement("ATTACH DATABASE ? AS engine")) {
      attach.setString(1, "file:" + engine.toUri().getRawPath() + "?mode=ro");
      attach.execute();
    } catch (SQLException e) {
      throw new SQLException("cannot read " + engine + ": " + e.getMessage(), e);
    }
  }

  @Override
  public Dialect dialect() {
    return dialect;
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
