package dev.millrace.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Case 45: whatever is sent, the server answers 2xx or 4xx and gives everything back. */
final class HostileCases {

  private static final int BODIES = Integer.getInteger("millrace.hostile.bodies", 20_000);
  private static final long SEED = Long.getLong("millrace.hostile.seed", System.nanoTime());
  private static final int CLIENTS = 6;
  private static final int CUT_CONNECTIONS = 200;
  private static final int LEAK_SLACK = 40;
  private static final int PRINTED_BODY = 400;

  @RegisterExtension static final RunningServer SERVER = new RunningServer();

  /** The ids that the eight calls need. */
  private record Ids(String process, String instance, String item) {}

  private static Ids prepare() {
    String process = SERVER.api().create(Definition.of("case 45", Task.approval("P", "会签", "c45")));
    String instance = SERVER.api().start(process, Json.object());
    String item = SERVER.api().awaitItem("c45");
    String simple =
        SERVER
            .api()
            .create(
                Definition.of(
                    "case 45 simple",
                    Task.of("T", "transform").parameter("expression", "$input.n")));
    return new Ids(simple, instance, item);
  }

  private static HttpRequest request(Ids ids, SplittableRandom random, byte[] body) {
    boolean known = random.nextInt(4) > 0;
    String odd = oddSegment(random);
    String process = known ? ids.process() : odd;
    String instance = known ? ids.instance() : odd;
    return switch (random.nextInt(8)) {
      case 0 -> request("POST", "/api/process", body, random);
      case 1 -> request("GET", "/api/process/" + process, body, random);
      case 2 -> request("GET", "/api/process/" + process + "/" + odd, body, random);
      case 3 -> request("POST", "/api/process/" + process, body, random);
      case 4 -> request("GET", "/api/processInst/" + instance, body, random);
      case 5 -> request("GET", "/api/processInst/" + instance + "/" + odd, body, random);
      case 6 -> request("GET", "/api/taskInsts?user=" + odd + "&limit=" + odd, body, random);
      default -> request("POST", "/api/taskInst/" + (known ? ids.item() : odd), body, random);
    };
  }

  private static HttpRequest request(
      String method, String path, byte[] body, SplittableRandom random) {
    List<String> types =
        List.of("application/json", "application/json; charset=utf-8", "text/plain", "a/b;;=");
    String type = random.nextInt(5) > 0 ? types.getFirst() : types.get(random.nextInt(4));
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + SERVER.get().httpPort() + path))
        .header("Content-Type", type)
        .method(method, BodyPublishers.ofByteArray(body))
        .build();
  }

  /** One path segment of percent-encoded random bytes. */
  private static String oddSegment(SplittableRandom random) {
    StringBuilder segment = new StringBuilder();
    int length = 1 + random.nextInt(40);
    for (int i = 0; i < length; i++) {
      segment.append(String.format("%%%02X", random.nextInt(256)));
    }
    return segment.toString();
  }

  @Test
  void case45ShouldAnswerHostileBodiesAndGiveEverythingBack() throws Exception {
    System.out.println("case 45: rerun with -Dmillrace.hostile.seed=" + SEED);
    Ids ids = prepare();
    send(ids, SEED, BODIES / 20);
    long threads = threads();
    long files = openFiles();

    List<String> wrong = send(ids, SEED + 1, BODIES);
    cutConnections();

    assertThat(wrong).as("answers that are neither 2xx nor 4xx, seed %d", SEED).isEmpty();
    Api.until("threads are given back", () -> threads() <= threads + LEAK_SLACK);
    Api.until("connections are given back", () -> openFiles() <= files + LEAK_SLACK);
    assertThat(SERVER.get().process().isAlive()).isTrue();
    assertThat(SERVER.api().get("/readyz").status()).isEqualTo(200);
    assertThat(
            Api.status(
                SERVER
                    .api()
                    .runToEnd(
                        Definition.of("case 45 after", Task.script("A", "return 1")), Map.of())))
        .isEqualTo("completed");
  }

  private static List<String> send(Ids ids, long seed, int count) throws Exception {
    AtomicLongArray statuses = new AtomicLongArray(600);
    List<String> wrong = new ArrayList<>();
    try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
      List<Callable<List<String>>> shares = new ArrayList<>();
      for (int client = 0; client < CLIENTS; client++) {
        SplittableRandom random = new SplittableRandom(seed * CLIENTS + client);
        shares.add(() -> share(ids, random, count / CLIENTS, statuses));
      }
      for (Future<List<String>> share : clients.invokeAll(shares)) {
        wrong.addAll(share.get());
      }
    }
    StringBuilder counts = new StringBuilder("case 45 answers:");
    for (int status = 0; status < statuses.length(); status++) {
      if (statuses.get(status) > 0) {
        counts.append(' ').append(status).append('=').append(statuses.get(status));
      }
    }
    System.out.println(counts);
    return wrong;
  }

  private static List<String> share(
      Ids ids, SplittableRandom random, int count, AtomicLongArray statuses) {
    List<String> wrong = new ArrayList<>();
    HostileBodies bodies = new HostileBodies(random.split());
    try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      for (int i = 0; i < count; i++) {
        byte[] body = bodies.next();
        HttpRequest request = request(ids, random, body);
        String outcome = outcome(client, request, statuses);
        if (!outcome.isEmpty()) {
          wrong.add(request + " " + printable(body) + " -> " + outcome);
        }
      }
    }
    return wrong;
  }

  /** Empty when the answer is 2xx or 4xx. */
  private static String outcome(HttpClient client, HttpRequest request, AtomicLongArray statuses) {
    try {
      var response = client.send(request, BodyHandlers.ofString());
      statuses.incrementAndGet(Math.min(response.statusCode(), statuses.length() - 1));
      int family = response.statusCode() / 100;
      return family == 2 || family == 4 ? "" : response.statusCode() + " " + response.body();
    } catch (IOException e) {
      return e.toString();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return e.toString();
    }
  }

  private static String printable(byte[] body) {
    byte[] start = Arrays.copyOf(body, Math.min(body.length, PRINTED_BODY));
    return body.length + " bytes: " + new String(start, StandardCharsets.ISO_8859_1);
  }

  /** Requests that promise more than they send, then hang up. */
  private static void cutConnections() throws IOException {
    String head =
        "POST /api/process HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + "Content-Length: 100000\r\n\r\n{\"name\":";
    for (int i = 0; i < CUT_CONNECTIONS; i++) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), SERVER.get().httpPort());
          OutputStream out = socket.getOutputStream()) {
        out.write(head.getBytes(StandardCharsets.US_ASCII), 0, head.length() - i % head.length());
        out.flush();
      }
    }
  }

  private static long threads() {
    return count("task");
  }

  private static long openFiles() {
    return count("fd");
  }

  /** Entries of a directory of the server process; 0 where the system does not show them. */
  private static long count(String directory) {
    Path path = Path.of("/proc/" + SERVER.get().process().pid(), directory);
    if (!Files.isDirectory(path)) {
      return 0;
    }
    try (Stream<Path> entries = Files.list(path)) {
      return entries.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
