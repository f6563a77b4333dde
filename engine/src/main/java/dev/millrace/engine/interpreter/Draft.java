package dev.millrace.engine.interpreter;

import dev.millrace.engine.EndReason;
import dev.millrace.engine.Failure;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.InstanceState.Header;
import dev.millrace.engine.InstanceState.Join;
import dev.millrace.engine.InstanceState.KeptEvent;
import dev.millrace.engine.InstanceState.Lifecycle;
import dev.millrace.engine.InstanceState.Loop;
import dev.millrace.engine.InstanceState.Scope;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.Status;
import dev.millrace.engine.Token;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A state being folded: the only code that changes a state. Not thread-safe; used within one
 * decision.
 */
final class Draft {

  /** How many ids of events are remembered. */
  private static final int EVENT_IDS = 1_000;

  private @Nullable Header header;
  private int generation;
  private String executionUid = "";
  private Status status = Status.PENDING;
  private EndReason reason = EndReason.NONE;
  private @Nullable Object output;
  private @Nullable Failure failure;
  private @Nullable Failure caught;
  private @Nullable Instant timeoutAt;
  private @Nullable Instant endedAt;
  private Instant lastEventAt = Instant.EPOCH;
  private long eventCount;
  private List<KeptEvent> keptEvents = List.of();
  private List<String> eventIds = List.of();
  private final GraphDraft graph;
  private final CodeDraft code;

  Draft(@Nullable InstanceState state) {
    graph = new GraphDraft(state == null ? null : state.graph());
    code = new CodeDraft(state == null ? null : state.code());
    if (state != null) {
      header = state.header();
      Lifecycle life = state.life();
      generation = life.generation();
      executionUid = life.executionUid();
      status = life.status();
      reason = life.reason();
      output = life.output();
      failure = life.failure();
      caught = life.caught();
      timeoutAt = life.timeoutAt();
      endedAt = life.endedAt();
      lastEventAt = life.lastEventAt();
      eventCount = life.eventCount();
      keptEvents = state.keptEvents();
      eventIds = state.eventIds();
    }
  }

  /** The state as it is now; null before the first event. */
  @Nullable InstanceState freeze() {
    if (header == null) {
      return null;
    }
    Lifecycle life =
        new Lifecycle(
            generation,
            executionUid,
            status,
            reason,
            output,
            failure,
            caught,
            timeoutAt,
            endedAt,
            lastEventAt,
            eventCount);
    return new InstanceState(header, life, graph.freeze(), keptEvents, eventIds, code.freeze());
  }

  Draft apply(HistoryEvent event) {
    eventCount++;
    lastEventAt = event.at();
    switch (event) {
      case HistoryEvent.InstanceStarted started -> start(started);
      case HistoryEvent.InstanceAdmitted admitted -> admit(admitted);
      case HistoryEvent.NodeRan ran -> graph.nodeRan(ran);
      case HistoryEvent.NodeEntered entered -> graph.nodeEntered(entered);
      case HistoryEvent.NodeRetryScheduled retry -> graph.retryScheduled(retry);
      case HistoryEvent.NodeResumed resumed -> graph.resumed(resumed);
      case HistoryEvent.NodeNoted noted -> graph.noted(noted);
      case HistoryEvent.NodeSettled _ -> {}
      case HistoryEvent.NodeCompleted completed -> graph.completed(completed);
      case HistoryEvent.NodeRunDiscarded discarded -> graph.discarded(discarded.runId());
      case HistoryEvent.ScopeOpened opened -> graph.scopeOpened(opened);
      case HistoryEvent.ScopeClosed closed -> graph.scopeClosed(closed);
      case HistoryEvent.BodyOpened opened -> graph.bodyOpened(opened);
      case HistoryEvent.BodySettled settled -> graph.bodySettled(settled);
      case HistoryEvent.JoinArrived arrived -> graph.joinArrived(arrived);
      case HistoryEvent.JoinPassed passed -> graph.joinPassed(passed);
      case HistoryEvent.LoopOpened opened -> graph.loopOpened(opened);
      case HistoryEvent.LoopClosed closed -> graph.loopClosed(closed);
      case HistoryEvent.TokenParked token -> graph.park(token.token());
      case HistoryEvent.TokensReleased released -> graph.releaseParked();
      case HistoryEvent.VariablesSet set -> graph.variablesSet(set.variables());
      case HistoryEvent.VariableRemoved removed -> graph.variableRemoved(removed.name());
      case HistoryEvent.ParametersSet set -> graph.setParameters(set.parameters());
      case HistoryEvent.HumanTaskChanged changed -> graph.humanTaskChanged(changed);
      case HistoryEvent.EventRaised raised -> eventRaised(raised);
      case HistoryEvent.EventConsumed consumed -> {
        List<KeptEvent> rest = new ArrayList<>(keptEvents);
        rest.remove(consumed.position());
        keptEvents = Collections.unmodifiableList(rest);
      }
      case HistoryEvent.CompensationStarted started -> {
        graph.undo(started.runIds());
        failure = started.failure();
      }
      case HistoryEvent.CompensationStepped stepped -> graph.undone(stepped.runId());
      case HistoryEvent.WorkLeft work -> graph.leave(work.tokens(), work.work());
      case HistoryEvent.ErrorCaught error -> caught = error.failure();
      case HistoryEvent.InstanceSuspended suspended -> status = Status.SUSPENDED;
      case HistoryEvent.InstanceResumed resumed ->
          status = code.beforeFirstTurn() ? Status.PENDING : Status.RUNNING;
      case HistoryEvent.OutputSet set -> output = set.output();
      case HistoryEvent.InstanceEnded ended -> end(ended);
      case HistoryEvent.InstanceRerun rerun -> rerun(rerun);
      case HistoryEvent.CodeArrived arrived -> code.arrived(arrived.event());
      case HistoryEvent.StartReached _ -> code.startReached();
      case HistoryEvent.HistorySeeded seeded -> {
        code.seeded(seeded.events());
        running();
      }
      case HistoryEvent.TurnTaken taken -> {
        code.turnTaken(taken);
        running();
      }
      case HistoryEvent.TurnStalled stalled -> code.stalled(stalled);
      case HistoryEvent.ContinuedAsNew again -> {
        code.continuedAsNew(again);
        running();
        generation++;
        executionUid = again.started().executionId();
      }
      case HistoryEvent.TaskSettled settled -> code.taskSettled(settled.taskId());
    }
    return this;
  }

  private void eventRaised(HistoryEvent.EventRaised raised) {
    List<KeptEvent> all = new ArrayList<>(keptEvents);
    all.add(
        new KeptEvent(
            raised.name(),
            raised.correlation(),
            raised.payload(),
            raised.eventId(),
            raised.expiresAt()));
    keptEvents = Collections.unmodifiableList(all);
    if (!raised.eventId().isEmpty()) {
      List<String> ids = new ArrayList<>(eventIds);
      ids.add(raised.eventId());
      int forgotten = Math.max(0, ids.size() - EVENT_IDS);
      eventIds = List.copyOf(ids.subList(forgotten, ids.size()));
    }
  }

  private void start(HistoryEvent.InstanceStarted started) {
    header =
        new Header(
            started.key(),
            started.id(),
            started.definition(),
            started.fast(),
            started.input(),
            started.origin(),
            started.parent(),
            started.at(),
            started.slot());
    generation = 1;
    executionUid = started.executionUid();
    boolean waits = started.slot() != null && started.slot().waited();
    status = started.definition().isCode() || waits ? Status.PENDING : Status.RUNNING;
    timeoutAt = started.timeoutAt();
  }

  private void admit(HistoryEvent.InstanceAdmitted admitted) {
    status = Status.RUNNING;
    timeoutAt = admitted.timeoutAt();
  }

  /** A first turn was answered; a suspension of before stays. */
  private void running() {
    if (status == Status.PENDING) {
      status = Status.RUNNING;
    }
  }

  private void end(HistoryEvent.InstanceEnded ended) {
    status = ended.status();
    reason = ended.reason();
    output = ended.output();
    failure = ended.failure();
    endedAt = ended.at();
    timeoutAt = null;
    graph.undo(null);
    graph.releaseParked();
    if (ended.status() != Status.FAILED) {
      graph.leaveNothing();
    }
    code.ended(ended.status());
  }

  private void rerun(HistoryEvent.InstanceRerun rerun) {
    generation = rerun.generation();
    executionUid = rerun.executionUid();
    graph.parameters(rerun.parameters());
    graph.waitAnew(rerun.at());
    graph.leaveNothing();
    timeoutAt = rerun.timeoutAt();
    if (status.terminal()) {
      output = null;
    }
    status = Status.RUNNING;
    reason = EndReason.NONE;
    failure = null;
    caught = null;
    endedAt = null;
  }

  Header header() {
    if (header == null) {
      throw new IllegalStateException("the instance was not started");
    }
    return header;
  }

  List<KeptEvent> keptEvents() {
    return keptEvents;
  }

  int generation() {
    return generation;
  }

  String executionUid() {
    return executionUid;
  }

  Status status() {
    return status;
  }

  @Nullable Failure failure() {
    return failure;
  }

  @Nullable Object output() {
    return output;
  }

  @Nullable Failure caught() {
    return caught;
  }

  @Nullable Instant timeoutAt() {
    return timeoutAt;
  }

  Instant lastEventAt() {
    return lastEventAt;
  }

  NodeRun run(int id) {
    return graph.run(id);
  }

  @Nullable NodeRun findRun(int id) {
    return graph.findRun(id);
  }

  Collection<NodeRun> allRuns() {
    return graph.allRuns();
  }

  List<NodeRun> openRuns() {
    return graph.openRuns();
  }

  List<Integer> runsOf(String nodeId) {
    return graph.runsOf(nodeId);
  }

  Set<String> nodesRun() {
    return graph.nodesRun();
  }

  @Nullable Scope scope(int id) {
    return graph.scope(id);
  }

  ScopeDraft scopes() {
    return graph.scopes();
  }

  @Nullable Join join(String key) {
    return graph.join(key);
  }

  List<Join> joins() {
    return graph.joins();
  }

  @Nullable Loop loop(int id) {
    return graph.loop(id);
  }

  Collection<Loop> loops() {
    return graph.loops();
  }

  Map<String, @Nullable Object> variables() {
    return graph.variables();
  }

  Map<String, @Nullable Object> parametersOf(String nodeId) {
    return graph.parametersOf(nodeId);
  }

  List<Token> parked() {
    return graph.parked();
  }

  @Nullable List<Integer> undo() {
    return graph.undo();
  }

  int nextId() {
    return graph.nextId();
  }
}
