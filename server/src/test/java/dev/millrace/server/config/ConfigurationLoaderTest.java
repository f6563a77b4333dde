package dev.millrace.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.runtime.retention.RetentionPolicy;
import dev.millrace.runtime.retention.RetentionPolicy.Keep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationLoaderTest {
  private static final String HASH = "ab".repeat(32);

  @TempDir Path directory;

  @Test
  void shouldListenOnLoopbackByDefault() {
    Configuration configuration = load(Map.of(), Map.of());

    assertThat(configuration.listening().httpAddress()).isEqualTo("127.0.0.1");
    assertThat(configuration.listening().httpPort()).isEqualTo(3500);
    assertThat(configuration.access().tokenHashes()).isEmpty();
    assertThat(origin(configuration, Setting.HTTP_PORT)).isEqualTo("default");
  }

  @Test
  void shouldLetFlagsWinOverVariablesAndVariablesOverTheFile() throws IOException {
    Path file = file("http-port: 1001\ngrpc-port: 1002\ntime-zone: Asia/Shanghai\n");

    Configuration configuration =
        load(
            Map.of("MILLRACE_HTTP_PORT", "2001", "MILLRACE_GRPC_PORT", "2002"),
            Map.of(Setting.HTTP_PORT, "3001"));

    assertThat(configuration.listening().httpPort()).isEqualTo(3001);
    assertThat(configuration.listening().grpcPort()).isEqualTo(2002);
    assertThat(configuration.listening().timeZone().getId()).isEqualTo("Asia/Shanghai");
    assertThat(origin(configuration, Setting.HTTP_PORT)).isEqualTo("--http-port");
    assertThat(origin(configuration, Setting.GRPC_PORT)).isEqualTo("MILLRACE_GRPC_PORT");
    assertThat(origin(configuration, Setting.TIME_ZONE)).isEqualTo(file + ": time-zone");
  }

  @Test
  void shouldSendSpansWhereConfigured() {
    assertThat(load(Map.of(), Map.of()).traces().endpoint()).isNull();

    Configuration.Traces traces =
        load(
                Map.of("MILLRACE_OTLP_ENDPOINT", "http://collector:4318/"),
                Map.of(Setting.TRACE_SAMPLING, "0.25"))
            .traces();
    assertThat(traces.endpoint()).hasToString("http://collector:4318/v1/traces");
    assertThat(traces.sampling()).isEqualTo(0.25);
    assertThat(
            load(Map.of("MILLRACE_OTLP_ENDPOINT", "https://collector/otlp/v1/traces"), Map.of())
                .traces()
                .endpoint())
        .hasToString("https://collector/otlp/v1/traces");
  }

  @Test
  void shouldSayWhatIsWrongWithWhereSpansGo() {
    assertThatThrownBy(() -> load(Map.of("MILLRACE_OTLP_ENDPOINT", "collector:4318"), Map.of()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "MILLRACE_OTLP_ENDPOINT: expected an http or https URL as http://127.0.0.1:4318, found"
                + " \"collector:4318\"");
    assertThatThrownBy(() -> load(Map.of("MILLRACE_TRACE_SAMPLING", "1.5"), Map.of()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("MILLRACE_TRACE_SAMPLING: expected a number from 0 to 1, found \"1.5\"");
  }

  @Test
  void shouldKeepEndedInstancesAsLongAsConfigured() throws IOException {
    Configuration.Retention usual = load(Map.of(), Map.of()).retention();
    assertThat(usual.instances())
        .isEqualTo(new RetentionPolicy(new Keep(Duration.ofDays(30), null, null), Map.of()));
    assertThat(usual.sendLogs()).isEqualTo(Duration.ofDays(30));

    file(
        """
        retention-failed: 1h30m
        retention-notifications: forever
        retention-apps:
          shop: { anyTerminal: 72h, completed: 0s, failed: forever }
        """);
    Configuration configuration = load(Map.of("MILLRACE_RETENTION_COMPLETED", "2d"), Map.of());
    assertThat(configuration.retention().sendLogs()).isNull();
    assertThat(configuration.retention().instances())
        .isEqualTo(
            new RetentionPolicy(
                new Keep(Duration.ofDays(2), Duration.ofMinutes(90), null),
                Map.of("shop", new Keep(Duration.ZERO, null, Duration.ofDays(3)))));
    assertThat(origin(configuration, Setting.RETENTION_COMPLETED))
        .isEqualTo("MILLRACE_RETENTION_COMPLETED");
  }

  @Test
  void shouldSayHowATimeIsWritten() throws IOException {
    for (String wrong : List.of("30", "1y", "-1d", "d", "1d and", "99999999d")) {
      assertRefused(
          Map.of("MILLRACE_RETENTION_COMPLETED", wrong),
          "MILLRACE_RETENTION_COMPLETED: expected a time as 30d",
          "\"" + wrong + "\"");
    }
    file("retention-apps:\n  shop: { complete: 1d }\n");
    assertRefused(Map.of(), "unknown key \"complete\"", "\"completed\"");
  }

  @Test
  void shouldNameTheNearestOfAnUnknownKey() throws IOException {
    file("http-prot: 1\n");

    assertRefused(Map.of(), "unknown key \"http-prot\"", "\"http-port\"");
  }

  @Test
  void shouldNameTheNearestOfAnUnknownVariable() {
    assertRefused(
        Map.of("MILLRACE_DATADIR", "x"), "unknown variable MILLRACE_DATADIR", "MILLRACE_DATA_DIR");
  }

  @Test
  void shouldLeaveTheVariablesOfClientsAlone() {
    assertThat(load(Map.of("MILLRACE_TOKEN", "x", "MILLRACE_SERVER", "y"), Map.of())).isNotNull();
  }

  @Test
  void shouldRefuseToListenBeyondLoopbackWithoutAToken() {
    assertRefused(Map.of("MILLRACE_HTTP_ADDRESS", "0.0.0.0"), "loopback", "0.0.0.0", "--insecure");
  }

  @Test
  void shouldListenBeyondLoopbackWithATokenOrWhenTold() {
    assertThat(
            load(
                    Map.of("MILLRACE_HTTP_ADDRESS", "0.0.0.0", "MILLRACE_TOKENS", "ci=" + HASH),
                    Map.of())
                .access()
                .tokenHashes())
        .containsEntry("ci", HASH);
    assertThat(
            load(Map.of("MILLRACE_HTTP_ADDRESS", "0.0.0.0"), Map.of(Setting.INSECURE, "true"))
                .listening()
                .httpAddress())
        .isEqualTo("0.0.0.0");
  }

  @Test
  void shouldSayWhatIsWrongWithValues() throws IOException {
    assertRefused(Map.of("MILLRACE_HTTP_PORT", "70000"), "MILLRACE_HTTP_PORT", "70000");
    assertRefused(Map.of("MILLRACE_TOKENS", "ci=secret"), "64 hexadecimal digits");
    assertRefused(Map.of("MILLRACE_ALLOW_EGRESS", "10.0.0.0/99"), "10.0.0.0/99");
    assertRefused(Map.of("MILLRACE_TIME_ZONE", "Mars"), "Mars");
    file("http-port: [1\n");
    assertRefused(Map.of(), "expected YAML");
  }

  @Test
  void shouldRefuseAKeyThatStandsTwice() throws IOException {
    file("http-port: 1\nhttp-port: 2\n");

    assertRefused(Map.of(), "expected YAML", "http-port");
  }

  @Test
  void shouldReadSecretsFromWhereTheyAreKeptAndNeverShowThem() throws IOException {
    Path kept = Files.writeString(directory.resolve("kept"), "from-file\n");
    file(
        """
        secrets:
          plain: in-the-open
          env: env:MY_SECRET
          file: file:%s
        datasources:
          shop: {url: "jdbc:sqlite:shop.db", username: u, password: hidden-1}
        smtp: {host: mail.example.org, from: a@example.org, password: hidden-2}
        """
            .formatted(kept));

    Configuration configuration = load(Map.of("MY_SECRET", "from-env"), Map.of());

    assertThat(configuration.connections().secrets())
        .containsEntry("plain", "in-the-open")
        .containsEntry("env", "from-env")
        .containsEntry("file", "from-file");
    assertThat(configuration.toString())
        .doesNotContain("in-the-open", "from-env", "from-file", "hidden-1", "hidden-2");
  }

  @Test
  void shouldTakeTheDatabaseOfRecordsWithItsPasswordByReference() throws IOException {
    file(
        """
        data: {url: "jdbc:postgresql://db/shop", username: u, password: "env:MY_SECRET"}
        """);

    Configuration configuration = load(Map.of("MY_SECRET", "hidden-3"), Map.of());

    assertThat(configuration.connections().data())
        .isEqualTo(new Configuration.Database("jdbc:postgresql://db/shop", "u", "hidden-3"));
    assertThat(configuration.toString()).contains("jdbc:postgresql").doesNotContain("hidden-3");
  }

  @Test
  void shouldRefuseADatabaseOfRecordsThatIsNotPostgresql() throws IOException {
    file("data: {url: \"jdbc:sqlite:shop.db\"}\n");

    assertRefused(Map.of(), "jdbc:postgresql:", "jdbc:sqlite:shop.db");
  }

  @Test
  void shouldRefuseUnknownMembersOfObjects() throws IOException {
    file("smtp: {hots: mail.example.org}\n");

    assertRefused(Map.of(), "unknown key \"hots\"", "\"host\"");
  }

  @Test
  void shouldSayWhereTheFileIsNotYaml() throws IOException {
    Path file = file("http-port: 1\ntokens: [\n");

    assertRefused(Map.of(), "expected YAML in " + file, "line 3, column 1");
  }

  @Test
  void shouldSayThatAFileIsNotThere() {
    assertRefused(
        Map.of("MILLRACE_CONFIG", directory.resolve("none.yaml").toString()),
        "expected a readable configuration file",
        "no such file");
  }

  @Test
  void shouldAllowEgressFromTheFileOrTheFlags() throws IOException {
    file("allow-egress: [10.0.0.0/8, billing.internal:8443]\n");

    assertThat(load(Map.of(), Map.of()).connections().allowEgress())
        .containsExactly("10.0.0.0/8", "billing.internal:8443");
    assertThat(
            load(Map.of(), Map.of(Setting.ALLOW_EGRESS, List.of("127.0.0.1:1", "127.0.0.1:2")))
                .connections()
                .allowEgress())
        .containsExactly("127.0.0.1:1", "127.0.0.1:2");
  }

  @Test
  void shouldRefuseAnAddressThatIsNone() {
    assertRefused(Map.of("MILLRACE_HTTP_ADDRESS", "256.1.1.1"), "MILLRACE_HTTP_ADDRESS", "256");
  }

  @Test
  void shouldRefuseOnePortForBothListeners() {
    assertRefused(
        Map.of("MILLRACE_HTTP_PORT", "4000", "MILLRACE_GRPC_PORT", "4000"),
        "MILLRACE_GRPC_PORT: expected another port than that of http-port, found 4000 for both");
    Configuration.Listening free =
        load(Map.of("MILLRACE_HTTP_PORT", "0", "MILLRACE_GRPC_PORT", "0"), Map.of()).listening();
    assertThat(free.httpPort()).isEqualTo(free.grpcPort());
  }

  private void assertRefused(Map<String, String> environment, String... words) {
    assertThatThrownBy(() -> load(environment, Map.of()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContainingAll(words);
  }

  private Configuration load(Map<String, String> environment, Map<Setting, Object> flags) {
    Map<Setting, Object> all = new java.util.EnumMap<>(Setting.class);
    all.putAll(flags);
    all.put(Setting.DATA_DIR, directory.toString());
    return new ConfigurationLoader(environment).load(null, all);
  }

  private Path file(String content) throws IOException {
    return Files.writeString(directory.resolve(ConfigurationLoader.FILE), content);
  }

  private static String origin(Configuration configuration, Setting setting) {
    return configuration.shown().stream()
        .filter(shown -> shown.setting() == setting)
        .findFirst()
        .orElseThrow()
        .origin();
  }
}
