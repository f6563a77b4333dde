package dev.millrace.dialect.dapr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.components.ComponentException;
import dev.millrace.components.ComponentMetadata;
import dev.millrace.components.WorkflowComponent;
import dev.millrace.components.WorkflowComponentFactory;
import dev.millrace.dialect.dapr.remote.RemoteComponentFactory;
import dev.millrace.engine.InstanceKey;
import dev.millrace.proto.durabletask.WorkItem;
import dev.millrace.store.memory.MemoryStore;
import dev.millrace.transport.BearerTokens;
import dev.millrace.transport.grpc.GrpcLimits;
import dev.millrace.transport.grpc.GrpcListener;
import dev.millrace.transport.grpc.TokenGate;
import io.grpc.ServerInterceptor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A server whose component forwards to a second one, over real gRPC. */
class RemoteComponentTest {
  private final LiveEngine far = new LiveEngine();
  private final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable part : opened.reversed()) {
      part.close();
    }
    far.close();
  }

  @Test
  void shouldForwardEveryOperation() throws Exception {
    HttpDoor near = near(Map.of("address", farAddress()));
    String base = "/v1.0/workflows/far/";

    assertThat(near.send("POST", base + "Wait/start?instanceID=w1", "\"in\""))
        .isEqualTo("202 {\"instanceID\":\"w1\"}");
    assertThat(near.get("/v1.0/workflows/dapr/w1")).startsWith("404");
    HandWorker worker = far.worker();
    opened.add(worker);
    WorkItem first = worker.nextTurn();
    worker.answerTurn(first);
    assertThat(near.get(base + "w1"))
        .contains("\"workflowName\":\"Wait\"", "RUNNING", "\"dapr.workflow.input\":\"\\\"in\\\"\"");
    assertThat(near.post(base + "w1/pause")).isEqualTo("202 {}");
    assertThat(near.get(base + "w1")).contains("SUSPENDED");
    assertThat(near.post(base + "w1/resume")).isEqualTo("202 {}");
    assertThat(near.send("POST", base + "w1/raiseEvent/go", "{\"n\":1}")).isEqualTo("202 {}");
    assertThat(far.runtime().instance(new InstanceKey("default", "w1")).get().orElseThrow())
        .asString()
        .contains("go");
    assertThat(near.post(base + "w1/terminate")).isEqualTo("202 {}");
    assertThat(near.get(base + "w1")).contains("TERMINATED");
    assertThat(near.post(base + "w1/purge")).isEqualTo("202 {}");
    assertThat(near.get(base + "w1")).startsWith("404");
  }

  @Test
  void shouldWordRefusalsAsTheFarServerDoes() throws Exception {
    HttpDoor near = near(Map.of("address", farAddress()));
    HttpDoor direct = new HttpDoor(far.dialect());
    opened.add(direct);
    assertThat(near.post("/v1.0/workflows/far/W/start?instanceID=r1")).startsWith("202");

    for (String call :
        List.of(
            "W/start?instanceID=r1",
            "gone/pause",
            "gone/resume",
            "gone/terminate",
            "gone/purge",
            "gone/raiseEvent/e",
            "r1/purge")) {
      assertThat(near.post("/v1.0/workflows/far/" + call))
          .as(call)
          .isEqualTo(direct.post("/v1.0/workflows/dapr/" + call));
    }
    assertThat(near.get("/v1.0/workflows/far/gone"))
        .isEqualTo(direct.get("/v1.0/workflows/dapr/gone"));
  }

  @Test
  void shouldShowItsToken() throws Exception {
    String hash =
        HexFormat.of()
            .formatHex(
                MessageDigest.getInstance("SHA-256")
                    .digest("sesame".getBytes(StandardCharsets.UTF_8)));
    String address = farAddress(new TokenGate(BearerTokens.ofHashes(Map.of("near", hash))));

    assertThat(
            near(Map.of("address", address, "apiToken", "sesame"))
                .post("/v1.0/workflows/far/W/start?instanceID=t1"))
        .isEqualTo("202 {\"instanceID\":\"t1\"}");
    assertThat(
            near(Map.of("address", address, "apiToken", "parsley"))
                .post("/v1.0/workflows/far/W/start"))
        .startsWith("500")
        .contains("ERR_START_WORKFLOW", "refused the apiToken of this component")
        .doesNotContain("parsley");
    assertThatThrownBy(() -> component(Map.of("address", address, "apiToken", "two words")))
        .isInstanceOf(ComponentException.class)
        .hasMessage("expected visible ASCII characters without spaces, found others");
  }

  @Test
  void shouldSpeakForTheApplicationOfItsFile() throws Exception {
    HttpDoor near = near(Map.of("address", farAddress(), "appId", "shop"));

    assertThat(near.post("/v1.0/workflows/far/W/start?instanceID=a1")).startsWith("202");
    assertThat(far.runtime().instance(new InstanceKey("shop", "a1")).get()).isPresent();
    assertThat(far.runtime().instance(new InstanceKey("default", "a1")).get()).isEmpty();
  }

  @Test
  void shouldSayThatTheFarServerCannotBeReached() throws Exception {
    int port;
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = taken.getLocalPort();
    }
    HttpDoor near = near(Map.of("address", "127.0.0.1:" + port));

    assertThat(near.post("/v1.0/workflows/far/x/pause"))
        .startsWith(
            "503 {\"errorCode\":\"ERR_PAUSE_WORKFLOW\",\"message\":\"error pausing workflow x: the"
                + " sidecar at 127.0.0.1:"
                + port
                + " cannot be reached or is busy");
  }

  @Test
  void shouldGiveUpOnAFarServerThatDoesNotAnswer() throws Exception {
    // Takes connections and says nothing.
    ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    opened.add(silent);
    HttpDoor near =
        near(Map.of("address", "127.0.0.1:" + silent.getLocalPort(), "timeoutSeconds", "1"));

    assertThat(near.post("/v1.0/workflows/far/x/terminate"))
        .startsWith("504")
        .contains("did not answer within 1000 ms; whether it acted is not known");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          address=nohost            | address        | expected host:port, found "nohost"
          address=h:1/x             | address        | expected host:port, found "h:1/x"
          address=h:70000           | address        | expected host:port, found "h:70000"
          address=h:1;tls=yes       | tls            | expected true or false, found "yes"
          address=h:1;caFile=/x     | caFile         | has no effect unless tls is true
          address=h:1;tls=true;caFile=/no/such | caFile | expected a readable file of certificates, found none at /no/such
          address=h:1;appId=a.b     | appId          | expected letters, digits, dashes and underscores, at most 64, found "a.b"
          address=h:1;timeoutSeconds=0 | timeoutSeconds | expected a whole number from 1 to 25, found "0"
          address=h:1;timeoutSeconds=x | timeoutSeconds | expected a whole number from 1 to 25, found "x"
          """)
  void shouldRefuseWhatItCannotUse(String given, String property, String message) {
    Map<String, String> properties = new HashMap<>();
    for (String item : given.split(";", -1)) {
      properties.put(item.substring(0, item.indexOf('=')), item.substring(item.indexOf('=') + 1));
    }

    assertThatThrownBy(() -> component(properties))
        .isInstanceOfSatisfying(
            ComponentException.class,
            e -> {
              assertThat(e.property()).isEqualTo(property);
              assertThat(e.getMessage()).isEqualTo(message);
            });
  }

  @Test
  void shouldBeFoundByTheServiceLoader() {
    assertThat(ServiceLoader.load(WorkflowComponentFactory.class))
        .anySatisfy(factory -> assertThat(factory.type()).isEqualTo("dapr-remote"));
  }

  private HttpDoor near(Map<String, String> properties) throws ComponentException {
    LiveEngine engine =
        new LiveEngine(
            new MemoryStore(),
            List.of(),
            List.of(
                new ComponentBinding(
                    "far", "workflow.dapr-remote", "v1", component(properties), Set.of())));
    opened.add(engine);
    HttpDoor door = new HttpDoor(engine.dialect());
    opened.add(door);
    return door;
  }

  private WorkflowComponent component(Map<String, String> properties) throws ComponentException {
    WorkflowComponent component = new RemoteComponentFactory().create();
    opened.add(component);
    component.init(new ComponentMetadata("far", "workflow.dapr-remote", "v1", properties));
    return component;
  }

  /** Serves the far engine at a free port. */
  private String farAddress(ServerInterceptor... gates) throws IOException {
    List<ServerInterceptor> interceptors = new ArrayList<>(List.of(gates));
    interceptors.addAll(far.dialect().interceptors());
    GrpcListener listener =
        new GrpcListener(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            GrpcLimits.DEFAULT,
            far.dialect().services(),
            interceptors);
    listener.start();
    opened.add(listener);
    return "127.0.0.1:" + listener.port();
  }
}
