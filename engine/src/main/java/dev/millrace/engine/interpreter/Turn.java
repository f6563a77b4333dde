package dev.millrace.engine.interpreter;

import dev.millrace.engine.Decision;
import dev.millrace.engine.Effect;
import dev.millrace.engine.EndReason;
import dev.millrace.engine.Failure;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.InstanceState.Loop;
import dev.millrace.engine.Moment;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.Reply;
import dev.millrace.engine.Status;
import dev.millrace.engine.Token;
import dev.millrace.engine.graph.Graph;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One decision in the making: the draft, what was emitted so far, and the tokens that are ready.
 * Every change of the draft goes through {@link #emit}. Not thread-safe; lives for one decision.
 */
final class Turn {

  /**
   * Nodes entered in one decision before the rest is put off, so that others on the lane need not
   * wait for all of a long loop.
   */
  static final int STEP_BUDGET = 500;

  final Draft draft;
  final Graph graph;
  final Ports ports;
  final Moment moment;
  final Nodes nodes = new Nodes(this);
  final Edges edges = new Edges(this);
  final Joins joins = new Joins(this);
  final Loops loops = new Loops(this);
  final Errors errors = new Errors(this);
  final Endings endings = new Endings(this);
  final Waits waits = new Waits(this);
  final Bodies bodies = new Bodies(this);
  final Openers openers = new Openers(this);
  final Leftovers leftovers = new Leftovers(this);
  private final List<HistoryEvent> events = new ArrayList<>();
  private final List<Effect> effects = new ArrayList<>();
  private final Deque<Token> ready = new ArrayDeque<>();
  private final Set<Integer> loopsToAdvance = new LinkedHashSet<>();

  /** Shared variables written in this decision; what others see changes with its effects. */
  private final Map<String, @Nullable Object> environmentWritten = new LinkedHashMap<>();

  private final Instant now;
  private int steps;
  private boolean continues;
  private boolean forgets;
  private int draws;

  Turn(Draft draft, Graph graph, Ports ports, Moment moment) {
    this.draft = draft;
    this.graph = graph;
    this.ports = ports;
    this.moment = moment;
    this.now = moment.now().isBefore(draft.lastEventAt()) ? draft.lastEventAt() : moment.now();
  }

  /** The time of this decision: never before the last event. */
  Instant now() {
    return now;
  }

  long draw() {
    return moment.draw(draws++);
  }

  String drawUid() {
    return moment.drawUid(draws++);
  }

  void emit(HistoryEvent event) {
    events.add(event);
    draft.apply(event);
    touch(event);
  }

  /** Notes the body in which something ended. */
  private void touch(HistoryEvent event) {
    switch (event) {
      case HistoryEvent.NodeRan ran -> bodies.touch(ran.place().scope());
      case HistoryEvent.NodeCompleted completed -> {
        NodeRun run = draft.findRun(completed.runId());
        if (run != null) {
          bodies.touch(run.place().scope());
        }
      }
      case HistoryEvent.LoopClosed closed -> {
        Loop loop = draft.loop(closed.loop());
        if (loop != null) {
          bodies.touch(loop.place().scope());
        }
      }
      case HistoryEvent.JoinPassed passed -> bodies.touch(passed.scope());
      case HistoryEvent.BodySettled settled -> bodies.touch(settled.scope());
      default -> {}
    }
  }

  void effect(Effect effect) {
    effects.add(effect);
  }

  void ready(Token token) {
    ready.add(token);
  }

  void advanceLater(int loop) {
    loopsToAdvance.add(loop);
  }

  boolean ended() {
    return draft.status().terminal();
  }

  /** Drops the tokens that are ready in some scopes. */
  void dropReady(Set<Integer> scopes) {
    ready.removeIf(token -> scopes.contains(token.scope()));
  }

  /** Drops the tokens that are ready, as when the instance ends. */
  void dropReady() {
    ready.clear();
    loopsToAdvance.clear();
  }

  /** Moves tokens until nothing can move, then ends the instance if nothing waits. */
  void run() {
    bodies.queueOrdered();
    while (!ended()) {
      if (draft.nextId() > InstanceState.IDS_MAX) {
        endings.end(Status.FAILED, EndReason.ERROR, null, tooMany());
        break;
      }
      Token token = ready.poll();
      if (token != null) {
        step(token);
      } else if (!bodies.advance()
          && !advanceLoop()
          && !joins.settle()
          && !waits.endDeadRace()
          && !bodies.breakDeadlock()
          && !endings.compensateNext()) {
        break;
      }
    }
    if (!ended()) {
      endings.finishIfIdle();
    }
  }

  private Failure tooMany() {
    return Failure.of(
            "loop_limit",
            "expected at most "
                + InstanceState.IDS_MAX
                + " runs, rounds and scopes in one instance, found more")
        .at("", now);
  }

  private void step(Token token) {
    boolean held = draft.status() == Status.SUSPENDED;
    if (held || steps >= STEP_BUDGET) {
      if (!held) {
        goOnLater();
      }
      emit(new HistoryEvent.TokenParked(now, token));
      return;
    }
    steps++;
    nodes.enter(token);
  }

  /** Takes a step from the budget; false, and the rest is put off, when none is left. */
  boolean spend() {
    if (steps >= STEP_BUDGET) {
      goOnLater();
      return false;
    }
    steps++;
    return true;
  }

  /** The variables that the owner's processes share, with those written in this decision. */
  Map<String, @Nullable Object> environment() {
    Map<String, @Nullable Object> shared = ports.environment().variables(graph.settings().owner());
    if (environmentWritten.isEmpty()) {
      return shared;
    }
    Map<String, @Nullable Object> both = new LinkedHashMap<>(shared);
    environmentWritten.forEach((name, value) -> {
      if (value == null) {
        both.remove(name);
      } else {
        both.put(name, value);
      }
    });
    return both;
  }

  /** Writes a variable that the owner's processes share; null removes it. */
  void setEnvironment(String name, @Nullable Object value) {
    environmentWritten.put(name, value);
    effect(new Effect.SetEnvironment(graph.settings().owner(), name, value));
  }

  private void goOnLater() {
    if (!continues) {
      continues = true;
      effect(new Effect.Continue());
    }
  }

  private boolean advanceLoop() {
    if (loopsToAdvance.isEmpty() || draft.status() == Status.SUSPENDED) {
      return false;
    }
    if (!spend()) {
      loopsToAdvance.clear();
      return false;
    }
    Integer loop = loopsToAdvance.iterator().next();
    loopsToAdvance.remove(loop);
    loops.advance(loop);
    return true;
  }

  /** Whether tokens wait to enter nodes in this decision. */
  List<Token> readyTokens() {
    return List.copyOf(ready);
  }

  /** No row of the instance, which has ended, is kept. */
  void forget() {
    forgets = true;
  }

  Decision decision(Reply reply) {
    if (forgets) {
      effects.add(new Effect.Forget());
    }
    return new Decision(events, effects, reply, draft.freeze(), false);
  }

  /** Nothing happened; {@code before} is the state it was. */
  static Decision rejected(@Nullable InstanceState before, Reply.Rejected reply) {
    return new Decision(List.of(), List.of(), reply, before, false);
  }

  /** A stale command: answered, counted, without effect. */
  static Decision ignored(InstanceState before, List<Effect> effects) {
    return new Decision(List.of(), effects, Reply.OK, before, true);
  }
}
