package dev.millrace.engine.interpreter;

import dev.millrace.engine.Command;
import dev.millrace.engine.Decision;
import dev.millrace.engine.Effect;
import dev.millrace.engine.EndReason;
import dev.millrace.engine.Failure;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.Moment;
import dev.millrace.engine.ParentRef;
import dev.millrace.engine.Reply;
import dev.millrace.engine.Status;
import dev.millrace.engine.code.CodeEvent;
import dev.millrace.engine.code.CodeState;
import dev.millrace.engine.code.FailureDetails;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One decision about a code workflow in the making. Not thread-safe; lives for one decision. */
final class CodeDecision {

  private final List<HistoryEvent> events = new ArrayList<>();
  private final List<Effect> effects = new ArrayList<>();
  private final Draft draft;
  private final Moment moment;
  private @Nullable InstanceState state;
  private @Nullable Instant stamp;
  private int draws;

  CodeDecision(@Nullable InstanceState state, Moment moment) {
    this.state = state;
    this.draft = new Draft(state);
    this.moment = moment;
  }

  /** The time of this decision: never before the last event. */
  Instant now() {
    Instant last = draft.lastEventAt();
    return moment.now().isBefore(last) ? last : moment.now();
  }

  /** A time that no event of this instance has. */
  Instant stamp() {
    InstanceState known = state;
    Instant last = stamp;
    if (last == null) {
      CodeState code = known == null ? null : known.code();
      last = code == null ? Instant.EPOCH : code.progress().lastStamp();
    }
    Instant next = now().isAfter(last) ? now() : last.plusNanos(1);
    stamp = next;
    return next;
  }

  /** A fresh identifier in the form of a random UUID. */
  String drawUuid() {
    long high = (moment.draw(draws++) & ~0xF000L) | 0x4000L;
    long low = (moment.draw(draws++) & 0x3FFFFFFFFFFFFFFFL) | 0x8000000000000000L;
    return "%08x-%04x-%04x-%04x-%012x"
        .formatted(
            high >>> 32,
            (high >>> 16) & 0xFFFF,
            high & 0xFFFF,
            low >>> 48,
            low & 0xFFFF_FFFF_FFFFL);
  }

  void emit(HistoryEvent event) {
    events.add(event);
    draft.apply(event);
    state = draft.freeze();
  }

  void arrive(CodeEvent event) {
    emit(new HistoryEvent.CodeArrived(now(), event));
  }

  void effect(Effect effect) {
    effects.add(effect);
  }

  void send(Command command) {
    effects.add(new Effect.SendToInstance(command));
  }

  InstanceState state() {
    InstanceState known = state;
    if (known == null) {
      throw new IllegalStateException("the instance was not started");
    }
    return known;
  }

  CodeState code() {
    CodeState code = state().code();
    if (code == null) {
      throw new IllegalStateException("the instance is no code workflow");
    }
    return code;
  }

  InstanceKey key() {
    return state().header().key();
  }

  String app() {
    return key().namespace();
  }

  /** How many of the arrivals a worker may be shown now, oldest first. */
  static int deliverable(InstanceState state, CodeState code) {
    List<CodeEvent> inbox = code.inbox();
    return switch (state.life().status()) {
      case PENDING, RUNNING -> code.progress().notBefore() == null ? inbox.size() : 0;
      case SUSPENDED -> notBegun(code) ? 0 : CodeDraft.lastSuspension(inbox) + 1;
      case COMPLETED, FAILED, TERMINATED, CANCELED -> 0;
    };
  }

  /** Whether no turn has shown the beginning of the present run to a worker and was answered. */
  static boolean notBegun(CodeState code) {
    return !code.inbox().isEmpty() && code.inbox().getFirst() instanceof CodeEvent.ExecutionStarted;
  }

  /** Offers the next turn, when there is something to show. */
  void offerTurn() {
    CodeState code = code();
    int count = deliverable(state(), code);
    if (count == 0) {
      return;
    }
    Instant present = stamp();
    List<CodeEvent> fresh = new ArrayList<>(count + 1);
    fresh.add(new CodeEvent.TurnStarted(present, null));
    fresh.addAll(code.inbox().subList(0, count));
    Command.TurnToken token =
        new Command.TurnToken(
            state().life().executionUid(), code.progress().turn() + 1, count, present);
    effect(new Effect.DispatchTurn(token, code.started(), code.history(), fresh, code.stalled()));
  }

  /** Records the end, stops what is open and tells the parent. */
  void end(Status status, EndReason reason, CodeEvent.ExecutionCompleted completed) {
    InstanceState before = state();
    code().open().timers().keySet().forEach(id -> effect(new Effect.CancelTimer(Timers.id(id))));
    if (code().progress().notBefore() != null) {
      effect(new Effect.CancelTimer(Timers.START));
    }
    Failure failure = status == Status.COMPLETED ? null : failure(completed.failure());
    String output = completed.result();
    emit(new HistoryEvent.InstanceEnded(now(), status, reason, output, failure));
    if (status == Status.TERMINATED) {
      effect(new Effect.DropWork(before.life().executionUid()));
    }
    ParentRef parent = before.header().parent();
    if (parent != null && parent.waits()) {
      Object result =
          status == Status.COMPLETED ? output : failure == null ? null : failure.toJson();
      send(
          new Command.ChildEnded(
              parent.key(),
              parent.generation(),
              parent.runId(),
              key(),
              status,
              result,
              parent.execution()));
    }
  }

  private @Nullable Failure failure(@Nullable FailureDetails details) {
    return details == null ? null : Failure.of(details, now());
  }

  /** Ends all children of the present run; those that have ended ignore it. */
  void endChildren() {
    Set<InstanceKey> told = new LinkedHashSet<>();
    for (CodeEvent event : code().history()) {
      if (event instanceof CodeEvent.ChildCreated child) {
        told.add(CodeStarts.childKey(app(), child));
      }
    }
    told.forEach(child -> send(new Command.TerminateCode(child, null, true, key())));
  }

  Decision decided(Reply reply) {
    return new Decision(events, effects, reply, state, false);
  }
}
