package dev.millrace.dialect.dapr.wire;

import dev.millrace.engine.code.CodeAction;
import dev.millrace.engine.code.CodeEvent;
import dev.millrace.engine.code.CodeOutcome;
import dev.millrace.engine.code.CodeVersion;
import dev.millrace.engine.code.Router;
import dev.millrace.engine.code.TimerOrigin;
import dev.millrace.proto.durabletask.CompleteWorkflowAction;
import dev.millrace.proto.durabletask.CreateChildWorkflowAction;
import dev.millrace.proto.durabletask.CreateDetachedWorkflowAction;
import dev.millrace.proto.durabletask.CreateTimerAction;
import dev.millrace.proto.durabletask.HistoryEvent;
import dev.millrace.proto.durabletask.OrchestrationStatus;
import dev.millrace.proto.durabletask.ScheduleTaskAction;
import dev.millrace.proto.durabletask.SendEventAction;
import dev.millrace.proto.durabletask.TerminateWorkflowAction;
import dev.millrace.proto.durabletask.WorkflowAction;
import dev.millrace.proto.durabletask.WorkflowResponse;
import dev.millrace.proto.durabletask.WorkflowVersion;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a worker's answer to a turn asks for. */
public final class ActionMessages {

  private ActionMessages() {}

  /** The actions of an answer, in order. */
  public static List<CodeAction> actions(WorkflowResponse response) {
    return response.getActionsList().stream().map(ActionMessages::action).toList();
  }

  /** The version of the code that ran; null when the worker says nothing. */
  public static @Nullable CodeVersion version(WorkflowResponse response) {
    if (!response.hasVersion()) {
      return null;
    }
    WorkflowVersion version = response.getVersion();
    String name = version.hasName() && !version.getName().isEmpty() ? version.getName() : null;
    // Some workers always send the message, empty for workflows without versions.
    return name == null && version.getPatchesCount() == 0
        ? null
        : new CodeVersion(List.copyOf(version.getPatchesList()), name);
  }

  static CodeAction action(WorkflowAction action) {
    int id = action.getId();
    Router router = action.hasRouter() ? SharedMessages.router(action.getRouter()) : null;
    return switch (action.getWorkflowActionTypeCase()) {
      case SCHEDULETASK -> scheduleTask(id, router, action.getScheduleTask());
      case CREATECHILDWORKFLOW -> createChild(id, router, action.getCreateChildWorkflow());
      case CREATETIMER -> createTimer(id, router, action.getCreateTimer());
      case SENDEVENT -> sendEvent(id, router, action.getSendEvent());
      case COMPLETEWORKFLOW -> complete(id, router, action.getCompleteWorkflow());
      case TERMINATEWORKFLOW -> terminate(id, router, action.getTerminateWorkflow());
      case WORKFLOWVERSIONNOTAVAILABLE -> new CodeAction.VersionNotAvailable(id, router);
      case CREATEDETACHEDWORKFLOW -> detached(id, router, action.getCreateDetachedWorkflow());
      case WORKFLOWACTIONTYPE_NOT_SET ->
          new CodeAction.Unknown(id, router, "an action of a kind that is not known");
    };
  }

  private static CodeAction scheduleTask(
      int id, @Nullable Router router, ScheduleTaskAction action) {
    return new CodeAction.ScheduleTask(
        id,
        router,
        action.getName(),
        Texts.orNull(action.hasVersion(), action.getVersion()),
        Texts.orNull(action.hasInput(), action.getInput()),
        action.getTaskExecutionId(),
        SharedMessages.propagation(
            action.hasHistoryPropagationScope(), action.getHistoryPropagationScope()));
  }

  private static CodeAction createChild(
      int id, @Nullable Router router, CreateChildWorkflowAction action) {
    return new CodeAction.CreateChild(
        id,
        router,
        action.getInstanceId(),
        action.getName(),
        Texts.orNull(action.hasVersion(), action.getVersion()),
        Texts.orNull(action.hasInput(), action.getInput()),
        SharedMessages.propagation(
            action.hasHistoryPropagationScope(), action.getHistoryPropagationScope()),
        action.hasRetryParentInstanceInfo()
            ? action.getRetryParentInstanceInfo().getInstanceID()
            : null);
  }

  private static CodeAction createTimer(int id, @Nullable Router router, CreateTimerAction action) {
    TimerOrigin origin =
        switch (action.getOriginCase()) {
          case CREATETIMER -> new TimerOrigin(TimerOrigin.Kind.TIMER, "");
          case EXTERNALEVENT ->
              new TimerOrigin(TimerOrigin.Kind.EXTERNAL_EVENT, action.getExternalEvent().getName());
          case ACTIVITYRETRY ->
              new TimerOrigin(
                  TimerOrigin.Kind.ACTIVITY_RETRY, action.getActivityRetry().getTaskExecutionId());
          case CHILDWORKFLOWRETRY ->
              new TimerOrigin(
                  TimerOrigin.Kind.CHILD_RETRY, action.getChildWorkflowRetry().getInstanceId());
          case ORIGIN_NOT_SET -> null;
        };
    return new CodeAction.CreateTimer(
        id,
        router,
        Texts.time(action.getFireAt()),
        action.hasName() ? action.getName() : null,
        origin);
  }

  private static CodeAction sendEvent(int id, @Nullable Router router, SendEventAction action) {
    return new CodeAction.SendEvent(
        id,
        router,
        action.getInstance().getInstanceId(),
        action.getName(),
        Texts.orNull(action.hasData(), action.getData()));
  }

  private static CodeAction complete(
      int id, @Nullable Router router, CompleteWorkflowAction action) {
    CodeOutcome outcome = outcome(action.getWorkflowStatus());
    if (outcome == null) {
      return new CodeAction.Unknown(
          id, router, "the end of a run with status " + action.getWorkflowStatusValue());
    }
    List<CodeEvent> carryover = new ArrayList<>();
    for (HistoryEvent event : action.getCarryoverEventsList()) {
      CodeEvent carried = EventMessages.carried(event);
      if (carried != null) {
        carryover.add(carried);
      }
    }
    return new CodeAction.Complete(
        id,
        router,
        outcome,
        Texts.orNull(action.hasResult(), action.getResult()),
        action.hasFailureDetails() ? SharedMessages.failure(action.getFailureDetails()) : null,
        Texts.orNull(action.hasNewVersion(), action.getNewVersion()),
        List.copyOf(carryover));
  }

  private static @Nullable CodeOutcome outcome(OrchestrationStatus status) {
    return switch (status) {
      case ORCHESTRATION_STATUS_COMPLETED -> CodeOutcome.COMPLETED;
      case ORCHESTRATION_STATUS_FAILED -> CodeOutcome.FAILED;
      case ORCHESTRATION_STATUS_TERMINATED -> CodeOutcome.TERMINATED;
      case ORCHESTRATION_STATUS_CANCELED -> CodeOutcome.CANCELED;
      case ORCHESTRATION_STATUS_CONTINUED_AS_NEW -> CodeOutcome.CONTINUED_AS_NEW;
      case ORCHESTRATION_STATUS_STALLED -> CodeOutcome.STALLED;
      case ORCHESTRATION_STATUS_RUNNING,
          ORCHESTRATION_STATUS_PENDING,
          ORCHESTRATION_STATUS_SUSPENDED,
          UNRECOGNIZED ->
          null;
    };
  }

  private static CodeAction terminate(
      int id, @Nullable Router router, TerminateWorkflowAction action) {
    return new CodeAction.TerminateOther(
        id,
        router,
        action.getInstanceId(),
        Texts.orNull(action.hasReason(), action.getReason()),
        action.getRecurse());
  }

  private static CodeAction detached(
      int id, @Nullable Router router, CreateDetachedWorkflowAction action) {
    return new CodeAction.CreateDetached(
        id,
        router,
        action.getInstanceId(),
        action.getName(),
        Texts.orNull(action.hasVersion(), action.getVersion()),
        Texts.orNull(action.hasInput(), action.getInput()),
        action.hasScheduledStartTimestamp()
            ? Texts.time(action.getScheduledStartTimestamp())
            : null,
        action.getTagsMap(),
        action.hasParentTraceContext()
            ? SharedMessages.trace(action.getParentTraceContext())
            : null);
  }
}
