package dev.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.client.ApiClient;
import dev.millrace.server.client.ApiException;
import dev.millrace.server.config.ConfigurationException;
import dev.millrace.server.config.Setting;
import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both ports with a certificate, by clients that check it. */
class TlsTest {
  private static final String PASSWORD = "changeit";

  @TempDir static Path keys;
  @TempDir Path directory;

  @BeforeAll
  static void makeCertificates() throws Exception {
    Logging.install();
    makeCertificate("server");
    makeCertificate("other");
  }

  @Test
  void shouldSpeakTlsOnBothPorts() throws Exception {
    try (MillraceServer server = open("server.crt", "server.key")) {
      server.start();
      assertThat(server.url()).startsWith("https://");
      assertThat(new ApiClient(server.url(), null, null, keys.resolve("server.crt")).get("/livez"))
          .isEqualTo(Map.of("status", "alive"));
      assertThatThrownBy(() ->
              new ApiClient(server.url(), null, null, keys.resolve("other.crt")).get("/livez"))
          .isInstanceOf(ApiException.class);
      assertThatThrownBy(() ->
              new ApiClient("http://127.0.0.1:" + server.port(), null, null, null).get("/livez"))
          .isInstanceOf(ApiException.class);
      assertThat(health(server.grpcPort())).isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
    }
  }

  @Test
  void shouldSayWhatIsWrongWithTheFiles() throws Exception {
    assertThatThrownBy(() -> open("server.crt", ""))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("expected both tls-certificate and tls-key, found one of them");
    assertThatThrownBy(() -> open("server.crt", "missing.key"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("expected a file that can be read");
    Files.writeString(keys.resolve("wrong.key"), "hello");
    for (String key : new String[] {"wrong.key", "other.key"}) {
      assertThatThrownBy(() -> open("server.crt", key).close())
          .isInstanceOf(ServerException.class)
          .hasMessageContaining("expected a certificate as PEM");
    }
  }

  private HealthCheckResponse.ServingStatus health(int port) throws Exception {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("localhost", port)
            .sslContext(
                GrpcSslContexts.forClient()
                    .trustManager(keys.resolve("server.crt").toFile())
                    .build())
            .build();
    try {
      return HealthGrpc.newBlockingStub(channel)
          .check(HealthCheckRequest.getDefaultInstance())
          .getStatus();
    } finally {
      channel.shutdownNow();
    }
  }

  private MillraceServer open(String certificate, String key) {
    Map<Setting, Object> flags = new EnumMap<>(Setting.class);
    flags.put(Setting.TLS_CERTIFICATE, keys.resolve(certificate).toString());
    flags.put(Setting.TLS_KEY, key.isEmpty() ? "" : keys.resolve(key).toString());
    return MillraceServer.open(TestConfiguration.of(directory.resolve("data"), flags));
  }

  private static void makeCertificate(String name) throws Exception {
    Path store = keys.resolve(name + ".p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                name,
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + name,
                "-ext",
                "SAN=IP:127.0.0.1,DNS:localhost",
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD)
            .redirectErrorStream(true)
            .redirectOutput(keys.resolve(name + ".log").toFile())
            .start();
    assertThat(keytool.waitFor()).isZero();
    KeyStore made = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      made.load(in, PASSWORD.toCharArray());
    }
    write(name + ".crt", "CERTIFICATE", made.getCertificate(name).getEncoded());
    write(name + ".key", "PRIVATE KEY", made.getKey(name, PASSWORD.toCharArray()).getEncoded());
  }

  private static void write(String name, String kind, byte[] content) throws Exception {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    Files.writeString(
        keys.resolve(name),
        "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(kind, text, kind));
  }
}
