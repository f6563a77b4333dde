package dev.millrace.server.cli;

import dev.millrace.server.DataDirectory;
import dev.millrace.server.config.Configuration;
import dev.millrace.server.config.ConfigurationException;
import dev.millrace.server.config.ConfigurationLoader;
import dev.millrace.server.config.Problems;
import dev.millrace.store.sqlite.SqliteBackup;
import dev.millrace.store.sqlite.SqliteStore;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "backup",
    description = {
      "Copy a data directory, also while a server uses it, into a new directory, and verify the"
          + " copy.",
      "Everything that was acknowledged when the backup began is in it, but for records that are"
          + " kept in PostgreSQL: how to copy these is said.",
      "To restore: ./millrace serve --data-dir COPY, or copy its files into an empty directory"
          + " first."
    })
final class BackupCommand implements Callable<Integer> {
  /** What a copy is called until it is complete and verified. */
  private static final String UNFINISHED = ".unfinished";

  private static final int STEP_PERCENT = 10;
  private static final double MEBIBYTE = 1024.0 * 1024.0;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      defaultValue = "${env:MILLRACE_DATA_DIR:-.data}",
      description = "the directory of millrace.db (MILLRACE_DATA_DIR; default .data)")
  private Path dataDir = Path.of(".data");

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "configuration of the server, which says where records are (default: millrace.yaml in"
              + " the data directory, if there)")
  private @Nullable Path config;

  @Option(names = "--no-verify", description = "leave out the check of the copy, which takes time")
  private boolean unverified;

  @Parameters(paramLabel = "TO", description = "the directory to make; it must not exist")
  private @Nullable Path target;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    Path to = Commands.given(target).toAbsolutePath().normalize();
    Path from = dataDir.toAbsolutePath().normalize();
    if (!Files.isRegularFile(from.resolve(SqliteStore.FILE))) {
      throw new CommandException(
          ExitCodes.NOT_FOUND,
          "expected a data directory with %s, found none at %s".formatted(SqliteStore.FILE, from));
    }
    Path made = to.resolveSibling(to.getFileName() + UNFINISHED);
    requireAbsent(to, "choose another");
    requireAbsent(made, "left by a backup that was cut off; remove it");
    String records = records(from, to);
    long begun = System.nanoTime();
    try {
      copy(from, made);
      if (!unverified) {
        verify(made);
      }
      Files.move(made, to, StandardCopyOption.ATOMIC_MOVE);
      PrintWriter out = Commands.out(spec);
      out.printf(
          "Backed up %s to %s (%.1f MB) in %.1f s%n",
          from, to, size(to) / MEBIBYTE, (System.nanoTime() - begun) / 1e9);
      out.println("Restore: ./millrace serve --data-dir " + to);
      if (!records.isEmpty()) {
        out.println(records);
      }
      out.flush();
      return ExitCodes.OK;
    } catch (IOException e) {
      throw new CommandException(
          ExitCodes.FAILED, "the backup cannot be written: %s".formatted(Problems.of(e)), e);
    }
  }

  /** What to do about records that are not in the data directory; empty when they are. */
  private String records(Path from, Path to) {
    try {
      Configuration.Database records =
          new ConfigurationLoader(System.getenv()).records(config, from);
      return records == null ? "" : new PostgresDump(records, to).advice();
    } catch (ConfigurationException e) {
      PrintWriter err = Commands.err(spec);
      err.printf(
          "warning: whether records are kept in PostgreSQL, which is not copied, cannot be told: %s%n",
          e.getMessage());
      err.flush();
      return "";
    }
  }

  private static void requireAbsent(Path path, String hint) {
    if (Files.exists(path)) {
      throw new CommandException(
          ExitCodes.CONFLICT, "expected nothing at %s, found something; %s".formatted(path, hint));
    }
  }

  private void copy(Path from, Path made) throws IOException {
    try {
      Path parent = made.getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      // As the files themselves: keys and whatever people entered.
      Files.createDirectory(made, attributes(made));
    } catch (FileAlreadyExistsException e) {
      throw new CommandException(
          ExitCodes.CONFLICT, "expected nothing at %s, found something".formatted(made), e);
    }
    Steps steps = new Steps();
    SqliteBackup.copy(from, List.of(from.resolve(DataDirectory.RECORDS)), made, steps::copied);
    for (String name : DataDirectory.SMALL_FILES) {
      if (Files.isRegularFile(from.resolve(name))) {
        Files.copy(from.resolve(name), made.resolve(name), StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }

  private static FileAttribute<?>[] attributes(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
        }
        : new FileAttribute<?>[0];
  }

  private void verify(Path made) throws IOException {
    List<String> violations = Verification.of(made, Commands.err(spec));
    if (!violations.isEmpty()) {
      throw new CommandException(
          ExitCodes.FAILED,
          "the copy in %s is not sound, %d violations, the first: %s"
              .formatted(made, violations.size(), violations.getFirst()));
    }
  }

  private static long size(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    }
  }

  /** Tells of each tenth of a file. */
  private final class Steps {
    private @Nullable Path file;
    private int told;

    private void copied(Path copied, int percent) {
      if (!copied.equals(file)) {
        file = copied;
        told = 0;
      }
      if (percent >= told + STEP_PERCENT || (percent == 100 && told < 100)) {
        told = percent - percent % STEP_PERCENT;
        PrintWriter err = Commands.err(spec);
        err.printf("%s: %d%% copied%n", copied.getFileName(), percent);
        err.flush();
      }
    }
  }
}
