package dev.millrace.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A private PostgreSQL cluster with the defaults of its package, so with fsync, in a directory that
 * is removed afterwards. As root it runs as the user {@value #USER}, because it refuses root.
 */
final class Postgres implements AutoCloseable {

  private static final String USER = "postgres";
  private static final Path PACKAGES = Path.of("/usr/lib/postgresql");
  private static final int CONNECTIONS = 300;
  private static final long PATIENCE_SECONDS = 60;

  private final Path programs;
  private final Path data;
  private final int port;

  private Postgres(Path programs, Path data, int port) {
    this.programs = programs;
    this.data = data;
    this.port = port;
  }

  /** The directory of {@code initdb} and {@code pg_ctl}; empty when they are not installed. */
  static Optional<Path> programs() throws IOException {
    List<Path> places = new ArrayList<>();
    if (Files.isDirectory(PACKAGES)) {
      try (Stream<Path> versions = Files.list(PACKAGES)) {
        versions.map(version -> version.resolve("bin")).sorted().forEach(places::add);
      }
    }
    for (String place : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
      places.add(Path.of(place));
    }
    return places.reversed().stream()
        .filter(place -> Files.isExecutable(place.resolve("initdb")))
        .map(Postgres::real)
        .findFirst();
  }

  /** The programs look for their libraries beside themselves, so a link to one is followed. */
  private static Path real(Path place) {
    try {
      Path parent = place.resolve("initdb").toRealPath().getParent();
      return parent == null ? place : parent;
    } catch (IOException e) {
      return place;
    }
  }

  /** Makes a cluster below a directory and starts it. */
  static Postgres start(Path programs, Path directory) throws IOException {
    Path own = Files.createDirectories(directory.resolve("postgres"));
    if (root()) {
      // The user must be able to walk down to its directory.
      for (Path above : List.of(directory, directory.toAbsolutePath().getParent())) {
        Files.setPosixFilePermissions(above, PosixFilePermissions.fromString("rwxr-xr-x"));
      }
      Files.setOwner(
          own, own.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(USER));
    }
    Postgres postgres = new Postgres(programs, own.resolve("data"), freePort());
    postgres.program(
        "initdb", "-D", postgres.data.toString(), "-A", "trust", "-U", USER, "-E", "UTF8");
    postgres.program(
        "pg_ctl",
        "-D",
        postgres.data.toString(),
        "-w",
        "-l",
        own.resolve("log").toString(),
        "-o",
        "'-p %d -c listen_addresses=127.0.0.1 -c max_connections=%d -k %s'"
            .formatted(postgres.port, CONNECTIONS, own),
        "start");
    return postgres;
  }

  String url() {
    return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
  }

  String user() {
    return USER;
  }

  /** Processor time of all its processes, those that have ended included, in milliseconds. */
  long cpuMillis() throws IOException {
    String first = Files.readAllLines(data.resolve("postmaster.pid")).getFirst();
    ProcessHandle main = ProcessHandle.of(Long.parseLong(first.strip())).orElseThrow();
    return ProcessStatus.of(main).endedChildrenCpuMillis()
        + Stream.concat(Stream.of(main), main.descendants())
            .mapToLong(process -> ProcessStatus.of(process).cpuMillis())
            .sum();
  }

  @Override
  public void close() throws IOException {
    program("pg_ctl", "-D", data.toString(), "-m", "fast", "-w", "stop");
  }

  private void program(String name, String... arguments) throws IOException {
    String line = programs.resolve(name) + " " + String.join(" ", arguments);
    List<String> command =
        root() ? List.of("su", USER, "-s", "/bin/sh", "-c", line) : List.of("/bin/sh", "-c", line);
    Path output = Files.createTempFile("postgres", ".log");
    Process process =
        new ProcessBuilder(command)
            .directory(data.getRoot().toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended;
    try {
      ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      ended = false;
    }
    String said = Files.readString(output, StandardCharsets.UTF_8);
    Files.delete(output);
    if (!ended || process.exitValue() != 0) {
      throw new IOException("expected %s to succeed, found: %s".formatted(name, said));
    }
  }

  private static boolean root() {
    return System.getProperty("user.name").equals("root");
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
