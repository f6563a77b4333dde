package dev.millrace.testkit;

import static dev.millrace.testkit.Definitions.process;
import static dev.millrace.testkit.Definitions.task;
import static dev.millrace.testkit.Definitions.tasks;
import static dev.millrace.testkit.Definitions.to;
import static dev.millrace.testkit.Definitions.transform;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.Command;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.Reason;
import dev.millrace.engine.Reply;
import dev.millrace.engine.Status;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Global exception nodes that name types of errors, and what else ends or refuses. */
class ExceptionNodeTest {

  private static String thrown(String type) {
    return task("t", "throw", "'type':{'value':'" + type + "'}", "");
  }

  private static String caught(String id, String on) {
    return task(id, "error-catch", on, "");
  }

  @ParameterizedTest
  @CsvSource({
    "http.503, a",
    "http, a",
    "order.rejected, b",
    "sql.23505, c",
  })
  void shouldGiveAnErrorToTheFirstExceptionNodeThatTakesIt(String type, String node) {
    EngineHarness run =
        tasks(
                String.join(
                    ",",
                    thrown(type),
                    caught("a", "'on':{'value':['http*','timeout']}"),
                    caught("b", "'on':{'value':'order'}"),
                    caught("c", "")))
            .start(null);

    assertThat(run.state().life().status()).isEqualTo(Status.COMPLETED);
    assertThat(run.words(node)).containsExactly("done");
    assertThat(run.state().graph().runs()).hasSize(2);
  }

  @Test
  void shouldFailWithAnErrorThatNoExceptionNodeTakes() {
    EngineHarness run =
        tasks(thrown("io") + "," + caught("a", "'on':{'value':['http*']}")).start(null);

    assertThat(run.state().life().status()).isEqualTo(Status.FAILED);
    assertThat(run.failureType()).isEqualTo("io");
    assertThat(run.runs("a")).isEmpty();
  }

  @Test
  void shouldGiveTheValueOfTheProcessWhereItSaysToIgnore() {
    EngineHarness run =
        process(
                "{'name':'p','extension':{'errorHandler':{'operation':'ignore','value':7}},"
                    + "'tasks':["
                    + task("t", "throw", "'type':{'value':'io'}", to("n"))
                    + ","
                    + transform("n", "$tasks.t", "")
                    + "]}")
            .start(null);

    assertThat(run.output("n")).isEqualTo(7L);
  }

  @Test
  void shouldUndoWhatIsDoneWhereTheProcessSaysToCompensateFailures() {
    EngineHarness run =
        process(
                "{'name':'p','extension':{'compensateOn':['failed']},'tasks':["
                    + String.join(
                        ",",
                        transform("a", "1", to("t") + ",'compensate':'u'"),
                        thrown("io"),
                        transform("u", "$tasks.a", ""))
                    + "]}")
            .start(null);

    assertThat(run.state().life().status()).isEqualTo(Status.FAILED);
    assertThat(run.failureType()).isEqualTo("io");
    assertThat(run.words("u")).containsExactly("done");
  }

  @Test
  void shouldNotShowASecretThatADefinitionHolds() {
    EngineHarness run =
        tasks(
                task(
                        "h",
                        "http",
                        "'url':{'value':'http://h/'},'k':{'value':'hush','secret':true},"
                            + "'l':{'default':'hush','secret':true}",
                        to("n"))
                    + ","
                    + task(
                        "n",
                        "transform",
                        "'template':{'value':['{{h.parameters.k.value}}','{{h.parameters.l.value}}',"
                            + "'{{h.parameters.l.default}}','{{h.parameters.url.value}}']}",
                        ""))
            .activity("http", parameters -> Map.of("status", 200L))
            .start(null);

    assertThat(run.output("n")).hasToString("[***, ***, null, http://h/]");
    assertThat(run.history().toString()).doesNotContain("hush");
  }

  @Test
  void shouldNotKnowACallbackOfATaskThatIsNotThere() {
    EngineHarness run = tasks(task("c", "callback", "", "")).start(null);
    String execution = run.state().life().executionUid();

    run.send(new Command.CompleteCallback(run.key(), execution, "nope", 1L, null));
    assertThat(run.reply())
        .isInstanceOfSatisfying(
            Reply.Rejected.class,
            refused -> assertThat(refused.reason()).isEqualTo(Reason.NOT_FOUND));
    run.send(new Command.CompleteCallback(run.key(), execution, "c", 1L, 1));
    assertThat(run.reply())
        .isInstanceOfSatisfying(
            Reply.Rejected.class,
            refused -> assertThat(refused.reason()).isEqualTo(Reason.ALREADY_SUBMITTED));
  }

  @Test
  void shouldFailBeforeTheNumbersOfRunsClashInTables() {
    EngineHarness run =
        tasks(task("c", "callback", "", to("n")) + "," + transform("n", "1", "")).start(null);
    NodeRun waiting = run.runs("c").getFirst();
    NodeRun.Result done =
        new NodeRun.Result(NodeRun.RunStatus.DONE, "success", null, null, waiting.startAt());
    run.append(
        new HistoryEvent.NodeRan(
            waiting.startAt(),
            InstanceState.IDS_MAX,
            new NodeRun.Place("n", 0, 0, 0, -1, ""),
            Map.of(),
            done));

    run.send(
        new Command.CompleteCallback(
            run.key(), run.state().life().executionUid(), "c", null, null));

    assertThat(run.state().life().status()).isEqualTo(Status.FAILED);
    assertThat(run.failureType()).isEqualTo("loop_limit");
    assertThat(run.runs("n")).hasSize(1);
  }
}
