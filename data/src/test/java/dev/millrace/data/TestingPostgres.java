package dev.millrace.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL server of the tests, where its programs are installed: started at the first use,
 * ended with the process. As root it runs as the user {@value #USER}, because it refuses root.
 */
public final class TestingPostgres {

  private static final String USER = "postgres";
  private static final Path PACKAGES = Path.of("/usr/lib/postgresql");
  private static final Map<Path, String> DATABASES = new ConcurrentHashMap<>();
  private static @Nullable String server;

  private TestingPostgres() {}

  /** Whether its programs are installed. */
  public static boolean available() {
    return programs().isPresent();
  }

  /** The database that belongs to a folder, made if need be. */
  public static DatabaseSettings.Jdbc at(Path folder) {
    String name = DATABASES.computeIfAbsent(folder, TestingPostgres::make);
    return new DatabaseSettings.Jdbc(server() + name, USER, "");
  }

  private static String make(Path folder) {
    String name = "t" + DATABASES.size() + "_" + Integer.toUnsignedString(folder.hashCode());
    try (Connection connection = DriverManager.getConnection(server() + USER, USER, "");
        Statement statement = connection.createStatement()) {
      statement.executeUpdate("CREATE DATABASE " + name);
      return name;
    } catch (SQLException e) {
      throw new AssertionError("cannot make " + name, e);
    }
  }

  private static Optional<Path> programs() {
    if (!Files.isDirectory(PACKAGES)) {
      return Optional.empty();
    }
    try (Stream<Path> versions = Files.list(PACKAGES)) {
      return versions
          .map(version -> version.resolve("bin"))
          .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
          .max(Path::compareTo);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static synchronized String server() {
    String running = server;
    if (running == null) {
      try {
        running = start(programs().orElseThrow());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      server = running;
    }
    return running;
  }

  private static String start(Path programs) throws IOException {
    Path own = Files.createTempDirectory("testing-postgres");
    if (root()) {
      Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwx------"));
      Files.setOwner(
          own, own.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(USER));
    }
    Path data = own.resolve("data");
    int port = freePort();
    run(
        "%s -D %s -A trust -U %s -E UTF8 --locale=C.UTF-8 -N"
            .formatted(programs.resolve("initdb"), data, USER));
    run(
        "%s -D %s -w -l %s -o '-p %d -c listen_addresses=127.0.0.1 -c fsync=off -k %s' start"
            .formatted(programs.resolve("pg_ctl"), data, own.resolve("log"), port, own));
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> {
              try {
                run(
                    "%s -D %s -m immediate -w stop; rm -r %s"
                        .formatted(programs.resolve("pg_ctl"), data, own));
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            }));
    return "jdbc:postgresql://127.0.0.1:" + port + "/";
  }

  private static void run(String line) throws IOException {
    List<String> command =
        root() ? List.of("su", USER, "-s", "/bin/sh", "-c", line) : List.of("/bin/sh", "-c", line);
    Process process =
        new ProcessBuilder(command)
            .directory(Path.of("/").toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException("expected success of " + line);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private static boolean root() {
    return "root".equals(System.getProperty("user.name"));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
