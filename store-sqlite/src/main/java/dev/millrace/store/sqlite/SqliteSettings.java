package dev.millrace.store.sqlite;

import java.time.Duration;

/**
 * How a data directory is opened.
 *
 * @param readers connections beside the writer, which is how many reads run at once; others wait
 * @param busyTimeout how long to wait for another program that has the file locked, as a backup
 * @param cacheMebibytes of the writer; each reader has a quarter of it
 */
public record SqliteSettings(int readers, Duration busyTimeout, int cacheMebibytes) {

  public static final SqliteSettings DEFAULT = new SqliteSettings(4, Duration.ofSeconds(5), 64);

  private static final int READERS_MAX = 64;

  public SqliteSettings {
    if (readers < 1 || readers > READERS_MAX) {
      throw new IllegalArgumentException(
          "readers must be 1 to " + READERS_MAX + ", found " + readers);
    }
    if (busyTimeout.isNegative() || busyTimeout.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException("busyTimeout must be 0 to 1 day, found " + busyTimeout);
    }
    if (cacheMebibytes < 1) {
      throw new IllegalArgumentException("cacheMebibytes must be positive");
    }
  }
}
