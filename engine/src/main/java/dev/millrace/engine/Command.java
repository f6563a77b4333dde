package dev.millrace.engine;

import dev.millrace.engine.code.CodeAction;
import dev.millrace.engine.code.CodeStart;
import dev.millrace.engine.code.CodeVersion;
import dev.millrace.engine.code.FailureDetails;
import dev.millrace.engine.code.TraceContext;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request to change one instance. Imperative; each is decided by {@code Engine.decide}. */
public sealed interface Command {

  /** The instance it is for. */
  InstanceKey key();

  /**
   * Starts an instance.
   *
   * @param id the numeric id, assigned by the runtime
   * @param definition the revision it is pinned to
   * @param input plain JSON, already validated
   * @param slot the place it was given or waits for, null where any number runs at once; which of
   *     the two the runtime knows, that counts them
   */
  record StartInstance(
      InstanceKey key,
      long id,
      DefinitionRef definition,
      @Nullable Object input,
      Origin origin,
      @Nullable ParentRef parent,
      @Nullable Slot slot)
      implements Command {

    /** A start that needs no place. */
    public StartInstance(
        InstanceKey key,
        long id,
        DefinitionRef definition,
        @Nullable Object input,
        Origin origin,
        @Nullable ParentRef parent) {
      this(key, id, definition, input, origin, parent, null);
    }

    /** The same start with a place. */
    public StartInstance with(@Nullable Slot given) {
      return new StartInstance(key, id, definition, input, origin, parent, given);
    }
  }

  /** Lets an instance begin that waited for a slot, see {@link Slot}. The runtime's own. */
  record AdmitInstance(InstanceKey key) implements Command {}

  /**
   * Where a start comes from.
   *
   * @param executor the user, empty when unknown
   * @param triggerApp {@code api, cron, webhook, form, sub-workflow, dapr, nocobase}
   * @param test whether pinned outputs are used in place of running
   * @param labels what a dialect keeps beside the instance; plain JSON, small
   * @param trace where a graph hangs in a trace, null for nowhere; code workflows keep it with
   *     their start
   */
  record Origin(
      String executor,
      String triggerApp,
      boolean test,
      Map<String, @Nullable Object> labels,
      @Nullable TraceContext trace) {

    /** The label of a start that a definition takes although it is not enabled. */
    public static final String DISABLED_TOO = "disabledToo";

    /**
     * The label of what runs because an instance failed: the handler of the failure, and whatever
     * that starts. When such an instance fails nothing is started, or failures would go in rings.
     */
    public static final String FAILURE_OF = "failureOf";

    /** The labels of what such an instance starts, which has some of its own. */
    public Map<String, @Nullable Object> handedOn(Map<String, @Nullable Object> own) {
      if (!labels.containsKey(FAILURE_OF)) {
        return own;
      }
      Map<String, @Nullable Object> all = new LinkedHashMap<>(own);
      all.put(FAILURE_OF, labels.get(FAILURE_OF));
      return Collections.unmodifiableMap(all);
    }

    /** Whether it may start a definition that is not enabled. */
    public boolean disabledToo() {
      return Boolean.TRUE.equals(labels.get(DISABLED_TOO));
    }

    /** An origin without labels. */
    public Origin(String executor, String triggerApp, boolean test) {
      this(executor, triggerApp, test, Map.of());
    }

    /** An origin with labels, in no trace. */
    public Origin(
        String executor,
        String triggerApp,
        boolean test,
        @Nullable Map<String, @Nullable Object> labels) {
      this(executor, triggerApp, test, labels, null);
    }

    /** An origin with labels and a trace; texts of before labels do not have them. */
    public Origin(
        String executor,
        String triggerApp,
        boolean test,
        @Nullable Map<String, @Nullable Object> labels,
        @Nullable TraceContext trace) {
      this.executor = executor;
      this.triggerApp = triggerApp;
      this.test = test;
      this.labels = labels == null ? Map.of() : labels;
      this.trace = trace;
    }

    /** The same in a trace. */
    public Origin traced(@Nullable TraceContext in) {
      return new Origin(executor, triggerApp, test, labels, in);
    }
  }

  /** Names one attempt of the work of a node run; stale ones are ignored and counted. */
  record WorkToken(int generation, int runId, int attempt) {}

  /** The result of an activity. */
  record CompleteActivity(InstanceKey key, WorkToken token, @Nullable Object output)
      implements Command {}

  /**
   * The failure of an activity's attempt.
   *
   * @param retryAfterMillis the least delay the other side asked for, 0 for none
   */
  record FailActivity(InstanceKey key, WorkToken token, Failure failure, long retryAfterMillis)
      implements Command {}

  /**
   * A timer is due.
   *
   * @param timerId as armed
   * @param dueAt the due time it was armed with; a timer armed anew has another
   */
  record FireTimer(InstanceKey key, int generation, String timerId, Instant dueAt)
      implements Command {}

  /**
   * A child instance ended, or could not be started.
   *
   * @param result the output of a completed one, else {@link Failure#toJson} or null
   * @param execution the run of a parent that is a code workflow; empty for other parents
   */
  record ChildEnded(
      InstanceKey key,
      int generation,
      int runId,
      InstanceKey child,
      Status status,
      @Nullable Object result,
      String execution)
      implements Command {

    /** For a parent that is a graph. */
    public ChildEnded(
        InstanceKey key,
        int generation,
        int runId,
        InstanceKey child,
        Status status,
        @Nullable Object result) {
      this(key, generation, runId, child, status, result, "");
    }

    public ChildEnded {
      // Texts of before code workflows do not have it.
      execution = execution == null ? "" : execution;
    }
  }

  /**
   * A named event from outside.
   *
   * @param correlation the key a waiting node must have asked for, empty for any
   * @param eventId makes a repeat harmless; empty for none
   * @param ttlMillis how long it is kept when nobody waits; 0 = not at all, negative = for ever
   * @param text whether the payload is raw text, as clients of code workflows send it; a graph
   *     takes it as the JSON it is, and keeps the event until somebody waits
   */
  record RaiseEvent(
      InstanceKey key,
      String name,
      String correlation,
      @Nullable Object payload,
      String eventId,
      long ttlMillis,
      boolean text)
      implements Command {

    /** With a payload that is plain JSON, or for a code workflow. */
    public RaiseEvent(
        InstanceKey key,
        String name,
        String correlation,
        @Nullable Object payload,
        String eventId,
        long ttlMillis) {
      this(key, name, correlation, payload, eventId, ttlMillis, false);
    }

    /** From a client of code workflows. */
    public static RaiseEvent ofText(InstanceKey key, String name, @Nullable String payload) {
      return new RaiseEvent(key, name, "", payload, "", 0, true);
    }
  }

  /**
   * The call that a callback node waits for.
   *
   * @param index of the run that is meant; null for the oldest that waits
   */
  record CompleteCallback(
      InstanceKey key,
      String executionUid,
      String nodeId,
      @Nullable Object payload,
      @Nullable Integer index)
      implements Command {

    /** A call for the oldest run of the node that waits. */
    public CompleteCallback(
        InstanceKey key, String executionUid, String nodeId, @Nullable Object payload) {
      this(key, executionUid, nodeId, payload, null);
    }
  }

  /**
   * A person acts on a human task.
   *
   * @param taskId of the work item
   * @param user who acts; empty when the caller is not known, which the server has then allowed
   */
  record ActOnHumanTask(InstanceKey key, String taskId, String user, @Nullable Object payload)
      implements Command {}

  /**
   * No new node starts until resumed.
   *
   * @param reason told to code workflows; null for none
   */
  record SuspendInstance(InstanceKey key, @Nullable String reason) implements Command {
    public SuspendInstance(InstanceKey key) {
      this(key, null);
    }
  }

  /**
   * Undoes a suspension.
   *
   * @param reason told to code workflows; null for none
   */
  record ResumeInstance(InstanceKey key, @Nullable String reason) implements Command {
    public ResumeInstance(InstanceKey key) {
      this(key, null);
    }
  }

  /**
   * Ends the instance now.
   *
   * @param reason {@link EndReason#PERSON} or {@link EndReason#SYSTEM}
   */
  record TerminateInstance(InstanceKey key, EndReason reason, String message) implements Command {}

  /**
   * Runs a failed instance again, keeping id and completed nodes.
   *
   * @param fromNode the node to start from; empty for the nodes that failed
   * @param variables changed first
   * @param parameters per node id, values that replace the definition's for this instance
   */
  record RerunInstance(
      InstanceKey key,
      String fromNode,
      Map<String, @Nullable Object> variables,
      Map<String, Map<String, @Nullable Object>> parameters)
      implements Command {}

  /**
   * Settles a waiting run from outside, in place of what it waits for. What that means is said by
   * the type of its node.
   *
   * @param value plain JSON
   */
  record SettleRun(InstanceKey key, int runId, @Nullable Object value) implements Command {}

  /**
   * Runs an instance that has not ended again, from its beginning or from a node that ran before.
   * What runs now is stopped: all of it, or what runs in the body that the node lies in.
   *
   * @param fromNode empty for the beginning
   * @param overwrite whether the first run takes the place of the latest one of its node
   */
  record RestartInstance(InstanceKey key, String fromNode, boolean overwrite) implements Command {}

  /** Changes local variables. */
  record SetVariables(InstanceKey key, Map<String, @Nullable Object> variables)
      implements Command {}

  /** Goes on after a step budget was used up. */
  record ContinueInstance(InstanceKey key, int generation) implements Command {}

  /** Marks an unfinished fast instance found at start-up as lost. */
  record AbandonInstance(InstanceKey key) implements Command {}

  /**
   * Starts a code workflow, or deals with the instance of that id as {@link CodeStart#conflict}
   * says.
   *
   * @param id the numeric id, assigned by the runtime
   */
  record StartCodeInstance(
      InstanceKey key, long id, CodeStart start, Origin origin, @Nullable ParentRef parent)
      implements Command {}

  /**
   * Starts a code workflow whose first turns are taken from another's history.
   *
   * @param id the numeric id, assigned by the runtime
   * @param seed what is replayed and what is done again
   */
  record StartForkedInstance(
      InstanceKey key, long id, dev.millrace.engine.code.CodeFork seed, Origin origin)
      implements Command {}

  /**
   * Names one turn of one run.
   *
   * @param turn counts from 1; answers for another than the next are ignored
   * @param consumed how many arrivals the worker was shown
   * @param startedAt the present that the worker was shown
   */
  record TurnToken(String execution, int turn, int consumed, Instant startedAt) {}

  /**
   * A worker's answer to a turn.
   *
   * @param customStatus replaces the present one; null clears it
   * @param version what code ran, null when the worker does not say
   */
  record CompleteTurn(
      InstanceKey key,
      TurnToken token,
      List<CodeAction> actions,
      @Nullable String customStatus,
      @Nullable CodeVersion version)
      implements Command {}

  /** A turn cannot be shown to any worker: what it carries is too large. */
  record StallTurn(InstanceKey key, TurnToken token, String description) implements Command {}

  /**
   * A worker's answer to an activity of a code workflow.
   *
   * @param failure null when it succeeded
   */
  record CompleteTask(
      InstanceKey key,
      String execution,
      int taskId,
      @Nullable String result,
      @Nullable FailureDetails failure)
      implements Command {}

  /**
   * Ends a code workflow now, with or without a worker.
   *
   * @param output what it answers, raw text or null
   * @param recurse whether its children are ended too
   * @param parent only when this is its parent; null for any
   */
  record TerminateCode(
      InstanceKey key, @Nullable String output, boolean recurse, @Nullable InstanceKey parent)
      implements Command {}

  /**
   * Removes every trace of an instance; its id is free at once.
   *
   * @param force also when it has not ended
   * @param endedAt only if it ended in this very millisecond, so that one that ran again since
   *     stays; null whenever it ended
   */
  record PurgeInstance(InstanceKey key, boolean force, @Nullable Instant endedAt)
      implements Command {
    /** Whenever it ended. */
    public PurgeInstance(InstanceKey key, boolean force) {
      this(key, force, null);
    }
  }
}
