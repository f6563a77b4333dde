package dev.millrace.engine.interpreter;

import dev.millrace.engine.Command;
import dev.millrace.engine.Command.WorkToken;
import dev.millrace.engine.Decision;
import dev.millrace.engine.Effect;
import dev.millrace.engine.EndReason;
import dev.millrace.engine.Failure;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.JsonValue;
import dev.millrace.engine.Moment;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.Reason;
import dev.millrace.engine.Reply;
import dev.millrace.engine.Slot;
import dev.millrace.engine.Status;
import dev.millrace.engine.Wait;
import dev.millrace.engine.expression.Expressions;
import dev.millrace.engine.expression.Schemas;
import dev.millrace.engine.graph.Environment;
import dev.millrace.engine.graph.GraphSource;
import dev.millrace.engine.graph.NodeTypes;
import dev.millrace.engine.graph.Outcomes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Decides commands and applies events. Pure: equal arguments give equal results. Thread-safe.
 *
 * <p>An exception out of {@link #decide} or {@link #apply} is a bug; the runtime quarantines the
 * instance.
 */
public final class Engine {

  private static final String CHILD_ENDED = "child instance ";

  private final Ports ports;

  public Engine(
      GraphSource graphs,
      Environment environment,
      NodeTypes types,
      Expressions expressions,
      Schemas schemas) {
    this.ports = new Ports(graphs, environment, types, expressions, schemas);
  }

  /**
   * Decides a command.
   *
   * @param state the instance, or null where there is none
   */
  public Decision decide(@Nullable InstanceState state, Command command, Moment moment) {
    if (CodeRules.concerns(state, command)) {
      return CodeRules.decide(state, command, moment);
    }
    if (command instanceof Command.StartInstance start) {
      return state == null
          ? Starts.start(ports, start, moment)
          : Turn.rejected(
              state,
              Reply.Rejected.of(
                  Reason.ALREADY_EXISTS, "instance " + start.key() + " exists already"));
    }
    if (state == null) {
      return Turn.rejected(
          null, Reply.Rejected.of(Reason.NOT_FOUND, "no instance " + command.key()));
    }
    Turn turn =
        new Turn(
            new Draft(state), ports.graphs().graph(state.header().definition()), ports, moment);
    return switch (command) {
      case Command.StartInstance start -> throw new IllegalStateException("decided above");
      case Command.AdmitInstance _ -> Starts.admit(state, turn);
      case Command.CompleteActivity complete -> completeActivity(state, complete, turn);
      case Command.FailActivity fail -> failActivity(state, fail, turn);
      case Command.FireTimer fire -> fireTimer(state, fire, turn);
      case Command.ChildEnded ended -> childEnded(state, ended, turn);
      case Command.RaiseEvent raise -> raiseEvent(state, raise, turn);
      case Command.CompleteCallback callback -> Callbacks.complete(state, callback, turn);
      case Command.ActOnHumanTask act -> actOnHumanTask(state, act, turn);
      case Command.SuspendInstance suspend -> Pauses.suspend(state, turn);
      case Command.ResumeInstance resume -> Pauses.resume(state, turn);
      case Command.TerminateInstance terminate -> terminate(state, terminate, turn);
      case Command.RerunInstance rerun -> Reruns.rerun(state, rerun, turn);
      case Command.RestartInstance again -> Reruns.restart(state, again, turn);
      case Command.SettleRun settle -> settleRun(state, settle, turn);
      case Command.SetVariables set -> setVariables(state, set, turn);
      case Command.ContinueInstance go -> Pauses.goOn(state, go, turn);
      case Command.AbandonInstance abandon -> abandon(state, turn);
      case Command.PurgeInstance purge -> CodeRules.purge(state, purge);
      case Command.TerminateCode end ->
          terminate(
              state,
              new Command.TerminateInstance(
                  end.key(),
                  end.parent() == null ? EndReason.PERSON : EndReason.SYSTEM,
                  Objects.requireNonNullElse(end.output(), "")),
              turn);
      case Command.StartCodeInstance _,
          Command.StartForkedInstance _,
          Command.CompleteTurn _,
          Command.StallTurn _,
          Command.CompleteTask _ ->
          throw new IllegalStateException("not for graphs: " + command);
    };
  }

  /**
   * The slot that a start needs, null where any number of its process runs at once.
   *
   * @throws IllegalArgumentException when the key of its group cannot be evaluated
   */
  public @Nullable Slot slot(Command.StartInstance command, Moment moment) {
    return Starts.slot(ports, command, moment);
  }

  /** Folds an event; a null state is one before its first event. */
  public InstanceState apply(@Nullable InstanceState state, HistoryEvent event) {
    return fold(state, List.of(event));
  }

  /**
   * Folds events in order.
   *
   * @throws IllegalArgumentException when there is neither a state nor an event
   */
  public InstanceState fold(@Nullable InstanceState state, List<HistoryEvent> events) {
    Draft draft = new Draft(state);
    events.forEach(draft::apply);
    InstanceState folded = draft.freeze();
    if (folded == null) {
      throw new IllegalArgumentException("no event to fold");
    }
    return folded;
  }

  /** What an unfinished instance needs again after a restart, its committed state being this. */
  public List<Effect> recover(InstanceState state, Moment moment) {
    if (state.code() != null) {
      return CodeRules.recover(state, moment);
    }
    if (state.life().status().terminal()) {
      return List.of();
    }
    Turn turn =
        new Turn(
            new Draft(state), ports.graphs().graph(state.header().definition()), ports, moment);
    state.openRuns().forEach(turn.nodes::relaunch);
    List<Effect> effects = new ArrayList<>(turn.decision(Reply.OK).effects());
    if (state.life().status() == Status.RUNNING
        && (Loops.idle(state) > 0 || !state.graph().parked().isEmpty() || Bodies.due(turn.draft))) {
      effects.add(new Effect.Continue());
    }
    return effects;
  }

  /** How many things of an instance need a running server: activities in flight, held tokens. */
  public static int openWork(InstanceState state) {
    if (state.code() != null) {
      return CodeRules.openWork(state);
    }
    if (state.life().status().terminal()) {
      return 0;
    }
    int work = state.life().status() == Status.RUNNING ? state.graph().parked().size() : 0;
    if (state.header().fast() && state.life().status() != Status.PENDING) {
      work++;
    }
    for (NodeRun run : state.graph().runs().values()) {
      if (run.waitsFor() instanceof Wait.ForActivity) {
        work++;
      }
    }
    if (state.life().status() == Status.RUNNING && Bodies.due(new Draft(state))) {
      work++;
    }
    return work + Loops.idle(state);
  }

  /**
   * Whether an instance has ended or waits only for what comes from outside: time, persons, events,
   * children and work in the background. Work that is soon tried again has not come to its end.
   */
  public static boolean settled(InstanceState state) {
    if (state.life().status().terminal()) {
      return true;
    }
    int background = 0;
    for (NodeRun run : state.graph().runs().values()) {
      if (run.waitsFor() instanceof Wait.ForActivity activity && activity.background()) {
        background++;
      }
      if (run.waitsFor() instanceof Wait.ForChild child && child.foreground()) {
        return false;
      }
      if (run.waitsFor() instanceof Wait.ForRetry(_, Wait.ForActivity again)
          && !again.background()) {
        return false;
      }
    }
    return openWork(state) == background;
  }

  private static @Nullable NodeRun current(InstanceState state, WorkToken token) {
    NodeRun run = state.graph().runs().get(token.runId());
    boolean matches =
        run != null
            && token.generation() == state.life().generation()
            && !state.life().status().terminal()
            && run.waitsFor() instanceof Wait.ForActivity
            && run.attempt() == token.attempt();
    return matches ? run : null;
  }

  private Decision completeActivity(
      InstanceState state, Command.CompleteActivity command, Turn turn) {
    NodeRun run = current(state, command.token());
    if (run == null) {
      return Turn.ignored(state, List.of());
    }
    turn.nodes.complete(run, command.output(), Outcomes.SUCCESS);
    turn.run();
    return turn.decision(Reply.OK);
  }

  private Decision failActivity(InstanceState state, Command.FailActivity command, Turn turn) {
    NodeRun run = current(state, command.token());
    if (run == null) {
      return Turn.ignored(state, List.of());
    }
    turn.nodes.fail(run, command.failure(), command.retryAfterMillis());
    turn.run();
    return turn.decision(Reply.OK);
  }

  private Decision fireTimer(InstanceState state, Command.FireTimer command, Turn turn) {
    String id = command.timerId();
    List<Effect> drop = List.of(new Effect.CancelTimer(id));
    if (state.life().status().terminal()) {
      return Turn.ignored(state, drop);
    }
    Instant due = dueAt(id, state, turn);
    if (!command.dueAt().equals(due)) {
      // One that was armed since keeps the id.
      return Turn.ignored(state, due == null ? drop : List.of());
    }
    if (id.equals(Endings.INSTANCE_TIMER)) {
      Failure failure = Failure.of("timeout", "the process ran longer than its timeout");
      turn.endings.end(Status.TERMINATED, EndReason.SYSTEM, null, failure.at("", turn.now()));
      return turn.decision(Reply.OK);
    }
    if (state.life().status() == Status.SUSPENDED) {
      return Turn.ignored(state, List.of());
    }
    turn.effect(new Effect.CancelTimer(id));
    if (id.startsWith(Joins.TIMER)) {
      turn.joins.timedOut(id.substring(Joins.TIMER.length()));
    } else {
      fire(id, turn.draft.run(runOf(id)), turn);
    }
    turn.run();
    return turn.decision(Reply.OK);
  }

  private static int runOf(String timerId) {
    return Integer.parseInt(timerId.substring(timerId.indexOf(':') + 1));
  }

  /** When the timer of an id is due now; null when nothing waits for it. */
  private static @Nullable Instant dueAt(String id, InstanceState state, Turn turn) {
    if (id.equals(Endings.INSTANCE_TIMER)) {
      return state.life().timeoutAt();
    }
    if (id.startsWith(Joins.TIMER)) {
      return turn.joins.dueAt(id.substring(Joins.TIMER.length()));
    }
    NodeRun run = state.graph().runs().get(runOf(id));
    return run == null || !run.open() ? null : Waits.timersOf(run).get(id);
  }

  private static void fire(String id, NodeRun run, Turn turn) {
    if (id.startsWith(Waits.TIMEOUT)) {
      turn.endings.stopChild(run, "the parent's node waited too long");
      turn.errors.fail(run, Failure.of("timeout", "no end within the timeout"), 0);
    } else if (id.startsWith(Waits.RETRY)) {
      turn.nodes.retry(run);
    } else {
      turn.nodes.complete(run, null, Outcomes.SUCCESS);
    }
  }

  private Decision childEnded(InstanceState state, Command.ChildEnded command, Turn turn) {
    NodeRun run = state.graph().runs().get(command.runId());
    boolean waits =
        run != null
            && command.generation() == state.life().generation()
            && !state.life().status().terminal()
            && run.waitsFor() instanceof Wait.ForChild child
            && child.child().equals(command.child());
    if (!waits || run == null) {
      return Turn.ignored(state, List.of());
    }
    if (command.status() == Status.COMPLETED) {
      turn.nodes.complete(run, command.result(), Outcomes.SUCCESS);
    } else {
      boolean failed = command.status() == Status.FAILED;
      String type = failed ? JsonValue.text(command.result(), "type", "unknown") : "canceled";
      String message =
          CHILD_ENDED
              + command.child()
              + " ended "
              + command.status().word()
              + ": "
              + cause(command.result());
      turn.nodes.fail(run, new Failure(type, message, "", false, command.result(), null), 0);
    }
    turn.run();
    return turn.decision(Reply.OK);
  }

  /** What a child failed of; not that its own child failed, and so on. */
  private static String cause(@Nullable Object failure) {
    Object cause = failure;
    while (JsonValue.text(cause, "message", "").startsWith(CHILD_ENDED)
        && !JsonValue.text(JsonValue.get(cause, "detail"), "message", "").isEmpty()) {
      cause = JsonValue.get(cause, "detail");
    }
    return JsonValue.text(cause, "message", "no reason given");
  }

  private Decision raiseEvent(InstanceState state, Command.RaiseEvent command, Turn turn) {
    if (state.life().status().terminal()) {
      return Turn.rejected(state, ended(state));
    }
    boolean repeated = !command.eventId().isEmpty() && state.eventIds().contains(command.eventId());
    if (repeated) {
      return Turn.ignored(state, List.of());
    }
    if (state.life().status() == Status.RUNNING) {
      for (NodeRun run : state.openRuns()) {
        if (run.waitsFor() instanceof Wait.ForEvent wanted
            && Waits.fits(wanted, command.name(), command.correlation())) {
          if (!command.eventId().isEmpty()) {
            // Kept for a moment, so that its id is known from now on.
            turn.emit(raised(command, turn));
            int last = turn.draft.keptEvents().size() - 1;
            turn.emit(new HistoryEvent.EventConsumed(turn.now(), last));
          }
          turn.nodes.complete(run, command.payload(), Outcomes.SUCCESS);
          turn.run();
          return turn.decision(Reply.OK);
        }
      }
    }
    if (command.ttlMillis() == 0) {
      return Turn.ignored(state, List.of());
    }
    turn.emit(raised(command, turn));
    return turn.decision(Reply.OK);
  }

  private static HistoryEvent.EventRaised raised(Command.RaiseEvent command, Turn turn) {
    Instant expires = command.ttlMillis() < 0 ? null : turn.now().plusMillis(command.ttlMillis());
    return new HistoryEvent.EventRaised(
        turn.now(),
        command.name(),
        command.correlation(),
        command.payload(),
        command.eventId(),
        expires);
  }

  private Decision actOnHumanTask(InstanceState state, Command.ActOnHumanTask command, Turn turn) {
    if (state.life().status() == Status.SUSPENDED) {
      return Turn.rejected(
          state,
          Reply.Rejected.of(Reason.INVALID_STATE, "the instance is suspended; resume it first"));
    }
    Reply reply = new People(turn).act(command);
    if (reply instanceof Reply.Rejected rejected) {
      return Turn.rejected(state, rejected);
    }
    turn.run();
    return turn.decision(reply);
  }

  private Decision settleRun(InstanceState state, Command.SettleRun command, Turn turn) {
    Status status = state.life().status();
    if (status != Status.RUNNING) {
      return Turn.rejected(state, Pauses.wrongState(state, "told a result", "started"));
    }
    NodeRun run = state.graph().runs().get(command.runId());
    Reply.Rejected refusal =
        run == null
            ? Reply.Rejected.of(Reason.NOT_FOUND, "no run " + command.runId())
            : !run.open()
                ? Reply.Rejected.of(
                    Reason.ALREADY_SUBMITTED, "run " + command.runId() + " has ended")
                : run.waitsFor() instanceof Wait.ForBodies
                    ? Reply.Rejected.of(
                        Reason.INVALID_INPUT,
                        "run " + command.runId() + " ends with what runs in its bodies")
                    : null;
    if (run == null || refusal != null) {
      return Turn.rejected(state, refusal == null ? ended(state) : refusal);
    }
    turn.openers.settle(run, command.value());
    turn.run();
    return turn.decision(Reply.OK);
  }

  private Decision terminate(InstanceState state, Command.TerminateInstance command, Turn turn) {
    if (state.life().status().terminal()) {
      return Turn.rejected(state, ended(state));
    }
    Status status = command.reason() == EndReason.PERSON ? Status.CANCELED : Status.TERMINATED;
    Failure failure =
        command.message().isEmpty()
            ? null
            : Failure.of("canceled", command.message()).at("", turn.now());
    turn.endings.end(status, command.reason(), null, failure);
    return turn.decision(Reply.OK);
  }

  private Decision setVariables(InstanceState state, Command.SetVariables command, Turn turn) {
    Status status = state.life().status();
    if (status.terminal() && status != Status.FAILED) {
      return Turn.rejected(state, ended(state));
    }
    turn.emit(new HistoryEvent.VariablesSet(turn.now(), command.variables()));
    return turn.decision(new Reply.Accepted(Map.copyOf(turn.draft.variables())));
  }

  private Decision abandon(InstanceState state, Turn turn) {
    if (state.life().status().terminal()) {
      return Turn.ignored(state, List.of());
    }
    Failure failure =
        Failure.of("lost", "the server stopped while this instance of the fast engine ran");
    turn.endings.end(Status.FAILED, EndReason.ERROR, null, failure.at("", turn.now()));
    return turn.decision(Reply.OK);
  }

  static Reply.Rejected ended(InstanceState state) {
    return Reply.Rejected.of(
        Reason.INVALID_STATE,
        "instance " + state.header().key() + " has ended (" + state.life().status().word() + ")");
  }
}
