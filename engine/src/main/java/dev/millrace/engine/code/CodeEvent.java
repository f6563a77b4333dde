package dev.millrace.engine.code;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One event of the history that a worker replays. Times have nanosecond precision and are distinct
 * within an instance for everything that arrives.
 */
public sealed interface CodeEvent {

  /** The id of events that no action asked for. */
  int NO_ID = -1;

  /** When it was made. */
  Instant at();

  /** The action that asked for it, {@link #NO_ID} for none. */
  default int eventId() {
    return NO_ID;
  }

  /** Between which applications, null where the protocol names none. */
  default @Nullable Router router() {
    return null;
  }

  /** A turn began; its time is what the workflow takes for the present. */
  record TurnStarted(Instant at, @Nullable CodeVersion version) implements CodeEvent {}

  /**
   * The run began.
   *
   * @param scheduledStart the time asked for, or null
   * @param trace the caller's
   * @param propagated what the run is shown of those above it, null for nothing
   */
  record ExecutionStarted(
      Instant at,
      @Nullable Router router,
      String name,
      @Nullable String version,
      @Nullable String input,
      String instanceId,
      String executionId,
      @Nullable CodeParent parent,
      @Nullable Instant scheduledStart,
      @Nullable TraceContext trace,
      Map<String, String> tags,
      @Nullable PropagatedHistory propagated)
      implements CodeEvent {

    /** A run that is shown nothing of those above it. */
    public ExecutionStarted(
        Instant at,
        @Nullable Router router,
        String name,
        @Nullable String version,
        @Nullable String input,
        String instanceId,
        String executionId,
        @Nullable CodeParent parent,
        @Nullable Instant scheduledStart,
        @Nullable TraceContext trace,
        Map<String, String> tags) {
      this(
          at,
          router,
          name,
          version,
          input,
          instanceId,
          executionId,
          parent,
          scheduledStart,
          trace,
          tags,
          null);
    }
  }

  /** The run ended; {@code eventId} is {@link #NO_ID} when the server ended it. */
  record ExecutionCompleted(
      int eventId,
      Instant at,
      @Nullable Router router,
      CodeOutcome outcome,
      @Nullable String result,
      @Nullable FailureDetails failure)
      implements CodeEvent {}

  /** Somebody ended it; {@code input} is what it is to answer. */
  record ExecutionTerminated(Instant at, @Nullable String input, boolean recurse)
      implements CodeEvent {}

  /** An activity was asked for. */
  record TaskScheduled(
      int eventId,
      Instant at,
      @Nullable Router router,
      String name,
      @Nullable String version,
      @Nullable String input,
      @Nullable TraceContext trace,
      String taskExecutionId,
      @Nullable String rerunOf,
      @Nullable Propagation propagation)
      implements CodeEvent {

    /** The same in a trace. */
    public TaskScheduled traced(@Nullable TraceContext in) {
      return new TaskScheduled(
          eventId, at, router, name, version, input, in, taskExecutionId, rerunOf, propagation);
    }
  }

  /** An activity gave a result. */
  record TaskCompleted(
      Instant at,
      @Nullable Router router,
      int taskId,
      @Nullable String result,
      String taskExecutionId)
      implements CodeEvent {}

  /** An activity failed. */
  record TaskFailed(
      Instant at,
      @Nullable Router router,
      int taskId,
      @Nullable FailureDetails failure,
      String taskExecutionId)
      implements CodeEvent {}

  /** A child was asked for. */
  record ChildCreated(
      int eventId,
      Instant at,
      @Nullable Router router,
      String instanceId,
      String name,
      @Nullable String version,
      @Nullable String input,
      @Nullable TraceContext trace,
      @Nullable String rerunOf,
      @Nullable Propagation propagation,
      @Nullable String retryOf)
      implements CodeEvent {

    /** The same in a trace. */
    public ChildCreated traced(@Nullable TraceContext in) {
      return new ChildCreated(
          eventId, at, router, instanceId, name, version, input, in, rerunOf, propagation, retryOf);
    }
  }

  /** A child gave a result. */
  record ChildCompleted(Instant at, @Nullable Router router, int taskId, @Nullable String result)
      implements CodeEvent {}

  /** A child failed or was ended; then there are no details. */
  record ChildFailed(
      Instant at, @Nullable Router router, int taskId, @Nullable FailureDetails failure)
      implements CodeEvent {}

  /** A timer was asked for. */
  record TimerCreated(
      int eventId,
      Instant at,
      @Nullable Router router,
      Instant fireAt,
      @Nullable String name,
      @Nullable String rerunOf,
      @Nullable TimerOrigin origin)
      implements CodeEvent {

    /** From here on a time means "never": the year that workers write for a wait without limit. */
    private static final Instant NEVER = Instant.parse("9999-01-01T00:00:00Z");

    /** Whether it ever fires. */
    public boolean fires() {
      return fireAt.isBefore(NEVER);
    }

    /** The event whose wait it limits, null when it limits none. */
    public @Nullable String limitedEvent() {
      if (origin != null) {
        return origin.kind() == TimerOrigin.Kind.EXTERNAL_EVENT ? origin.subject() : null;
      }
      return name == null || name.isEmpty() ? null : name;
    }
  }

  /** A timer's time has come; never earlier than {@code fireAt}. */
  record TimerFired(Instant at, Instant fireAt, int timerId) implements CodeEvent {}

  /** An event was sent to another instance. */
  record EventSent(
      int eventId,
      Instant at,
      @Nullable Router router,
      String instanceId,
      String name,
      @Nullable String input)
      implements CodeEvent {}

  /** An event came from outside. */
  record EventRaised(Instant at, @Nullable Router router, String name, @Nullable String input)
      implements CodeEvent {}

  /** No progress from here on. */
  record ExecutionSuspended(Instant at, @Nullable String input) implements CodeEvent {}

  /** Progress again. */
  record ExecutionResumed(Instant at, @Nullable String input) implements CodeEvent {}

  /** The turn could not be taken by the worker that has it. */
  record ExecutionStalled(Instant at, StallReason reason, @Nullable String description)
      implements CodeEvent {}

  /** A workflow was started that nobody waits for. */
  record DetachedCreated(int eventId, Instant at, @Nullable Router router, String instanceId)
      implements CodeEvent {}
}
