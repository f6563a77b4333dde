package dev.millrace.engine.graph.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.EndReason;
import dev.millrace.engine.Failure;
import dev.millrace.engine.Status;
import dev.millrace.engine.graph.Step;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Ends and errors. */
class EndingsTest {

  @Test
  void shouldEndItsPath() {
    assertThat(new TestNodeContext().enter("end")).isEqualTo(Step.Done.of(null));
    assertThat(TestNodeContext.of(Map.of("output", 7L)).enter("end")).isEqualTo(Step.Done.of(7L));
  }

  @Test
  void shouldEndTheInstanceWithAStatus() {
    assertThat(TestNodeContext.of(Map.of("status", "Completed", "output", 7L)).enter("end"))
        .isEqualTo(new Step.EndInstance(Status.COMPLETED, EndReason.NONE, 7L));
    assertThat(TestNodeContext.of(Map.of("status", "failed")).enter("end"))
        .isEqualTo(new Step.EndInstance(Status.FAILED, EndReason.DECIDED, null));
    assertThat(TestNodeContext.of(Map.of("status", "stopped")).enter("end"))
        .isEqualTo(
            Step.Failed.of(
                "constraint", "parameter status: expected completed or failed, found stopped"));
  }

  @Test
  void shouldTerminate() {
    assertThat(new TestNodeContext().enter("terminate"))
        .isEqualTo(new Step.EndInstance(Status.TERMINATED, EndReason.SYSTEM, null));
  }

  @Test
  void shouldHandOnTheErrorItCatches() {
    TestNodeContext context = new TestNodeContext().root("error", Map.of("type", "io"));
    assertThat(context.enter("error-catch")).isEqualTo(Step.Done.of(Map.of("type", "io")));
    assertThat(context.root("failure-event", Map.of("error", "x")).enter("error-catch"))
        .isEqualTo(Step.Done.of(Map.of("error", "x")));
  }

  @Test
  void shouldThrow() {
    Map<String, Object> parameters =
        Map.of("type", "order.rejected", "message", "no lines", "detail", Map.of("n", 0L));
    assertThat(TestNodeContext.of(parameters).enter("throw"))
        .isEqualTo(
            new Step.Failed(
                new Failure("order.rejected", "no lines", "", false, Map.of("n", 0L), null)));
    assertThat(new TestNodeContext().enter("throw"))
        .isEqualTo(Step.Failed.of("unknown", "raised by node n1"));
  }
}
