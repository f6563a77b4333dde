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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
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
  private static final Duration READY_POLL = Duration.ofMillis(30);
  private static final long EXIT_SECONDS = 20;

  /** Below the ports that systems give to outgoing connections, which would take them. */
  private static final int FIRST_PORT = 15_000;

  private static final int PORTS = 15_000;
  private static final int PORT_TRIES = 1_000;

  private final List<String> javaOptions;
  private final Map<String, String> environment;
  private final Path directory;
  private final Path log;
  private final int httpPort;
  private final int grpcPort;
  private @Nullable Process process;
  private @Nullable Api api;

  private TestServer(
      List<String> javaOptions,
      Map<String, String> environment,
      Path directory,
      int httpPort,
      int grpcPort) {
    this.javaOptions = javaOptions;
    this.environment = environment;
    this.directory = directory;
    this.log = directory.resolve("server.log");
    this.httpPort = httpPort;
    this.grpcPort = grpcPort;
  }

  /** Starts a server on an empty data directory and waits until it is ready. */
  public static TestServer start() {
    return start(List.of());
  }

  /** The same, with options of the Java command. */
  public static TestServer start(List<String> javaOptions) {
    return start(javaOptions, Map.of());
  }

  /** The same, with variables in its environment, as {@code MILLRACE_AUTH}. */
  public static TestServer start(List<String> javaOptions, Map<String, String> environment) {
    List<Integer> ports = freePorts();
    try {
      Path directory = Files.createTempDirectory("millrace-system-test-");
      TestServer server =
          new TestServer(javaOptions, environment, directory, ports.getFirst(), ports.getLast());
      server.restart();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A server, not yet spawned, whose data directory is the directory {@code data} in another. */
  static TestServer in(Path directory) {
    List<Integer> ports = freePorts();
    return new TestServer(List.of(), Map.of(), directory, ports.getFirst(), ports.getLast());
  }

  /** Two ports free on the loopback address; both are held until both are known. */
  private static List<Integer> freePorts() {
    try (ServerSocket http = bindAny();
        ServerSocket grpc = bindAny()) {
      return List.of(http.getLocalPort(), grpc.getLocalPort());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ServerSocket bindAny() throws IOException {
    IOException last = new IOException("no free port");
    for (int i = 0; i < PORT_TRIES; i++) {
      int port = FIRST_PORT + ThreadLocalRandom.current().nextInt(PORTS);
      try {
        return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
      } catch (IOException taken) {
        last = taken;
      }
    }
    throw last;
  }

  /** Where the packaged server's jars are. */
  static Path lib() {
    Path lib = Path.of(System.getProperty("millrace.lib", "../server/target/millrace/lib"));
    if (!Files.isDirectory(lib)) {
      throw new IllegalStateException(
          "expected the packaged server in " + lib.toAbsolutePath() + "; package it first");
    }
    return lib.toAbsolutePath();
  }

  /** A command of the packaged server as a process still to be started. */
  public static ProcessBuilder command(List<String> javaOptions, String... arguments) {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.add("--enable-native-access=ALL-UNNAMED");
    line.addAll(javaOptions);
    line.addAll(List.of("-cp", lib() + "/*", "dev.millrace.server.Main"));
    line.addAll(List.of(arguments));
    return new ProcessBuilder(line).redirectErrorStream(true);
  }

  /** Starts the process and returns at once. */
  public void spawn() {
    ProcessBuilder builder =
        command(
            javaOptions,
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
    builder.environment().putAll(environment);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    api = newApi();
  }

  /** A client of its own, which outlives this server's restarts. */
  public Api newApi() {
    return new Api(URI.create("http://" + LOOPBACK + ":" + httpPort));
  }

  /** Waits until the spawned process answers that it is ready. */
  void awaitReady() {
    try {
      await("server ready").atMost(READY_PATIENCE).pollInterval(READY_POLL).until(this::ready);
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
    spawn();
    awaitReady();
  }

  /** Ends the process in order, as SIGTERM does. */
  public void stop() {
    process().destroy();
    awaitExit();
    api().close();
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

  /** The first column of all rows as text, read by a connection that cannot write. */
  public List<String> queryTexts(String sql) {
    String url = "jdbc:sqlite:file:" + dataDirectory().resolve("millrace.db") + "?mode=ro";
    try (Connection connection = DriverManager.getConnection(url);
        PreparedStatement statement = connection.prepareStatement(sql);
        ResultSet rows = statement.executeQuery()) {
      List<String> texts = new ArrayList<>();
      while (rows.next()) {
        texts.add(rows.getString(1));
      }
      return texts;
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  @Override
  public void close() {
    end();
    deleteDirectory(directory);
  }

  /** Ends the process and leaves the data for who looks into a failure; returns where it is. */
  public Path abandon() {
    end();
    return directory;
  }

  private void end() {
    if (process != null) {
      process.destroy();
      awaitExit();
    }
    if (api != null) {
      api.close();
    }
  }

  /** Deletes a directory and all that is in it. */
  public static void deleteDirectory(Path directory) {
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
