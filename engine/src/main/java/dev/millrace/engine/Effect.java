package dev.millrace.engine;

import dev.millrace.engine.code.CodeEvent;
import dev.millrace.engine.code.PropagatedHistory;
import dev.millrace.engine.code.TraceContext;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the runtime does after the events of a decision are committed. */
public sealed interface Effect {

  /**
   * Hands an attempt to a worker.
   *
   * @param activity the name of the activity
   * @param timeoutMillis 0 for the activity's own default
   * @param trace where the run hangs in a trace, null for nowhere
   */
  record DispatchActivity(
      Command.WorkToken token,
      String activity,
      Map<String, @Nullable Object> parameters,
      Map<String, @Nullable Object> roots,
      String idempotencyKey,
      long timeoutMillis,
      @Nullable TraceContext trace)
      implements Effect {

    /** An attempt in no trace. */
    public DispatchActivity(
        Command.WorkToken token,
        String activity,
        Map<String, @Nullable Object> parameters,
        Map<String, @Nullable Object> roots,
        String idempotencyKey,
        long timeoutMillis) {
      this(token, activity, parameters, roots, idempotencyKey, timeoutMillis, null);
    }
  }

  /** Keeps a timer; arming the same id again moves it. */
  record ArmTimer(String timerId, Instant dueAt) implements Effect {}

  /** Removes a timer. */
  record CancelTimer(String timerId) implements Effect {}

  /** Sends a command to an instance, through the outbox. */
  record SendToInstance(Command command) implements Effect {}

  /**
   * Starts a child; the runtime looks up the definition's newest enabled revision and answers
   * {@link Command.ChildEnded} when there is none.
   *
   * @param definition the definition's id, or its number
   * @param revision 0 for the newest
   * @param labels of the child, see {@link Command.Origin}
   * @param trace where the child hangs in a trace, null for nowhere
   */
  record StartChild(
      InstanceKey key,
      String definition,
      int revision,
      @Nullable Object input,
      String executor,
      ParentRef parent,
      Map<String, @Nullable Object> labels,
      @Nullable TraceContext trace)
      implements Effect {

    /** A child without labels, in no trace. */
    public StartChild(
        InstanceKey key,
        String definition,
        int revision,
        @Nullable Object input,
        String executor,
        ParentRef parent) {
      this(key, definition, revision, input, executor, parent, Map.of(), null);
    }

    /** A child with labels and a trace; texts of before labels do not have them. */
    public StartChild(
        InstanceKey key,
        String definition,
        int revision,
        @Nullable Object input,
        String executor,
        ParentRef parent,
        @Nullable Map<String, @Nullable Object> labels,
        @Nullable TraceContext trace) {
      this.key = key;
      this.definition = definition;
      this.revision = revision;
      this.input = input;
      this.executor = executor;
      this.parent = parent;
      this.labels = labels == null ? Map.of() : labels;
      this.trace = trace;
    }
  }

  /** Writes a variable that all processes of an owner share. A null value removes it. */
  record SetEnvironment(String owner, String name, @Nullable Object value) implements Effect {}

  /** Asks for a {@link Command.ContinueInstance}. */
  record Continue() implements Effect {}

  /**
   * Hands a turn to a worker. One of the same number replaces it while no worker has it.
   *
   * @param past what a worker replays
   * @param fresh what it is to react to; the first is a {@link CodeEvent.TurnStarted}
   * @param stalled whether the workers of before could not take it: it waits for a new one
   */
  record DispatchTurn(
      Command.TurnToken token,
      CodeEvent.ExecutionStarted started,
      List<CodeEvent> past,
      List<CodeEvent> fresh,
      boolean stalled)
      implements Effect {}

  /**
   * Hands an activity of a code workflow to a worker.
   *
   * @param app the application whose workers run it
   * @param propagated what it is shown of the history, null for nothing
   */
  record DispatchTask(
      String execution,
      String app,
      CodeEvent.TaskScheduled task,
      @Nullable PropagatedHistory propagated)
      implements Effect {}

  /**
   * Nobody waits for the work of a run any more: what no worker has yet is not to be handed over,
   * and what this server does itself may be broken off.
   *
   * @param execution the run of a code workflow, or {@link WorkerActivity#work} of a graph
   */
  record DropWork(String execution) implements Effect {}

  /** Removes every row of the instance. */
  record Purge() implements Effect {}

  /** Removes every row of the instance, whose end these events are; the last of the effects. */
  record Forget() implements Effect {}
}
