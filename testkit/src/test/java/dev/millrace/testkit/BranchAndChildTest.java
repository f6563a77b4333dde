package dev.millrace.testkit;

import static dev.millrace.testkit.Definitions.process;
import static dev.millrace.testkit.Definitions.task;
import static dev.millrace.testkit.Definitions.tasks;
import static dev.millrace.testkit.Definitions.to;
import static dev.millrace.testkit.Definitions.transform;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.Command;
import dev.millrace.engine.Effect;
import dev.millrace.engine.EndReason;
import dev.millrace.engine.Status;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BranchAndChildTest {

  private static final String CHILD = "'child_workflow_id':{'value':'proc-child001'}";
  private static final String ASYNC = CHILD + ",'operation':{'value':'async'}";

  @Test
  void shouldLetOtherBranchesEndBeforeItFails() {
    EngineHarness run =
        process(
                "{'name':'p','extension':{'siblingsOnError':'finish'},'tasks':["
                    + String.join(
                        ",",
                        task("a", "parallel", "", to("b", "c")),
                        task("b", "throw", "'message':{'value':'boom'}", to("j")),
                        task("c", "interval", "'interval':{'value':60}", to("d")),
                        transform("d", "1", to("j")),
                        task("j", "aggregation", "'relation':{'value':'all'}", to("e")),
                        transform("e", "1", ""))
                    + "]}")
            .start(null);
    assertThat(run.state().life().status()).isEqualTo(Status.RUNNING);

    run.advance(Duration.ofSeconds(60));

    assertThat(run.state().life().status()).isEqualTo(Status.FAILED);
    assertThat(run.state().life().reason()).isEqualTo(EndReason.ERROR);
    assertThat(run.state().life().failure()).extracting("nodeId").isEqualTo("b");
    assertThat(run.words("d")).containsExactly("done");
    assertThat(run.runs("e")).isEmpty();
  }

  @Test
  void shouldTakeEveryDefaultWhenNoGuardHolds() {
    EngineHarness run =
        tasks(
                String.join(
                    ",",
                    task(
                        "a",
                        "parallel",
                        "",
                        "'split':'or','connections':[{'to':'b','when':'{% false %}'},"
                            + "{'to':'c','default':true},{'to':'d','default':true}]"),
                    transform("b", "1", ""),
                    transform("c", "2", ""),
                    transform("d", "3", "")))
            .start(null);

    assertThat(run.state().life().status()).isEqualTo(Status.COMPLETED);
    assertThat(run.runs("b")).isEmpty();
    assertThat(run.words("c")).containsExactly("done");
    assertThat(run.words("d")).containsExactly("done");
  }

  @Test
  void shouldNotStartTheErrorBranchOfARace() {
    EngineHarness run =
        tasks(
                String.join(
                    ",",
                    task(
                        "r",
                        "event-gateway",
                        "",
                        "'connections':['s','t',{'to':'x','on':'error'}]"),
                    task("s", "signal", "'name':{'value':'paid'}", ""),
                    task("t", "interval", "'interval':{'value':60}", ""),
                    transform("x", "1", "")))
            .start(null);

    assertThat(run.state().life().status()).isEqualTo(Status.RUNNING);
    assertThat(run.runs("x")).isEmpty();
  }

  @Test
  void shouldEndADetachedChildWithItsParent() {
    EngineHarness run =
        tasks(
                task("s", "sub-workflow", ASYNC, "'output':{'hidden':true}," + to("w"))
                    + ","
                    + task("w", "callback", "", ""))
            .start(null);
    Effect.StartChild started = (Effect.StartChild) run.sent().getFirst();

    run.send(new Command.TerminateInstance(run.key(), EndReason.PERSON, "enough"));

    assertThat(run.sent())
        .filteredOn(Effect.SendToInstance.class::isInstance)
        .extracting(effect -> ((Effect.SendToInstance) effect).command().key())
        .isEqualTo(List.of(started.key()));
  }

  @Test
  void shouldStopTheChildThatItsParentWaitsForWhateverItSays() {
    EngineHarness run =
        tasks(task("s", "sub-workflow", CHILD + ",'whenParentComplete':{'value':'continue'}", ""))
            .start(null);
    Effect.StartChild started = (Effect.StartChild) run.sent().getFirst();

    run.send(new Command.TerminateInstance(run.key(), EndReason.PERSON, "enough"));

    assertThat(run.sent())
        .filteredOn(Effect.SendToInstance.class::isInstance)
        .extracting(effect -> ((Effect.SendToInstance) effect).command().key())
        .isEqualTo(List.of(started.key()));
  }

  @Test
  void shouldLeaveADetachedChildRunningThatOutlivesItsParent() {
    EngineHarness run =
        tasks(
                task(
                        "s",
                        "sub-workflow",
                        ASYNC + ",'whenParentComplete':{'value':'continue'}",
                        to("w"))
                    + ","
                    + task("w", "callback", "", ""))
            .start(null);

    run.send(new Command.TerminateInstance(run.key(), EndReason.PERSON, "enough"));

    assertThat(run.state().life().status()).isEqualTo(Status.CANCELED);
    assertThat(run.sent()).hasOnlyElementsOfType(Effect.StartChild.class);
  }

  @Test
  void shouldNotWriteOutAHugeExponent() {
    EngineHarness run =
        tasks(
                task(
                    "s",
                    "signal",
                    "'name':{'type':'string','value':1e999999999},"
                        + "'n':{'type':'number','value':1e30}",
                    ""))
            .start(null);

    assertThat(run.state().life().status()).isEqualTo(Status.RUNNING);
    assertThat(run.runs("s").getFirst().input()).containsEntry("name", "1E+999999999");
  }

  @Test
  void shouldRefuseAParameterOutOfItsBounds() {
    EngineHarness run =
        tasks(task("s", "signal", "'name':{'type':'string','value':'{{input.name}}','max':3}", ""))
            .start(Map.of("name", "long"));

    assertThat(run.failureType()).isEqualTo("constraint");
    assertThat(run.state().life().status()).isEqualTo(Status.FAILED);
  }
}
