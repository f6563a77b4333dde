package dev.millrace.systemtests.dapr;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.systemtests.Json;
import dev.millrace.systemtests.RunningServer;
import dev.millrace.systemtests.TestServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/**
 * What a program with any version of any SDK sees. One server and one program serve a class; the
 * program is worker and client at once.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SdkScenarios {

  private static final int BIG_LENGTH = 1 << 20;

  @RegisterExtension static final RunningServer RUNNING = new RunningServer();

  private final Sdk sdk;
  private @Nullable SdkProgram program;
  private @Nullable Path journal;

  SdkScenarios(Sdk sdk) {
    this.sdk = sdk;
  }

  @BeforeAll
  void startProgram() throws IOException {
    journal = Files.createTempFile("millrace-journal-", ".txt");
    program = SdkProgram.start(sdk, RUNNING.get(), journal);
  }

  @AfterAll
  void closeProgram() throws IOException {
    if (program != null) {
      program.close();
    }
    if (journal != null) {
      Files.deleteIfExists(journal);
    }
  }

  /** Another program of the same SDK, on any server, with the same journal. */
  SdkProgram another(TestServer server) {
    return SdkProgram.start(sdk, server, journal());
  }

  private Path journal() {
    if (journal == null) {
      throw new IllegalStateException("no journal");
    }
    return journal;
  }

  /** The lines {@code <instance> <index>} of the activities that have run. */
  List<String> journalLines() {
    try {
      return Files.readAllLines(journal());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  JsonNode play(String scenario) {
    if (program == null) {
      throw new IllegalStateException("no program");
    }
    return program.play(scenario);
  }

  /** Expects a completed instance with this output. */
  static void assertCompleted(JsonNode instance, Object output) {
    assertThat(instance.path("status").asString("")).as("%s", instance).isEqualTo("COMPLETED");
    assertThat(Json.plain(instance.path("output"))).isEqualTo(output);
    assertThat(instance.path("failure").isNull()).as("no failure in %s", instance).isTrue();
    assertThat(instance.path("created").asLong())
        .isLessThanOrEqualTo(instance.path("updated").asLong());
  }

  /** Expects a failed instance whose failure says this. */
  static void assertFailed(JsonNode instance, String text) {
    assertThat(instance.path("status").asString("")).as("%s", instance).isEqualTo("FAILED");
    assertThat(instance.at("/failure/message").asString("")).contains(text);
  }

  static List<Object> texts(JsonNode array) {
    return array.valueStream().<Object>map(node -> node.asString("")).toList();
  }

  @Test
  void shouldRunAChain() {
    JsonNode instance = play("chain");

    assertCompleted(instance, 6);
    assertThat(instance.path("name").asString("")).isEqualTo("Chain");
    assertThat(instance.path("input").asInt()).isEqualTo(1);
  }

  @Test
  void shouldFanOutAndIn() {
    List<Integer> squares = IntStream.rangeClosed(1, 20).mapToObj(n -> n * n).toList();

    assertCompleted(play("fan_out"), squares);
  }

  @Test
  void shouldFireTimersNeverEarly() {
    JsonNode result = play("timer");

    assertCompleted(result.path("instance"), "slept");
    assertThat(result.path("millis").asLong()).isBetween(1_990L, 10_000L);
  }

  @Test
  void shouldDeliverAnEvent() {
    assertCompleted(play("event"), Map.of("answer", 42));
  }

  @Test
  void shouldTakeTheEventOrTheTimeOut() {
    JsonNode result = play("event_limited");

    assertCompleted(result.path("late"), "timed out");
    assertCompleted(result.path("early"), "got it");
  }

  @Test
  void shouldRunAChild() {
    assertCompleted(play("child"), 15);
  }

  @Test
  void shouldContinueAsNew() {
    JsonNode instance = play("continue_as_new");

    assertCompleted(instance, 10);
    assertThat(instance.path("input").asInt()).as("input of the last run").isEqualTo(9);
  }

  @Test
  void shouldSuspendAndResumeAnyNumberOfTimes() {
    JsonNode result = play("suspend");

    assertThat(texts(result.path("seen")))
        .containsExactly("SUSPENDED", "RUNNING", "SUSPENDED", "SUSPENDED");
    assertCompleted(result.path("instance"), "held");
  }

  @Test
  void shouldTerminate() {
    JsonNode result = play("terminate");

    JsonNode instance = result.path("instance");
    assertThat(instance.path("status").asString("")).isEqualTo("TERMINATED");
    assertThat(instance.path("output").asString("")).isEqualTo("stopped");
    assertThat(result.path("child").asString(""))
        .isEqualTo(sdk.terminatesChildren() ? "TERMINATED" : "RUNNING");
  }

  @Test
  void shouldPurgeAndFreeTheId() {
    JsonNode result = play("purge");

    assertThat(result.path("after").asString("")).isEqualTo("ABSENT");
    assertCompleted(result.path("again"), 7);
  }

  @Test
  void shouldCarryBigPayloads() {
    JsonNode result = play("big");

    assertThat(result.path("status").asString("")).isEqualTo("COMPLETED");
    assertThat(result.path("length").asInt()).isEqualTo(BIG_LENGTH);
    assertThat(result.path("same").asBoolean()).isTrue();
  }

  @Test
  void shouldCarryAnyText() {
    assertCompleted(play("unicode"), Map.of("größe", "世界 🎉 ¿\u0001\"\\"));
  }
}
