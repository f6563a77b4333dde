package dev.millrace.engine.interpreter;

import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.Status;
import dev.millrace.engine.code.CodeEvent;
import dev.millrace.engine.code.CodeState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The part of a draft that belongs to a code workflow; empty for graphs. Not thread-safe. */
final class CodeDraft {

  private CodeEvent.@Nullable ExecutionStarted started;
  private List<CodeEvent> history = List.of();
  private List<CodeEvent> inbox = List.of();
  private CopiedMap<Integer, CodeEvent.TaskScheduled> tasks;
  private CopiedMap<Integer, CodeEvent.TimerCreated> timers;
  private CopiedMap<Integer, CodeEvent.ChildCreated> children;
  private int turn;
  private @Nullable String customStatus;
  private @Nullable Instant notBefore;
  private CodeEvent.@Nullable ExecutionStalled stall;
  private boolean suspensionTold;
  private Instant lastStamp = Instant.EPOCH;

  CodeDraft(@Nullable CodeState state) {
    CodeState.Open open = state == null ? CodeState.Open.NOTHING : state.open();
    tasks = new CopiedMap<>(open.tasks());
    timers = new CopiedMap<>(open.timers());
    children = new CopiedMap<>(open.children());
    if (state != null) {
      started = state.started();
      history = state.history();
      inbox = state.inbox();
      turn = state.progress().turn();
      customStatus = state.progress().customStatus();
      notBefore = state.progress().notBefore();
      stall = state.progress().stall();
      suspensionTold = state.progress().suspensionTold();
      lastStamp = state.progress().lastStamp();
    }
  }

  @Nullable CodeState freeze() {
    if (started == null) {
      return null;
    }
    return new CodeState(
        started,
        history,
        inbox,
        new CodeState.Open(tasks.freeze(), timers.freeze(), children.freeze()),
        new CodeState.Progress(turn, customStatus, notBefore, stall, suspensionTold, lastStamp));
  }

  /** Whether it is a code workflow of which no worker has answered a turn. */
  boolean beforeFirstTurn() {
    return started != null && turn == 0;
  }

  void arrived(CodeEvent event) {
    stamped(event);
    resolve(event);
    switch (event) {
      case CodeEvent.ExecutionStarted begin -> {
        started = begin;
        Instant due = begin.scheduledStart();
        notBefore = due != null && due.isAfter(begin.at()) ? due : null;
        inbox = GrowingList.plus(inbox, List.of(event));
      }
      case CodeEvent.ExecutionResumed _ -> {
        suspensionTold = false;
        List<CodeEvent> next = new ArrayList<>(inbox);
        next.add(lastSuspension(inbox) + 1, event);
        inbox = List.copyOf(next);
      }
      case CodeEvent.ExecutionSuspended _ -> {
        suspensionTold = true;
        inbox = GrowingList.plus(inbox, List.of(event));
      }
      case CodeEvent.TaskCompleted _,
          CodeEvent.TaskFailed _,
          CodeEvent.TimerFired _,
          CodeEvent.ChildCompleted _,
          CodeEvent.ChildFailed _,
          CodeEvent.EventRaised _,
          CodeEvent.ExecutionTerminated _ ->
          inbox = GrowingList.plus(inbox, List.of(event));
      case CodeEvent.TurnStarted _,
          CodeEvent.ExecutionCompleted _,
          CodeEvent.TaskScheduled _,
          CodeEvent.ChildCreated _,
          CodeEvent.TimerCreated _,
          CodeEvent.EventSent _,
          CodeEvent.ExecutionStalled _,
          CodeEvent.DetachedCreated _ ->
          throw new IllegalArgumentException("nothing that arrives: " + event);
    }
  }

  /** The index of the newest suspension that no turn has consumed, -1 for none. */
  static int lastSuspension(List<CodeEvent> inbox) {
    for (int i = inbox.size() - 1; i >= 0; i--) {
      if (inbox.get(i) instanceof CodeEvent.ExecutionSuspended) {
        return i;
      }
    }
    return -1;
  }

  void startReached() {
    notBefore = null;
  }

  void seeded(List<CodeEvent> events) {
    for (CodeEvent event : events) {
      stamped(event);
      if (event instanceof CodeEvent.ExecutionStarted begin) {
        started = begin;
      }
      resolve(event);
      consumed(event);
      produced(event);
    }
    history = GrowingList.plus(List.of(), events);
    turn = 1;
  }

  void turnTaken(HistoryEvent.TurnTaken taken) {
    List<CodeEvent> read = inbox.subList(0, taken.consumed());
    List<CodeEvent> more = new ArrayList<>(read.size() + taken.produced().size() + 1);
    more.add(taken.started());
    more.addAll(read);
    more.addAll(taken.produced());
    history = GrowingList.plus(history, more);
    read.forEach(this::consumed);
    taken.produced().forEach(this::produced);
    more.forEach(this::stamped);
    inbox = rest(taken.consumed());
    advanced(taken.turn(), taken.customStatus());
  }

  void stalled(HistoryEvent.TurnStalled event) {
    turn = event.turn();
    stall = event.stall();
    stamped(event.stall());
    if (event.noted()) {
      history = GrowingList.plus(history, List.of(event.stall()));
    }
  }

  void continuedAsNew(HistoryEvent.ContinuedAsNew again) {
    List<CodeEvent> next = new ArrayList<>();
    next.add(again.started());
    next.addAll(again.carryover());
    boolean suspended = false;
    for (CodeEvent event : rest(again.consumed())) {
      if (event instanceof CodeEvent.EventRaised) {
        next.add(event);
      } else if (event instanceof CodeEvent.ExecutionSuspended) {
        suspended = true;
        next.add(event);
      } else if (event instanceof CodeEvent.ExecutionResumed && suspended) {
        suspended = false;
        next.add(event);
      }
    }
    suspensionTold = suspended;
    started = again.started();
    history = List.of();
    inbox = GrowingList.plus(List.of(), next);
    tasks = new CopiedMap<>(CodeState.Open.NOTHING.tasks());
    timers = new CopiedMap<>(CodeState.Open.NOTHING.timers());
    children = new CopiedMap<>(CodeState.Open.NOTHING.children());
    next.forEach(this::stamped);
    advanced(again.turn(), again.customStatus());
  }

  void taskSettled(int taskId) {
    tasks.write().remove(taskId);
  }

  /** Nothing is waited for any more; activities not waited for still run unless it was ended. */
  void ended(Status status) {
    if (started == null) {
      return;
    }
    inbox = List.of();
    notBefore = null;
    stall = null;
    timers = new CopiedMap<>(CodeState.Open.NOTHING.timers());
    children = new CopiedMap<>(CodeState.Open.NOTHING.children());
    if (status == Status.TERMINATED || status == Status.CANCELED) {
      tasks = new CopiedMap<>(CodeState.Open.NOTHING.tasks());
    }
  }

  private void advanced(int number, @Nullable String status) {
    turn = number;
    customStatus = status;
    stall = null;
  }

  private List<CodeEvent> rest(int consumed) {
    return consumed == inbox.size()
        ? List.of()
        : GrowingList.plus(List.of(), inbox.subList(consumed, inbox.size()));
  }

  private void stamped(CodeEvent event) {
    if (event.at().isAfter(lastStamp)) {
      lastStamp = event.at();
    }
  }

  /** An answer closes what was asked for. */
  private void resolve(CodeEvent event) {
    switch (event) {
      case CodeEvent.TaskCompleted done -> tasks.write().remove(done.taskId());
      case CodeEvent.TaskFailed failed -> tasks.write().remove(failed.taskId());
      case CodeEvent.TimerFired fired -> timers.write().remove(fired.timerId());
      case CodeEvent.ChildCompleted done -> children.write().remove(done.taskId());
      case CodeEvent.ChildFailed failed -> children.write().remove(failed.taskId());
      default -> {
        // The others answer nothing that was asked for.
      }
    }
  }

  /** A consumed event stops the oldest timer that limits the wait for it. */
  private void consumed(CodeEvent event) {
    if (event instanceof CodeEvent.EventRaised raised) {
      for (CodeEvent.TimerCreated timer : timers.read().values()) {
        if (Timers.limitsWaitFor(timer, raised.name())) {
          timers.write().remove(timer.eventId());
          return;
        }
      }
    }
  }

  private void produced(CodeEvent event) {
    switch (event) {
      case CodeEvent.TaskScheduled task -> tasks.write().put(task.eventId(), task);
      case CodeEvent.TimerCreated timer -> timers.write().put(timer.eventId(), timer);
      case CodeEvent.ChildCreated child -> children.write().put(child.eventId(), child);
      default -> {
        // The others ask for nothing that is answered.
      }
    }
  }
}
