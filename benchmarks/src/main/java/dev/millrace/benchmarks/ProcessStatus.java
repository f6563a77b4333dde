package dev.millrace.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Memory and processor time of a process, read from {@code /proc}. */
final class ProcessStatus {

  private static final int KIB_PER_MIB = 1024;

  // Places in the line of stat behind the name, and the unit in which Linux counts there.
  private static final int CHILD_USER = 13;
  private static final int CHILD_SYSTEM = 14;
  private static final int MILLIS_PER_TICK = 10;

  private final ProcessHandle handle;
  private final Path directory;

  private ProcessStatus(ProcessHandle handle) {
    this.handle = handle;
    this.directory = Path.of("/proc", Long.toString(handle.pid()));
  }

  static ProcessStatus of(ProcessHandle handle) {
    return new ProcessStatus(handle);
  }

  static ProcessStatus own() {
    return new ProcessStatus(ProcessHandle.current());
  }

  /** Processor time of all its threads, user and system, in milliseconds. */
  long cpuMillis() {
    return handle.info().totalCpuDuration().orElse(Duration.ZERO).toMillis();
  }

  /** Processor time of its children that have ended and were waited for, in milliseconds. */
  long endedChildrenCpuMillis() {
    try {
      String stat = Files.readString(directory.resolve("stat"));
      // The name, in parentheses, may hold blanks.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
      long ticks = Long.parseLong(fields[CHILD_USER]) + Long.parseLong(fields[CHILD_SYSTEM]);
      return ticks * MILLIS_PER_TICK;
    } catch (IOException e) {
      throw new UncheckedIOException("expected to read " + directory + "/stat", e);
    }
  }

  /** Resident memory in MiB. */
  long rss() {
    return field("VmRSS:");
  }

  /** The most it had, in MiB. */
  long rssPeak() {
    return field("VmHWM:");
  }

  private long field(String name) {
    try {
      for (String line : Files.readAllLines(directory.resolve("status"))) {
        if (line.startsWith(name)) {
          return Long.parseLong(line.replaceAll("[^0-9]", "")) / KIB_PER_MIB;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("expected to read " + directory + "/status", e);
    }
    return 0;
  }
}
