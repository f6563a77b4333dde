package dev.millrace.server;

import static io.grpc.Metadata.ASCII_STRING_MARSHALLER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.proto.dapr.DaprGrpc;
import dev.millrace.proto.dapr.GetMetadataRequest;
import dev.millrace.server.config.Configuration;
import dev.millrace.server.config.Setting;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MillraceServerTest {
  /** SHA-256 of "open sesame". */
  private static final String HASH =
      "41ef4bb0b23661e66301aac36066912dac037827b4ae63a7b1165a5aa93ed4eb";

  @TempDir Path directory;

  @BeforeAll
  static void beQuiet() {
    Logging.install();
  }

  @Test
  void shouldBeAliveAndReadyAndCount() throws Exception {
    try (MillraceServer server = MillraceServer.open(configuration(Map.of()))) {
      server.start();

      assertThat(get(server, "/livez", null).statusCode()).isEqualTo(200);
      assertThat(get(server, "/readyz", null).body()).contains("ready");
      assertThat(get(server, "/api/processes", null).statusCode()).isEqualTo(200);
      assertThat(get(server, "/metrics", null).body())
          .contains("millrace_ready 1.0", "route=\"/api/processes\"");
    }
  }

  @Test
  void shouldAnswerTheHealthPathsOfASidecar() throws Exception {
    try (MillraceServer server =
        MillraceServer.open(configuration(Map.of(Setting.TOKENS, Map.of("ci", HASH))))) {
      server.start();

      assertThat(get(server, "/v1.0/healthz", null).statusCode()).isEqualTo(204);
      assertThat(get(server, "/v1.0/healthz/outbound", null).statusCode()).isEqualTo(204);
      server.drain();
      assertThat(get(server, "/v1.0/healthz", null).statusCode()).isEqualTo(500);
    }
  }

  @Test
  void shouldNotBeReadyWhileDraining() throws Exception {
    try (MillraceServer server = MillraceServer.open(configuration(Map.of()))) {
      server.start();
      server.drain();

      assertThat(get(server, "/readyz", null).statusCode()).isEqualTo(503);
      assertThat(get(server, "/livez", null).statusCode()).isEqualTo(200);
      assertThat(get(server, "/api/processes", null).statusCode()).isEqualTo(503);
    }
  }

  @Test
  void shouldLetInOnlyWithATokenWhenOneIsConfigured() throws Exception {
    Configuration configuration = configuration(Map.of(Setting.TOKENS, Map.of("ci", HASH)));
    try (MillraceServer server = MillraceServer.open(configuration)) {
      server.start();

      assertThat(get(server, "/readyz", null).statusCode()).isEqualTo(200);
      assertThat(get(server, "/metrics", null).statusCode()).isEqualTo(401);
      assertThat(get(server, "/api/processes", "wrong").statusCode()).isEqualTo(401);
      assertThat(get(server, "/api/processes", "open sesame").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void shouldBindACallerToItsApplication() throws Exception {
    Configuration configuration =
        configuration(
            Map.of(Setting.TOKENS, Map.of("ci", HASH), Setting.APPS, Map.of("ci", "shop")));
    try (MillraceServer server = MillraceServer.open(configuration)) {
      server.start();

      assertThat(get(server, "/v1.0/metadata", "open sesame").body()).contains("\"shop\"");
      assertThat(get(server, "/v1.0/workflows/dapr/x?appID=shop", "open sesame").statusCode())
          .isEqualTo(404);
      HttpResponse<String> other = get(server, "/v1.0/workflows/dapr/x?appID=bank", "open sesame");
      assertThat(other.statusCode()).isEqualTo(403);
      assertThat(other.body()).contains("the token of ci is for application shop");
      for (String ofAll :
          List.of(
              "/api/executions:list", "/api/processInsts", "/v1/api/processInsts", "/metrics")) {
        HttpResponse<String> refused = get(server, ofAll, "open sesame");
        assertThat(refused.statusCode()).as(ofAll).isEqualTo(403);
        assertThat(refused.body()).contains("found ci, who speaks for shop");
      }
      assertThat(metadata(server, null)).isEqualTo("shop");
      assertThatThrownBy(() -> metadata(server, "bank"))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              refused ->
                  assertThat(refused.getStatus().getCode())
                      .isEqualTo(Status.Code.PERMISSION_DENIED));
    }
  }

  private static String metadata(MillraceServer server, @Nullable String app) {
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("dapr-api-token", ASCII_STRING_MARSHALLER), "open sesame");
    if (app != null) {
      headers.put(Metadata.Key.of("dapr-app-id", ASCII_STRING_MARSHALLER), app);
    }
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.grpcPort()).usePlaintext().build();
    try {
      return DaprGrpc.newBlockingStub(channel)
          .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
          .getMetadata(GetMetadataRequest.getDefaultInstance())
          .getId();
    } finally {
      channel.shutdownNow();
    }
  }

  @Test
  void shouldRefuseADirectoryThatAnotherServerHas() {
    try (MillraceServer server = MillraceServer.open(configuration(Map.of()))) {
      assertThat(server.health().ready()).isTrue();
      assertThatThrownBy(() -> MillraceServer.open(configuration(Map.of())))
          .isInstanceOf(ServerException.class)
          .hasMessageContaining("open in this process already");
    }
  }

  @Test
  void shouldGiveTheDirectoryBackWhenClosed() {
    MillraceServer.open(configuration(Map.of())).close();

    try (MillraceServer again = MillraceServer.open(configuration(Map.of()))) {
      assertThat(again.health().ready()).isTrue();
    }
  }

  @Test
  void shouldSayThatAPortIsTaken() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        MillraceServer server =
            MillraceServer.open(
                configuration(Map.of(Setting.HTTP_PORT, Integer.toString(taken.getLocalPort()))))) {
      assertThatThrownBy(server::start)
          .isInstanceOf(ServerException.class)
          .hasMessageContainingAll("port " + taken.getLocalPort(), "already in use", "--http-port");
    }
  }

  @Test
  void shouldSayThatADirectoryCannotBeMade() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    Configuration configuration =
        configuration(Map.of(Setting.DATA_DIR, file.resolve("data").toString()));

    assertThatThrownBy(() -> MillraceServer.open(configuration))
        .isInstanceOf(ServerException.class)
        .hasMessageContaining("expected a directory that can be written");
  }

  private Configuration configuration(Map<Setting, Object> more) {
    return TestConfiguration.of(directory.resolve("data"), more);
  }

  private static HttpResponse<String> get(
      MillraceServer server, String path, @Nullable String token)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.url() + path));
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
  }
}
