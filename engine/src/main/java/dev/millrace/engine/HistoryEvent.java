package dev.millrace.engine;

import dev.millrace.engine.code.CodeEvent;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A recorded fact. The state of an instance is the fold of its events; an event carries all that
 * folding it needs. Adding a kind needs a golden file and a written decision.
 */
public sealed interface HistoryEvent {

  /** When it happened; never earlier than the event before it. */
  Instant at();

  /**
   * An instance began, pinned to a revision; or it waits for a place to begin.
   *
   * @param slot its place, null where any number runs at once
   */
  record InstanceStarted(
      Instant at,
      InstanceKey key,
      long id,
      String executionUid,
      DefinitionRef definition,
      boolean fast,
      @Nullable Object input,
      Command.Origin origin,
      @Nullable ParentRef parent,
      @Nullable Instant timeoutAt,
      @Nullable Slot slot)
      implements HistoryEvent {

    /** One that needs no place. */
    public InstanceStarted(
        Instant at,
        InstanceKey key,
        long id,
        String executionUid,
        DefinitionRef definition,
        boolean fast,
        @Nullable Object input,
        Command.Origin origin,
        @Nullable ParentRef parent,
        @Nullable Instant timeoutAt) {
      this(at, key, id, executionUid, definition, fast, input, origin, parent, timeoutAt, null);
    }
  }

  /** An instance that waited for a slot has one and begins. */
  record InstanceAdmitted(Instant at, @Nullable Instant timeoutAt) implements HistoryEvent {}

  /** A node that needed nothing from outside: entered and ended at once. */
  record NodeRan(
      Instant at,
      int runId,
      NodeRun.Place place,
      Map<String, @Nullable Object> input,
      NodeRun.Result result,
      NodeRun.@Nullable Notes notes)
      implements HistoryEvent {

    /** One without notes. */
    public NodeRan(
        Instant at,
        int runId,
        NodeRun.Place place,
        Map<String, @Nullable Object> input,
        NodeRun.Result result) {
      this(at, runId, place, input, result, null);
    }
  }

  /** A node that waits. */
  record NodeEntered(
      Instant at,
      int runId,
      NodeRun.Place place,
      Map<String, @Nullable Object> input,
      Wait waitsFor,
      @Nullable Instant timeoutAt,
      NodeRun.@Nullable Notes notes)
      implements HistoryEvent {

    /** One without notes. */
    public NodeEntered(
        Instant at,
        int runId,
        NodeRun.Place place,
        Map<String, @Nullable Object> input,
        Wait waitsFor,
        @Nullable Instant timeoutAt) {
      this(at, runId, place, input, waitsFor, timeoutAt, null);
    }
  }

  /** An attempt failed and another is due. */
  record NodeRetryScheduled(Instant at, int runId, Failure failure, Instant dueAt)
      implements HistoryEvent {}

  /** The next attempt began, or an open run now waits for something else. */
  record NodeResumed(Instant at, int runId, Wait waitsFor, @Nullable Instant timeoutAt)
      implements HistoryEvent {}

  /** An open run shows something else; nothing else changes. */
  record NodeNoted(Instant at, int runId, NodeRun.Notes notes) implements HistoryEvent {}

  /** An open run ended, well or badly. */
  record NodeCompleted(Instant at, int runId, NodeRun.Result result) implements HistoryEvent {}

  /** Somebody outside settled an open run, in place of what it waits for. */
  record NodeSettled(Instant at, int runId) implements HistoryEvent {}

  /** A run is forgotten; its number goes to the run that takes its place. */
  record NodeRunDiscarded(Instant at, int runId) implements HistoryEvent {}

  /** Fork scopes separate the arrivals of nested and repeated forks. */
  record ScopeOpened(Instant at, int scope, int parent, String opener) implements HistoryEvent {}

  /** No token can be in the scope, of a fork or of a body, any more. */
  record ScopeClosed(Instant at, int scope) implements HistoryEvent {}

  /**
   * A branching node opened one of its bodies, in a scope of its own.
   *
   * @param runId the run of the node
   * @param name of the body
   * @param variables what expressions inside see
   * @param ordered whether it begins only when no activity in the foreground runs in those before
   *     it
   */
  record BodyOpened(
      Instant at,
      int scope,
      int runId,
      String name,
      Map<String, @Nullable Object> variables,
      boolean ordered)
      implements HistoryEvent {

    /** A body that need not wait for the activities of others. */
    public BodyOpened(
        Instant at, int scope, int runId, String name, Map<String, @Nullable Object> variables) {
      this(at, scope, runId, name, variables, false);
    }
  }

  /** How a body ends was decided before its natural end: by a failure, or by a node inside. */
  record BodySettled(
      Instant at, int scope, String outcome, @Nullable Object output, @Nullable Failure failure)
      implements HistoryEvent {}

  /** A token reached a join and waits there. */
  record JoinArrived(Instant at, String joinId, int scope, String from, int fromRun)
      implements HistoryEvent {}

  /** The arrivals of a join were consumed; {@code done} swallows those still to come. */
  record JoinPassed(Instant at, String joinId, int scope, List<Integer> fromRuns, boolean done)
      implements HistoryEvent {}

  /**
   * A loop began, or a closed one of the same id goes on and keeps its rounds that are done.
   *
   * @param items what its rounds work on; null for loops that only count
   * @param total the number of rounds if known, -1 otherwise
   * @param keepLast how many ended rounds are kept, 0 for all
   */
  record LoopOpened(
      Instant at,
      int loop,
      NodeRun.Place place,
      @Nullable List<@Nullable Object> items,
      int total,
      int keepLast)
      implements HistoryEvent {}

  /** All rounds that were wanted have ended. */
  record LoopClosed(Instant at, int loop, @Nullable Object output) implements HistoryEvent {}

  /** A token stands before a node that may not start yet (suspended, or step budget used up). */
  record TokenParked(Instant at, Token token) implements HistoryEvent {}

  /** The parked tokens go on. */
  record TokensReleased(Instant at) implements HistoryEvent {}

  /** Local variables were written. */
  record VariablesSet(Instant at, Map<String, @Nullable Object> variables)
      implements HistoryEvent {}

  /** A local variable was removed. */
  record VariableRemoved(Instant at, String name) implements HistoryEvent {}

  /** Values of parameters per node that replace those of the definition; others stay. */
  record ParametersSet(Instant at, Map<String, Map<String, @Nullable Object>> parameters)
      implements HistoryEvent {}

  /** A work item of an open run changed. */
  record HumanTaskChanged(Instant at, int runId, HumanTask task) implements HistoryEvent {}

  /** An event nobody waits for yet. */
  record EventRaised(
      Instant at,
      String name,
      String correlation,
      @Nullable Object payload,
      String eventId,
      @Nullable Instant expiresAt)
      implements HistoryEvent {}

  /** Number {@code position} of the kept events was taken or expired. */
  record EventConsumed(Instant at, int position) implements HistoryEvent {}

  /** Completed nodes are undone, in this order, because of the failure. */
  record CompensationStarted(Instant at, List<Integer> runIds, Failure failure)
      implements HistoryEvent {}

  /** A run was undone; the next undo follows it. */
  record CompensationStepped(Instant at, int runId) implements HistoryEvent {}

  /** The global exception node was given an error. */
  record ErrorCaught(Instant at, Failure failure) implements HistoryEvent {}

  /**
   * What a rerun would put back; it adds to what was left before.
   *
   * @param tokens that had not entered their nodes
   * @param work ids of runs and loops that failed without being caught, or are about to be stopped
   */
  record WorkLeft(Instant at, List<Token> tokens, List<Integer> work) implements HistoryEvent {}

  /** No new node starts. */
  record InstanceSuspended(Instant at) implements HistoryEvent {}

  /** Nodes start again. */
  record InstanceResumed(Instant at) implements HistoryEvent {}

  /** What the instance gives, unless something else is set later. */
  record OutputSet(Instant at, @Nullable Object output) implements HistoryEvent {}

  /** The instance reached a terminal state. */
  record InstanceEnded(
      Instant at,
      Status status,
      EndReason reason,
      @Nullable Object output,
      @Nullable Failure failure)
      implements HistoryEvent {}

  /** A failed instance runs again in a new generation. */
  record InstanceRerun(
      Instant at,
      int generation,
      String executionUid,
      Map<String, Map<String, @Nullable Object>> parameters,
      @Nullable Instant timeoutAt)
      implements HistoryEvent {}

  /** Something arrived for a code workflow; a later turn consumes it. */
  record CodeArrived(Instant at, CodeEvent event) implements HistoryEvent {}

  /** The start of a code workflow that was to wait for a time is due. */
  record StartReached(Instant at) implements HistoryEvent {}

  /**
   * A worker answered a turn.
   *
   * @param turn counts from 1
   * @param consumed how many of the arrivals it consumed, oldest first
   * @param started the beginning of the turn, with the version that ran
   * @param produced what it asked for, in order
   */
  record TurnTaken(
      Instant at,
      int turn,
      int consumed,
      CodeEvent.TurnStarted started,
      List<CodeEvent> produced,
      @Nullable String customStatus)
      implements HistoryEvent {}

  /**
   * A turn was answered without progress; nothing was consumed.
   *
   * @param noted whether the history of the workflow shows it, which it does once per cause
   */
  record TurnStalled(Instant at, int turn, CodeEvent.ExecutionStalled stall, boolean noted)
      implements HistoryEvent {}

  /**
   * A turn ended its run and began the next one.
   *
   * @param consumed how many of the arrivals it consumed, oldest first
   * @param started the beginning of the new run
   * @param carryover events of the old run that the new one is given, unchanged
   */
  record ContinuedAsNew(
      Instant at,
      int turn,
      int consumed,
      CodeEvent.ExecutionStarted started,
      List<CodeEvent> carryover,
      @Nullable String customStatus)
      implements HistoryEvent {}

  /** A run begins in the middle, after events taken from another instance. */
  record HistorySeeded(Instant at, List<CodeEvent> events) implements HistoryEvent {}

  /** An activity that the ended workflow had not waited for is done. */
  record TaskSettled(Instant at, int taskId) implements HistoryEvent {}
}
