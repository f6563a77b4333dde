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
      running = new Own().url();
      server = running;
    }
    return running;
  }

  /** A server that belongs to one test, which may stop and start it; it is running once made. */
  public static final class Own implements AutoCloseable {
    private final Path programs = programs().orElseThrow();
    private final Path home;
    private final int port;
    private boolean removed;

    /** Makes its files and starts it. */
    public Own() {
      try {
        port = freePort();
        home = Files.createTempDirectory("testing-postgres");
        if (root()) {
          Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx------"));
          Files.setOwner(
              home,
              home.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(USER));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      run(
          "%s -D %s -A trust -U %s -E UTF8 --locale=C.UTF-8 -N"
              .formatted(programs.resolve("initdb"), data(), USER));
      start();
      Runtime.getRuntime().addShutdownHook(new Thread(this::close));
    }

    private Path data() {
      return home.resolve("data");
    }

    private String url() {
      return "jdbc:postgresql://127.0.0.1:" + port + "/";
    }

    /** Its one database. */
    public DatabaseSettings.Jdbc database() {
      return new DatabaseSettings.Jdbc(url() + USER, USER, "");
    }

    /** Starts it, and returns once it takes connections. */
    public void start() {
      run(
          "%s -D %s -w -l %s -o '-p %d -c listen_addresses=127.0.0.1 -c fsync=off -k %s' start"
              .formatted(programs.resolve("pg_ctl"), data(), home.resolve("log"), port, home));
    }

    /** Ends it as in a crash: connections break, what was committed stays. */
    public void stop() {
      run("%s -D %s -m immediate -w stop".formatted(programs.resolve("pg_ctl"), data()));
    }

    /** Ends it and removes its files. */
    @Override
    public synchronized void close() {
      if (!removed) {
        removed = true;
        run(
            "if test -f %s; then %s -D %s -m immediate -w stop; fi; rm -r %s"
                .formatted(
                    data().resolve("postmaster.pid"), programs.resolve("pg_ctl"), data(), home));
      }
    }
  }

  private static void run(String line) {
    List<String> command =
        root() ? List.of("su", USER, "-s", "/bin/sh", "-c", line) : List.of("/bin/sh", "-c", line);
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(Path.of("/").toFile())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new AssertionError("expected success of " + line);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
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
