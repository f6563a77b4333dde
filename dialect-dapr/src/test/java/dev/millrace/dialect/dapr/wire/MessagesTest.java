package dev.millrace.dialect.dapr.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.StringValue;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnknownFieldSet;
import dev.millrace.engine.code.CodeAction;
import dev.millrace.engine.code.CodeEvent;
import dev.millrace.engine.code.CodeOutcome;
import dev.millrace.engine.code.CodeParent;
import dev.millrace.engine.code.CodeVersion;
import dev.millrace.engine.code.FailureDetails;
import dev.millrace.engine.code.Router;
import dev.millrace.engine.code.StallReason;
import dev.millrace.engine.code.TimerOrigin;
import dev.millrace.proto.durabletask.CompleteWorkflowAction;
import dev.millrace.proto.durabletask.CreateTimerAction;
import dev.millrace.proto.durabletask.EventRaisedEvent;
import dev.millrace.proto.durabletask.HistoryEvent;
import dev.millrace.proto.durabletask.OrchestrationStatus;
import dev.millrace.proto.durabletask.TaskRouter;
import dev.millrace.proto.durabletask.TimerOriginExternalEvent;
import dev.millrace.proto.durabletask.WorkflowAction;
import dev.millrace.proto.durabletask.WorkflowResponse;
import dev.millrace.proto.durabletask.WorkflowVersion;
import dev.millrace.transport.json.Json;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MessagesTest {
  private static final Instant AT = Instant.parse("2026-01-02T03:04:05.000000007Z");
  private static final String TIME = "\"timestamp\":\"2026-01-02T03:04:05.000000007Z\"";
  private static final Router ROUTER = Router.of("app");
  private static final String ROUTED = "\"router\":{\"sourceAppID\":\"app\"}";

  @Test
  void shouldTellEveryKindOfEvent() {
    FailureDetails failure =
        new FailureDetails("T", "m", "trace", FailureDetails.of("I", "in"), true);
    assertEvent(
        new CodeEvent.TurnStarted(AT, null),
        "{\"eventId\":-1,%s,\"workflowStarted\":{}}".formatted(TIME));
    assertEvent(
        new CodeEvent.TurnStarted(AT, new CodeVersion(List.of("p"), "v1")),
        "{\"eventId\":-1,%s,\"workflowStarted\":{\"version\":{\"patches\":[\"p\"],\"name\":\"v1\"}}}"
            .formatted(TIME));
    assertEvent(
        new CodeEvent.ExecutionStarted(
            AT,
            ROUTER,
            "W",
            null,
            "",
            "i",
            "e",
            new CodeParent(3, "P", null, "pi", "pe", "app"),
            null,
            null,
            Map.of()),
        ("{\"eventId\":-1,%s,\"executionStarted\":{\"name\":\"W\",\"input\":\"\",\"workflowInstance\":"
                + "{\"instanceId\":\"i\",\"executionId\":\"e\"},\"parentInstance\":{\"taskScheduledId\":3,"
                + "\"name\":\"P\",\"workflowInstance\":{\"instanceId\":\"pi\",\"executionId\":\"pe\"},"
                + "\"appID\":\"app\"}},%s}")
            .formatted(TIME, ROUTED));
    assertEvent(
        new CodeEvent.ExecutionCompleted(4, AT, ROUTER, CodeOutcome.FAILED, null, failure),
        ("{\"eventId\":4,%s,\"executionCompleted\":{\"workflowStatus\":\"ORCHESTRATION_STATUS_FAILED\","
                + "\"failureDetails\":{\"errorType\":\"T\",\"errorMessage\":\"m\",\"stackTrace\":\"trace\","
                + "\"innerFailure\":{\"errorType\":\"I\",\"errorMessage\":\"in\"},\"isNonRetriable\":true}},%s}")
            .formatted(TIME, ROUTED));
    assertEvent(
        new CodeEvent.ExecutionTerminated(AT, "o", true),
        "{\"eventId\":-1,%s,\"executionTerminated\":{\"input\":\"o\",\"recurse\":true}}"
            .formatted(TIME));
    assertEvent(
        new CodeEvent.TaskScheduled(0, AT, ROUTER, "a", null, "1", null, "x", "src", null),
        ("{%s,\"taskScheduled\":{\"name\":\"a\",\"input\":\"1\",\"taskExecutionId\":\"x\","
                + "\"rerunParentInstanceInfo\":{\"instanceID\":\"src\"}},%s}")
            .formatted(TIME, ROUTED));
    assertEvent(
        new CodeEvent.TaskCompleted(AT, ROUTER, 2, "r", "x"),
        ("{\"eventId\":-1,%s,\"taskCompleted\":{\"taskScheduledId\":2,\"result\":\"r\","
                + "\"taskExecutionId\":\"x\"},%s}")
            .formatted(TIME, ROUTED));
    assertEvent(
        new CodeEvent.TimerCreated(
            1, AT, null, AT, "Go", null, new TimerOrigin(TimerOrigin.Kind.EXTERNAL_EVENT, "Go")),
        ("{\"eventId\":1,%s,\"timerCreated\":{\"fireAt\":\"2026-01-02T03:04:05.000000007Z\","
                + "\"name\":\"Go\",\"externalEvent\":{\"name\":\"Go\"}}}")
            .formatted(TIME));
    assertEvent(
        new CodeEvent.ChildFailed(AT, null, 5, null),
        "{\"eventId\":-1,%s,\"childWorkflowInstanceFailed\":{\"taskScheduledId\":5}}"
            .formatted(TIME));
    assertEvent(
        new CodeEvent.EventRaised(AT, null, "E", null),
        "{\"eventId\":-1,%s,\"eventRaised\":{\"name\":\"E\"}}".formatted(TIME));
    assertEvent(
        new CodeEvent.ExecutionStalled(AT, StallReason.VERSION_NOT_AVAILABLE, "d"),
        ("{\"eventId\":-1,%s,\"executionStalled\":{\"reason\":\"VERSION_NOT_AVAILABLE\","
                + "\"description\":\"d\"}}")
            .formatted(TIME));
  }

  @Test
  void shouldReadActions() {
    WorkflowAction timer =
        WorkflowAction.newBuilder()
            .setId(1)
            .setRouter(TaskRouter.newBuilder().setTargetAppID("other"))
            .setCreateTimer(
                CreateTimerAction.newBuilder()
                    .setFireAt(Timestamp.newBuilder().setSeconds(Long.MAX_VALUE))
                    .setExternalEvent(TimerOriginExternalEvent.newBuilder().setName("Go")))
            .build();

    CodeAction read = ActionMessages.action(timer);

    assertThat(read)
        .isEqualTo(
            new CodeAction.CreateTimer(
                1,
                new Router("", "other", null),
                Instant.parse("9999-12-31T23:59:59.999999999Z"),
                null,
                new TimerOrigin(TimerOrigin.Kind.EXTERNAL_EVENT, "Go")));
  }

  @Test
  void shouldKeepCarriedEventsAsTheyAre() {
    WorkflowAction action =
        WorkflowAction.newBuilder()
            .setCompleteWorkflow(
                CompleteWorkflowAction.newBuilder()
                    .setWorkflowStatus(OrchestrationStatus.ORCHESTRATION_STATUS_CONTINUED_AS_NEW)
                    .setResult(StringValue.of("2"))
                    .addCarryoverEvents(
                        HistoryEvent.newBuilder()
                            .setEventId(-1)
                            .setTimestamp(Texts.of(AT))
                            .setEventRaised(
                                EventRaisedEvent.newBuilder()
                                    .setName("Go")
                                    .setInput(StringValue.of("")))))
            .build();

    assertThat(ActionMessages.action(action))
        .isEqualTo(
            new CodeAction.Complete(
                0,
                null,
                CodeOutcome.CONTINUED_AS_NEW,
                "2",
                null,
                null,
                List.of(new CodeEvent.EventRaised(AT, null, "Go", ""))));
  }

  @Test
  void shouldNameWhatItDoesNotKnow() throws Exception {
    UnknownFieldSet old =
        UnknownFieldSet.newBuilder()
            .addField(
                8, UnknownFieldSet.Field.newBuilder().addLengthDelimited(ByteString.EMPTY).build())
            .build();
    WorkflowAction action = WorkflowAction.parseFrom(old.toByteString());

    assertThat(ActionMessages.action(action)).isInstanceOf(CodeAction.Unknown.class);
  }

  @Test
  void shouldTakeEmptyVersionForNone() {
    assertThat(
            ActionMessages.version(
                WorkflowResponse.newBuilder()
                    .setVersion(WorkflowVersion.getDefaultInstance())
                    .build()))
        .isNull();
    assertThat(
            ActionMessages.version(
                WorkflowResponse.newBuilder()
                    .setVersion(WorkflowVersion.newBuilder().addPatches("p").addPatches("p"))
                    .build()))
        .isEqualTo(new CodeVersion(List.of("p", "p"), null));
  }

  private static void assertEvent(CodeEvent event, String json) {
    assertThat(Json.writeText(MessageJson.of(EventMessages.of(event)))).isEqualTo(json);
  }
}
