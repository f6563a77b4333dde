package dev.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * A copy of the packaged server with its launcher, so that a build meanwhile does not change what
 * is measured.
 */
final class Installation {

  private static final List<String> PARTS = List.of("millrace", ".ci", "examples");

  /** Where the build assembles the server. */
  private static final String LIB = "server/target/millrace/lib";

  /** Where the launcher looks for the newest copy to run, by the name in the file beside it. */
  private static final String APP = "server/target/millrace/app-1";

  private static final String BUILT = "server/target/millrace/built";

  private final Path directory;

  private Installation(Path directory) {
    this.directory = directory;
  }

  /** The copy that all benchmarks of a run share; made by the first. */
  static Installation of(Settings settings) throws IOException {
    Path directory = settings.work().resolveSibling("installation");
    if (!Files.exists(directory)) {
      Path lib = settings.home().resolve(LIB);
      if (!Files.exists(lib)) {
        throw new IOException("expected %s, found none; ./x build makes it".formatted(lib));
      }
      for (String part : PARTS) {
        copy(settings.home().resolve(part), directory.resolve(part));
      }
      copy(lib, directory.resolve(APP));
      Files.writeString(directory.resolve(BUILT), "app-1\n");
    }
    return new Installation(directory);
  }

  /**
   * Turns the cache of loaded classes on or off for the servers started from now on. When it is
   * turned on, the next start makes it first, which takes some seconds.
   */
  void cache(boolean on) throws IOException {
    Path file =
        directory.resolve(APP).resolve("server-%d.aot".formatted(Runtime.version().feature()));
    Files.deleteIfExists(file);
    if (!on) {
      // The launcher takes an empty file for a cache that cannot be made.
      Files.createFile(file);
    }
  }

  /** Starts the server; the launcher becomes it. */
  ProcessBuilder serve(Path dataDir) {
    ProcessBuilder builder =
        new ProcessBuilder(
            directory.resolve("millrace").toString(),
            "serve",
            "--data-dir",
            dataDir.toString(),
            "--http-port",
            "0",
            "--grpc-port",
            "0");
    builder.environment().put("MILLRACE_NO_BUILD", "1");
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    return builder;
  }

  private static void copy(Path source, Path target) throws IOException {
    try (Stream<Path> files = Files.walk(source)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Path to = target.resolve(source.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(to);
        } else {
          Path parent = to.getParent();
          if (parent != null) {
            Files.createDirectories(parent);
          }
          Files.copy(file, to, StandardCopyOption.COPY_ATTRIBUTES);
        }
      }
    }
  }
}
