package dev.millrace.engine.interpreter;

import dev.millrace.engine.Decision;
import dev.millrace.engine.Effect;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.Moment;
import dev.millrace.engine.Reply;
import dev.millrace.engine.Status;
import dev.millrace.engine.Token;
import dev.millrace.engine.graph.Graph;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One decision in the making: the draft, what was emitted so far, and the tokens that are ready.
 * Every change of the draft goes through {@link #emit}. Not thread-safe; lives for one decision.
 */
final class Turn {

  /** Nodes entered in one decision before the rest is put off, so that a lane is never held. */
  static final int STEP_BUDGET = 10_000;

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
  private final List<HistoryEvent> events = new ArrayList<>();
  private final List<Effect> effects = new ArrayList<>();
  private final Deque<Token> ready = new ArrayDeque<>();
  private final Set<Integer> loopsToAdvance = new LinkedHashSet<>();
  private final Instant now;
  private int steps;
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

  /** Drops the tokens that are ready, as when the instance ends. */
  void dropReady() {
    ready.clear();
    loopsToAdvance.clear();
  }

  /** Moves tokens until nothing can move, then ends the instance if nothing waits. */
  void run() {
    while (!ended()) {
      Token token = ready.poll();
      if (token != null) {
        step(token);
      } else if (!advanceLoop() && !joins.settle() && !endings.compensateNext()) {
        break;
      }
    }
    if (!ended()) {
      endings.finishIfIdle();
    }
  }

  private void step(Token token) {
    boolean held = draft.status() == Status.SUSPENDED;
    if (held || steps >= STEP_BUDGET) {
      if (!held && draft.parked().isEmpty()) {
        effect(new Effect.Continue());
      }
      emit(new HistoryEvent.TokenParked(now, token));
      return;
    }
    steps++;
    nodes.enter(token);
  }

  private boolean advanceLoop() {
    if (loopsToAdvance.isEmpty() || draft.status() == Status.SUSPENDED) {
      return false;
    }
    if (steps >= STEP_BUDGET) {
      effect(new Effect.Continue());
      loopsToAdvance.clear();
      return false;
    }
    steps++;
    Integer loop = loopsToAdvance.iterator().next();
    loopsToAdvance.remove(loop);
    loops.advance(loop);
    return true;
  }

  /** Whether tokens wait to enter nodes in this decision. */
  List<Token> readyTokens() {
    return List.copyOf(ready);
  }

  Decision decision(Reply reply) {
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
