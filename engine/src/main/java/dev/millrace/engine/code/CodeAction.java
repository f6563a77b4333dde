package dev.millrace.engine.code;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a workflow asks for in a turn. */
public sealed interface CodeAction {

  /** Unique in the run; the events that answer it name it. */
  int id();

  /** The application it is for, null for the workflow's own. */
  @Nullable Router router();

  /** Run an activity. */
  record ScheduleTask(
      int id,
      @Nullable Router router,
      String name,
      @Nullable String version,
      @Nullable String input,
      String taskExecutionId,
      @Nullable Propagation propagation)
      implements CodeAction {}

  /** Say when a time has come. */
  record CreateTimer(
      int id,
      @Nullable Router router,
      Instant fireAt,
      @Nullable String name,
      @Nullable TimerOrigin origin)
      implements CodeAction {}

  /**
   * Run another workflow and wait for it.
   *
   * @param instanceId empty to have it derived from the parent's id and the action's
   */
  record CreateChild(
      int id,
      @Nullable Router router,
      String instanceId,
      String name,
      @Nullable String version,
      @Nullable String input,
      @Nullable Propagation propagation,
      @Nullable String retryOf)
      implements CodeAction {}

  /** Raise an event at another instance. */
  record SendEvent(
      int id, @Nullable Router router, String instanceId, String name, @Nullable String data)
      implements CodeAction {}

  /** The run is over. */
  record Complete(
      int id,
      @Nullable Router router,
      CodeOutcome outcome,
      @Nullable String result,
      @Nullable FailureDetails failure,
      @Nullable String newVersion,
      List<CodeEvent> carryover)
      implements CodeAction {}

  /** End another instance. */
  record TerminateOther(
      int id, @Nullable Router router, String instanceId, @Nullable String reason, boolean recurse)
      implements CodeAction {}

  /** Start a workflow that nobody waits for. */
  record CreateDetached(
      int id,
      @Nullable Router router,
      String instanceId,
      String name,
      @Nullable String version,
      @Nullable String input,
      @Nullable Instant scheduledAt,
      Map<String, String> tags,
      @Nullable TraceContext trace)
      implements CodeAction {}

  /** The worker has no code of the run's version. */
  record VersionNotAvailable(int id, @Nullable Router router) implements CodeAction {}

  /** Something this server does not know; it fails the workflow rather than retry for ever. */
  record Unknown(int id, @Nullable Router router, String kind) implements CodeAction {}
}
