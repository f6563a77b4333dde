package dev.millrace.systemtests.nocobase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.systemtests.RunningServer;
import dev.millrace.systemtests.dapr.Sdk;
import dev.millrace.systemtests.dapr.SdkProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What a program with one version of NocoBase's SDK sees, which needs no change for it. */
abstract class SdkScenarios {

  @RegisterExtension static final RunningServer RUNNING = new RunningServer();

  @TempDir Path directory;

  private final Sdk sdk;
  private @Nullable SdkProgram program;

  SdkScenarios(Sdk sdk) {
    this.sdk = sdk;
  }

  @BeforeEach
  void startProgram() throws IOException {
    Path journal = Files.createFile(directory.resolve("journal"));
    program =
        SdkProgram.start(
            sdk,
            RUNNING.get(),
            journal,
            Map.of("MILLRACE_URL", "http://127.0.0.1:" + RUNNING.get().httpPort()));
  }

  @AfterEach
  void stopProgram() {
    if (program != null) {
      program.close();
    }
  }

  private JsonNode play(String scenario) {
    if (program == null) {
      throw new IllegalStateException("no program");
    }
    return program.play(scenario);
  }

  @Test
  void shouldRunFromARecordThroughAPersonToAnOutput() {
    JsonNode seen = play("approve");
    assertThat(seen.toString())
        .isEqualTo(
            "{\"record\":\"hello\",\"title\":\"hello\",\"waiting\":[1,0],\"submitted\":202,"
                + "\"status\":1,\"jobs\":[1,1,1],\"output\":{\"sum\":42},\"workflow\":true}");
  }

  @Test
  void shouldExecuteByHandAndFreezeWhatRan() {
    JsonNode seen = play("execute");
    assertThat(seen.toString())
        .isEqualTo(
            "{\"status\":1,\"newVersion\":true,\"unmatched\":null,"
                + "\"frozen\":[400,\"config of executed workflow can not be updated\"],"
                + "\"executed\":[1,0],\"current\":[null,true]}");
  }

  @Test
  void shouldPauseResumeCancelAndShowLogs() {
    JsonNode seen = play("manage");
    assertThat(seen.toString())
        .isEqualTo(
            "{\"paused\":409,\"cancelled\":[-3,\"manual_cancel\"],\"again\":[400,\"Bad Request\"],"
                + "\"missing\":[404,\"Not Found\"],\"jobs\":[-3],\"logs\":true,\"gone\":1,"
                + "\"after\":null}");
  }

  @Test
  void shouldAnswerTheDocumentedCallsAtTheRoot() {
    JsonNode seen = play("documented");
    assertThat(seen.toString())
        .isEqualTo(
            "{\"started\":[200,0,true],"
                + "\"context\":{\"name\":\"John Doe\",\"email\":\"john@example.com\"},"
                + "\"found\":[200,1,1,true],\"result\":[200,[\"id\",\"status\"]],"
                + "\"listed\":2,\"waiting\":true,\"none\":0}");
  }
}
