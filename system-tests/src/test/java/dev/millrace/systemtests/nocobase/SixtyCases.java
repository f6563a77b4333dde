package dev.millrace.systemtests.nocobase;

import dev.millrace.systemtests.RunningServer;
import dev.millrace.systemtests.dapr.Sdk;
import dev.millrace.systemtests.dapr.SdkProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The sixty conformance cases of NocoBase's workflow API, played with its SDK against the built
 * server with sign-in. What each expects stands in {@code sdk/nocobase/cases-*.js}; a case fails
 * with what the program expected and found. Cases 16, 18 and 20 are about what no client can ask
 * for, and are tests of the dialect.
 */
final class SixtyCases {

  private static final String PASSWORD = "the first password";
  private static final String NODES_LIMIT = "12";

  @RegisterExtension
  static final RunningServer RUNNING =
      new RunningServer(
          Map.of(
              "MILLRACE_AUTH", "local",
              "MILLRACE_ADMIN_PASSWORD", PASSWORD,
              "MILLRACE_WORKFLOW_NODES_LIMIT", NODES_LIMIT));

  @TempDir static Path directory;

  private static @Nullable SdkProgram program;

  @BeforeEach
  void startProgram() throws IOException {
    if (program == null) {
      program =
          SdkProgram.start(
              Sdk.NOCOBASE,
              RUNNING.get(),
              Files.createFile(directory.resolve("journal")),
              Map.of(
                  "MILLRACE_URL", "http://127.0.0.1:" + RUNNING.get().httpPort(),
                  "MILLRACE_PASSWORD", PASSWORD,
                  "MILLRACE_NODES_LIMIT", NODES_LIMIT));
    }
  }

  @AfterAll
  static void stopProgram() {
    if (program != null) {
      program.close();
      program = null;
    }
  }

  private static void play(String scenario) {
    if (program == null) {
      throw new IllegalStateException("no program");
    }
    program.play(scenario);
  }

  @ParameterizedTest(name = "case {0}: {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          01 | a record starts an execution with its context
          02 | only an enabled workflow follows records
          03 | a changed configuration counts at once
          04 | a destroyed workflow leaves its executions and jobs
          05 | jobs are kept in order with their results
          06 | an error ends the execution before the next node
          07 | other statuses of jobs count by their sign
          08 | a job that waits is resumed, and what follows runs
          09 | a job resumed with a failure ends the execution with it
          10 | a wait in a branch holds the whole execution
          11 | an error in a branch after a wait ends the execution
          12 | a timeout ends waits and scripts
          13 | a timeout counts from the start
          14 | a synchronous workflow is never deferred
          15 | each workflow runs once for each event
          22 | executions are deleted by the status they end with
          24 | a workflow needs a known trigger
          25 | what was executed keeps its configuration
          26 | a disabled workflow is executed by hand
          27 | an unmatched condition executes nothing
          28 | autoRevision makes the next version
          29 | a current version goes with all others, another one alone
          30 | a revision is a disabled copy with the same keys
          31 | a copy is a workflow of its own
          32 | nodes are inserted as head, behind, into a branch
          33 | the number of nodes has a limit
          34 | a node is duplicated with its configuration
          35 | a destroyed node takes its branches along, or leaves one
          36 | nodes of an executed version stay as they are
          37 | a destroyed branch shifts the higher ones when asked
          38 | a node is moved, unless it cannot be
          39 | configurations of nodes are checked
          40 | a node is tried without being kept
          41 | ended executions are destroyed by who may
          42 | what runs is cancelled, once
          43 | a rerun repeats all, a part, or in place
          44 | nothing else is done to an execution while a rerun runs
          45 | only the root user resumes jobs
          46 | changed fields decide about updates
          47 | empty conditions are none
          48 | associations are there when they are asked for
          49 | events are those of committed records
          50 | cycles end at the stack limit
          51 | a synchronous workflow has ended before the answer
          52 | schedules fire at their times, never late or twice
          53 | dates of records fire with offset, end and limit
          54 | actions start what they name
          55 | a synchronous action is refused by its workflow
          56 | a request is intercepted before it acts
          57 | custom actions take one record, several, or none
          58 | loops count, break and go on
          59 | branches run in parallel in each mode
          60 | tasks, calculations and requests
          """)
  void shouldHold(String number, String what) {
    play(number);
  }

  @Test
  void case17ShouldTakeUpAtTheStartWhatWasQueued() {
    play("17.before");
    RUNNING.get().kill();
    RUNNING.get().restart();
    play("17.after");
  }

  @Test
  void case19ShouldKeepStartsResumesAndRerunsOverACrash() {
    play("19.before");
    RUNNING.get().kill();
    RUNNING.get().restart();
    play("19.after");
  }

  @Test
  void case21ShouldEndWhatRunsOverAStopInPeace() {
    play("21.before");
    RUNNING.get().stop();
    RUNNING.get().restart();
    play("21.after");
  }

  @Test
  void case23ShouldCountEveryExecutionOfEveryWorkflowOverACrash() {
    play("23.before");
    RUNNING.get().kill();
    RUNNING.get().restart();
    play("23.after");
  }

  @Test
  void case60ShouldKeepDelaysOverACrash() {
    play("60.before");
    RUNNING.get().kill();
    RUNNING.get().restart();
    play("60.after");
  }
}
