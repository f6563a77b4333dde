package dev.millrace.server.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.dialect.dapr.ComponentBinding;
import dev.millrace.server.config.Configuration.ComponentSources;
import dev.millrace.server.config.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Component files do what they say, or are refused with the file, the line and the key. */
class LoadedComponentsTest {
  private static final String REMOTE =
      """
      apiVersion: dapr.io/v1alpha1
      kind: Component
      metadata:
        name: far
      spec:
        type: workflow.dapr-remote
        version: v1
        metadata:
          - name: address
            value: localhost:50001
      """;

  private static final String ENGINE =
      """
      apiVersion: dapr.io/v1alpha1
      kind: Component
      metadata:
        name: orders
      spec:
        type: workflow.millrace
      """;

  @TempDir Path directory;

  @Test
  void shouldLoadWhatTheFilesSay() throws IOException {
    write("b.yml", ENGINE + "scopes: [shop, desk-2]\n");
    write("a.yaml", REMOTE + "---\n" + ENGINE.replace("orders", "dapr") + "---\n");
    write("notes.txt", "not looked at");

    try (LoadedComponents loaded = open(Map.of(), Map.of())) {
      assertThat(loaded.bindings())
          .extracting(ComponentBinding::name, ComponentBinding::type, ComponentBinding::version)
          .containsExactly(
              org.assertj.core.groups.Tuple.tuple("far", "workflow.dapr-remote", "v1"),
              org.assertj.core.groups.Tuple.tuple("dapr", "workflow.millrace", "v1"),
              org.assertj.core.groups.Tuple.tuple("orders", "workflow.millrace", "v1"));
      assertThat(loaded.bindings().getFirst().component()).isNotNull();
      assertThat(loaded.bindings().getLast().component()).isNull();
      assertThat(loaded.bindings().getLast().scopes()).containsExactlyInAnyOrder("shop", "desk-2");
    }
  }

  @Test
  void shouldHaveNoneWithoutADirectory() {
    try (LoadedComponents loaded =
        LoadedComponents.open(new ComponentSources(null, Map.of(), Map.of()))) {
      assertThat(loaded.bindings()).isEmpty();
    }
  }

  @Test
  void shouldTakePlainValuesAsTheyAreWritten() throws IOException {
    write(
        "a.yaml",
        REMOTE + "    - {name: tls, value: false}\n    - {name: timeoutSeconds, value: 5}\n");

    try (LoadedComponents loaded = open(Map.of(), Map.of())) {
      assertThat(loaded.bindings()).hasSize(1);
    }
  }

  @Test
  void shouldFindSecretsByReference() throws IOException {
    write(
        "a.yaml",
        """
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata: {name: far}
        spec:
          type: workflow.dapr-remote
          metadata:
            - name: address
              envRef: FAR_ADDRESS
            - name: apiToken
              secretKeyRef: {name: far-token}
            - name: appId
              secretKeyRef: {name: far, key: app.id}
        """);

    Path file = directory.resolve("a.yaml");
    ComponentFile read =
        new ComponentFiles(
                new ComponentSources(
                    directory,
                    Map.of("far-token", "configured"),
                    Map.of("FAR_ADDRESS", "h:1", "MILLRACE_SECRET_FAR_APP_ID", "shop")))
            .read(directory)
            .getFirst();
    assertThat(read.properties())
        .hasEntrySatisfying("address", field -> assertThat(field.text()).isEqualTo("h:1"))
        .hasEntrySatisfying("apiToken", field -> assertThat(field.text()).isEqualTo("configured"))
        .hasEntrySatisfying("appId", field -> assertThat(field.text()).isEqualTo("shop"));
    assertThat(read).asString().contains(file.toString()).doesNotContain("configured");
  }

  static Stream<Arguments> wrong() {
    return Stream.of(
        wrong(ENGINE + "scope: []\n", ":7: scope: unknown key; did you mean \"scopes\"?"),
        wrong(
            ENGINE.replace("  name: orders", "  name: orders\n  namespace: x"),
            ":5: metadata.namespace: unknown key"),
        wrong(
            ENGINE + "  initTimeout: 5s\n",
            ":7: spec.initTimeout: unknown key; known are type, version, metadata"),
        wrong(ENGINE + "auth: {secretStore: x}\n", ":7: auth: unknown key"),
        wrong(ENGINE.replace("v1alpha1", "v1"), ":1: apiVersion: expected dapr.io/v1alpha1, found"),
        wrong(ENGINE.replace("kind: Component", "kind: Configuration"), ":2: kind: expected Comp"),
        wrong(ENGINE.replace("kind: Component\n", ""), ":1: kind: expected a value, found nothing"),
        wrong(ENGINE.replace("name: orders", "name: 7"), ":4: metadata.name: expected text, found"),
        wrong(ENGINE.replace("orders", "a/b"), ":4: metadata.name: expected at most 63 letters"),
        wrong(ENGINE.replace("orders", "[x]"), ":4: metadata.name: expected text, found a list"),
        wrong(ENGINE + "  type: workflow.dapr\n", ":7:"),
        wrong(ENGINE.replace("workflow.millrace", "state.redis"), ":6: spec.type: expected workfl"),
        wrong(
            ENGINE.replace("workflow.millrace", "workflow.dapr-remot"),
            ":6: spec.type: unknown type workflow.dapr-remot; did you mean \"workflow.dapr-remote\"?"),
        wrong(ENGINE + "  version: v2\n", ":7: spec.version: expected version v1 of workflow.mill"),
        wrong(ENGINE + "  version: 1\n", ":7: spec.version: expected text, found \"1\""),
        wrong(
            ENGINE + "  metadata: [{name: a, value: b}]\n",
            ":7: spec.metadata.a: workflow.millrace has no metadata; it would have no effect"),
        wrong(ENGINE + "  metadata: {a: b}\n", ":7: spec.metadata: expected a list, found an obje"),
        wrong(ENGINE + "scopes: []\n", ":7: scopes: expected at least one application"),
        wrong(ENGINE + "scopes: [a, a]\n", ":7: scopes[1]: expected each application once"),
        wrong(ENGINE + "scopes: [a.b]\n", ":7: scopes[0]: expected the id of an application"),
        wrong(REMOTE.replace("far", "dapr"), ":4: metadata.name: expected another name, found"),
        wrong(
            REMOTE.substring(0, REMOTE.indexOf("  metadata:")),
            ":6: spec.metadata.address: expected a value (gRPC address, host:port), found none"),
        wrong(
            REMOTE + "    - {name: apitoken, value: x}\n",
            ":11: spec.metadata.apitoken: unknown key; did you mean \"apiToken\"?"),
        wrong(
            REMOTE + "    - {name: address, value: x}\n",
            ":11: spec.metadata.address: expected each name once, found it again"),
        wrong(
            REMOTE + "    - {name: tls, value: true, envRef: X}\n",
            ":11: spec.metadata.tls: expected one of value, secretKeyRef and envRef, found value and"),
        wrong(REMOTE + "    - {name: tls}\n", ":11: spec.metadata.tls: expected one of value, sec"),
        wrong(REMOTE + "    - {value: x}\n", ":11: spec.metadata[1].name: expected a value"),
        wrong(
            REMOTE + "    - {name: tls, value: }\n",
            ":11: spec.metadata[1].value: expected a text, a number, true or false, found nothing"),
        wrong(
            REMOTE + "    - {name: tls, value: [x]}\n",
            ":11: spec.metadata[1].value: expected a text, a number, true or false, found a list"),
        wrong(
            REMOTE + "    - {name: tls, envRef: NO_SUCH}\n",
            ":11: spec.metadata[1].envRef: expected the environment variable NO_SUCH, found none"),
        wrong(
            REMOTE + "    - {name: apiToken, secretKeyRef: {name: t, key: k}}\n",
            ":11: spec.metadata[1].secretKeyRef: expected \"t.k\" among the secrets of the"
                + " configuration or the variable MILLRACE_SECRET_T_K, found neither"),
        wrong(
            REMOTE + "    - {name: tls, value: yes please}\n",
            ":11: spec.metadata.tls: expected true or false, found \"yes please\""),
        wrong(
            REMOTE.replace("localhost:50001", "localhost"),
            ":9: spec.metadata.address: expected host:port, found \"localhost\""),
        wrong("- a\n", ":1: expected an object with apiVersion, kind, metadata, spec, scopes"),
        wrong("kind: [\n", ": expected YAML, found:"),
        wrong(
            ENGINE + "---\n" + ENGINE,
            ":11: metadata.name: expected one component of each name, found \"orders\" at "));
  }

  private static Arguments wrong(String text, String message) {
    return Arguments.of(text, message);
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void shouldRefuseWithFileLineAndKey(String text, String message) throws IOException {
    write("c.yaml", text);

    assertThatThrownBy(() -> open(Map.of(), Map.of()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith(directory.resolve("c.yaml").toString())
        .hasMessageContaining(message);
  }

  @Test
  void shouldSayInWhichFileANameIsTaken() throws IOException {
    write("a.yaml", ENGINE);
    write("b.yaml", ENGINE);

    assertThatThrownBy(() -> open(Map.of(), Map.of()))
        .hasMessage(
            "%s:4: metadata.name: expected one component of each name, found \"orders\" at %s:4: metadata.name too",
            directory.resolve("b.yaml"), directory.resolve("a.yaml"));
  }

  @Test
  void shouldRefuseAFileOfAnotherAlphabetOrSize() throws IOException {
    Files.write(directory.resolve("c.yaml"), new byte[] {'a', (byte) 0xff});
    assertThatThrownBy(() -> open(Map.of(), Map.of()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("c.yaml: expected a readable file of UTF-8 text");

    write("c.yaml", "#" + "x".repeat(1 << 20));
    assertThatThrownBy(() -> open(Map.of(), Map.of()))
        .hasMessageContaining("c.yaml: expected at most 1048576 bytes, found more");
  }

  @Test
  void shouldRefuseAJarThatIsNone() throws IOException {
    write("broken.jar", "this is no jar");

    assertThatThrownBy(() -> open(Map.of(), Map.of()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("broken.jar: expected a readable jar, found: ");
  }

  private LoadedComponents open(Map<String, String> secrets, Map<String, String> environment) {
    return LoadedComponents.open(new ComponentSources(directory, secrets, environment));
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(directory.resolve(name), text);
  }
}
