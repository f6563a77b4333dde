package dev.millrace.systemtests;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The packaged server as a child process on free loopback ports, with a data directory of its own.
 * It can be killed as by {@code kill -9} and started again on the same data and ports. Used by one
 * thread.
 */
public final class TestServer implements AutoCloseable {

  private static final String LOOPBACK = "127.0.0.1";
  private static final Duration READY_PATIENCE = Duration.ofSeconds(60);
  private static final long EXIT_SECONDS = 20;

  private final Path directory;
  private final Path log;
  private final int httpPort;
  private final int grpcPort;
  private @Nullable Process process;
  private @Nullable Api api;

  private TestServer(Path directory, int httpPort, int grpcPort) {
    this.directory = directory;
    this.log = directory.resolve("server.log");
    this.httpPort = httpPort;
    this.grpcPort = grpcPort;
  }

  /** Starts a server on an empty data directory and waits until it is ready. */
  public static TestServer start() {
    List<Integer> ports = freePorts();
    try {
      Path directory = Files.createTempDirectory("millrace-system-test-");
      TestServer server = new TestServer(directory, ports.getFirst(), ports.getLast());
      server.launch();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Two ports free on the loopback address; both are held until both are known. */
  private static List<Integer> freePorts() {
    try (ServerSocket http = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ServerSocket grpc = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return List.of(http.getLocalPort(), grpc.getLocalPort());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void launch() {
    Path lib = Path.of(System.getProperty("millrace.lib", "../server/target/millrace/lib"));
    if (!Files.isDirectory(lib)) {
      throw new IllegalStateException(
          "expected the packaged server in " + lib.toAbsolutePath() + "; package it first");
    }
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            lib.toAbsolutePath() + "/*",
            "dev.millrace.server.Main",
            "serve",
            "--data-dir",
            dataDirectory().toString(),
            "--http-address",
            LOOPBACK,
            "--http-port",
            Integer.toString(httpPort),
            "--grpc-port",
            Integer.toString(grpcPort),
            "--allow-egress",
            LOOPBACK);
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    api = new Api(URI.create("http://" + LOOPBACK + ":" + httpPort));
    awaitReady();
  }

  private void awaitReady() {
    try {
      await("server ready")
          .atMost(READY_PATIENCE)
          .pollInterval(Duration.ofMillis(50))
          .until(this::ready);
    } catch (RuntimeException e) {
      process().destroyForcibly();
      throw new IllegalStateException("the server is not ready; its log:\n" + log(), e);
    }
    api().forget();
  }

  private boolean ready() {
    if (!process().isAlive()) {
      throw new IllegalStateException("the server ended with code " + process().exitValue());
    }
    try {
      return api().get("/readyz").status() == 200;
    } catch (UncheckedIOException notListening) {
      return false;
    }
  }

  public Api api() {
    if (api == null) {
      throw new IllegalStateException("the server is not running");
    }
    return api;
  }

  /** The child process; a new one after each restart. */
  public Process process() {
    if (process == null) {
      throw new IllegalStateException("the server is not running");
    }
    return process;
  }

  public int httpPort() {
    return httpPort;
  }

  public int grpcPort() {
    return grpcPort;
  }

  public Path dataDirectory() {
    return directory.resolve("data");
  }

  /** Ends the process at once, as {@code kill -9} does. */
  public void kill() {
    process().destroyForcibly();
    awaitExit();
    api().close();
  }

  /** Starts the killed server again on the same data. */
  public void restart() {
    launch();
  }

  private void awaitExit() {
    try {
      if (!process().waitFor(EXIT_SECONDS, TimeUnit.SECONDS)) {
        process().destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What the server printed so far. */
  public String log() {
    try {
      return Files.exists(log) ? Files.readString(log, StandardCharsets.UTF_8) : "";
    } catch (IOException e) {
      return "log not readable: " + e;
    }
  }

  /** A number read from the server's tables, by a connection that cannot write. */
  public long queryNumber(String sql, String argument) {
    String url = "jdbc:sqlite:file:" + dataDirectory().resolve("millrace.db") + "?mode=ro";
    try (Connection connection = DriverManager.getConnection(url);
        PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, argument);
      try (ResultSet rows = statement.executeQuery()) {
        if (!rows.next()) {
          throw new AssertionError("expected a row from " + sql);
        }
        return rows.getLong(1);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  @Override
  public void close() {
    if (process != null) {
      process.destroy();
      awaitExit();
    }
    if (api != null) {
      api.close();
    }
    deleteDirectory();
  }

  private void deleteDirectory() {
    try (Stream<Path> paths = Files.walk(directory)) {
      List<Path> deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
      for (Path path : deepestFirst) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
