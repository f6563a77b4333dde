package dev.millrace.store.sqlite;

import dev.millrace.store.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;

/**
 * Keeps a data directory to one process. The operating system drops the lock when the process ends,
 * however it ends; the file stays and names the last holder.
 */
final class DataDirectoryLock implements AutoCloseable {

  static final String FILE = "millrace.lock";

  /** Behind all content, because on some systems a locked range cannot be read by others. */
  private static final long POSITION = Long.MAX_VALUE - 1;

  private static final int CONTENT_MAX_BYTES = 64;

  /**
   * The directories this process has open. Asking the operating system would not do: closing the
   * second channel would drop the lock of the first.
   */
  private static final Set<Path> OPEN = new HashSet<>();

  private final Path directory;
  private final FileChannel channel;

  private DataDirectoryLock(Path directory, FileChannel channel) {
    this.directory = directory;
    this.channel = channel;
  }

  /**
   * Locks an existing directory.
   *
   * @throws StoreException when a process, also this one, has it open already
   */
  static DataDirectoryLock acquire(Path dataDir) {
    synchronized (OPEN) {
      try {
        Path directory = dataDir.toRealPath();
        if (OPEN.contains(directory)) {
          throw new StoreException(
              "the data directory " + directory + " is open in this process already");
        }
        FileChannel channel = lock(directory);
        OPEN.add(directory);
        return new DataDirectoryLock(directory, channel);
      } catch (IOException e) {
        throw new StoreException(
            "the data directory "
                + dataDir
                + " cannot be locked: "
                + (e instanceof AccessDeniedException denied
                    ? "permission denied: " + denied.getFile()
                    : e.getMessage()),
            e);
      }
    }
  }

  private static FileChannel lock(Path directory) throws IOException {
    FileChannel channel =
        FileChannel.open(
            directory.resolve(FILE),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    boolean locked = false;
    try {
      FileLock lock = channel.tryLock(POSITION, 1, false);
      if (lock == null) {
        throw new StoreException(
            "the data directory "
                + directory
                + " is in use by another process (pid "
                + holder(channel)
                + "); stop it first, or use another directory");
      }
      String pid = Long.toString(ProcessHandle.current().pid());
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)), 0);
      channel.force(true);
      locked = true;
      return channel;
    } finally {
      if (!locked) {
        channel.close();
      }
    }
  }

  private static String holder(FileChannel channel) throws IOException {
    ByteBuffer content = ByteBuffer.allocate(CONTENT_MAX_BYTES);
    int length = channel.read(content, 0);
    String pid =
        length <= 0
            ? ""
            : new String(content.array(), 0, length, StandardCharsets.US_ASCII).strip();
    return pid.isEmpty() ? "unknown" : pid;
  }

  @Override
  public void close() {
    synchronized (OPEN) {
      OPEN.remove(directory);
      try {
        channel.close();
      } catch (IOException e) {
        throw new StoreException("the lock of " + directory + " cannot be given back", e);
      }
    }
  }
}
