package dev.millrace.data;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.sqlite.ProgressHandler;

/** Ends statements of a connection whose transaction takes too long. */
final class SqliteWatch extends ProgressHandler {

  /** How many steps of SQLite's machine lie between two looks at the clock. */
  private static final int STEPS = 20_000;

  private final InstantSource clock;
  private final Duration most;
  private volatile Instant end = Instant.MAX;

  private SqliteWatch(InstantSource clock, Duration most) {
    this.clock = clock;
    this.most = most;
  }

  static SqliteWatch on(Connection connection, InstantSource clock, Duration most)
      throws SQLException {
    SqliteWatch watch = new SqliteWatch(clock, most);
    ProgressHandler.setHandler(connection, STEPS, watch);
    return watch;
  }

  /** The time begins now. */
  void start() {
    end = clock.instant().plus(most);
  }

  @Override
  protected int progress() {
    return clock.instant().isAfter(end) ? 1 : 0;
  }
}
