package dev.millrace.server.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.MillraceServer;
import dev.millrace.server.TestConfiguration;
import dev.millrace.server.config.Configuration;
import dev.millrace.server.config.ConfigurationException;
import dev.millrace.server.config.Setting;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of a component, compiled against what is published, in the place of a user's. */
class SampleComponentTest {
  private static final Path EXAMPLE = Path.of("..", "examples", "component");

  @TempDir Path directory;

  private Path components;

  @BeforeEach
  void install() throws IOException {
    components = Files.createDirectories(directory.resolve("data").resolve("components"));
    Path classes = Files.createDirectories(directory.resolve("classes"));
    List<String> arguments = new ArrayList<>(List.of("-d", classes.toString(), "-Werror"));
    arguments.addAll(List.of("-classpath", System.getProperty("java.class.path"), "-proc:none"));
    sources().forEach(source -> arguments.add(source.toString()));
    int failed =
        Objects.requireNonNull(ToolProvider.getSystemJavaCompiler())
            .run(null, null, null, arguments.toArray(String[]::new));
    assertThat(failed).as("the example compiles").isZero();
    try (JarOutputStream jar =
        new JarOutputStream(Files.newOutputStream(components.resolve("ledger.jar")))) {
      add(jar, classes);
      add(jar, EXAMPLE.resolve("src/main/resources"));
    }
    Files.copy(EXAMPLE.resolve("components/ledger.yaml"), components.resolve("ledger.yaml"));
  }

  private static List<Path> sources() throws IOException {
    try (Stream<Path> files = Files.walk(EXAMPLE.resolve("src/main/java"))) {
      return files.filter(file -> file.toString().endsWith(".java")).toList();
    }
  }

  private static void add(JarOutputStream jar, Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        jar.putNextEntry(new JarEntry(root.relativize(file).toString().replace('\\', '/')));
        jar.write(Files.readAllBytes(file));
        jar.closeEntry();
      }
    }
  }

  @Test
  void shouldServeWhatItImplements() throws Exception {
    try (MillraceServer server = MillraceServer.open(configuration(Map.of()))) {
      server.start();

      assertThat(send(server, "POST", "/v1.0/workflows/ledger/Order/start?instanceID=o1"))
          .isEqualTo("202 {\"instanceID\":\"o1\"}");
      assertThat(send(server, "POST", "/v1.0/workflows/ledger/Order/start?instanceID=o1"))
          .isEqualTo(
              "500 {\"errorCode\":\"ERR_START_WORKFLOW\",\"message\":\"error starting workflow"
                  + " 'Order': an active workflow with ID 'o1' already exists\"}");
      assertThat(send(server, "GET", "/v1.0/workflows/ledger/o1")).contains("RUNNING", "Order");
      assertThat(send(server, "POST", "/v1.0/workflows/ledger/o1/terminate")).isEqualTo("202 {}");
      assertThat(send(server, "GET", "/v1.0/workflows/ledger/o1")).contains("TERMINATED");
      for (String verb : List.of("pause", "resume", "purge", "raiseEvent/e")) {
        assertThat(send(server, "POST", "/v1.0/workflows/ledger/o1/" + verb))
            .startsWith("500")
            .contains("this component doesn't implement the current API operation");
      }
      assertThat(send(server, "GET", "/v1.0/workflows/dapr/o1")).startsWith("404");
    }
  }

  @Test
  void shouldTakeAnotherDirectory() throws Exception {
    Path other = Files.createDirectories(directory.resolve("other"));
    Configuration configuration = configuration(Map.of(Setting.COMPONENTS_PATH, other.toString()));
    try (MillraceServer server = MillraceServer.open(configuration)) {
      server.start();

      assertThat(send(server, "GET", "/v1.0/metadata")).contains("\"components\":[]");
    }
  }

  @Test
  void shouldNotStartWithAWrongFile() throws IOException {
    Path file = components.resolve("ledger.yaml");
    Files.writeString(file, Files.readString(file).replace("100", "many"));
    Configuration configuration = configuration(Map.of());

    assertThatThrownBy(() -> MillraceServer.open(configuration))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("%s:9: spec.metadata.capacity: expected a whole number, found \"many\"", file);
    String missing = components.resolve("no").toString();
    assertThatThrownBy(() -> configuration(Map.of(Setting.COMPONENTS_PATH, missing)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("--components-path: expected a directory, found \"%s\"", missing);
  }

  private Configuration configuration(Map<Setting, Object> more) {
    return TestConfiguration.of(
        directory.resolve("data"), more, Map.of("MILLRACE_SECRET_ANY", "x"));
  }

  private static String send(MillraceServer server, String method, String path)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(server.url() + path))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
      return answer.statusCode() + " " + answer.body();
    }
  }
}
