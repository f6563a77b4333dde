package dev.millrace.server;

import dev.millrace.server.config.ConfigurationLoader;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** What can be asked of a data directory without opening it. */
public final class DataDirectory {
  /** The users' records, beside the store of the engine. */
  public static final String RECORDS = "data.db";

  /** What else belongs to it. */
  public static final List<String> SMALL_FILES = List.of(SigningKey.FILE, ConfigurationLoader.FILE);

  private static final String LOCK = "millrace.lock";

  private DataDirectory() {}

  /**
   * Whether a running server has the directory. The lock belongs to the operating system, so that
   * asking for it tells, whatever a killed server left behind. For directories that this process
   * does not serve itself: asking would give its own lock back.
   *
   * @throws IOException when the lock file cannot be read
   */
  public static boolean inUse(Path directory) throws IOException {
    Path file = directory.resolve(LOCK);
    if (!Files.exists(file)) {
      return false;
    }
    try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      return lock == null;
    } catch (OverlappingFileLockException e) {
      return true;
    }
  }
}
