package dev.millrace.runtime.explain;

import dev.millrace.engine.InstanceState;
import dev.millrace.engine.Status;
import dev.millrace.engine.code.CodeEvent;
import dev.millrace.engine.code.CodeState;
import dev.millrace.engine.code.Router;
import dev.millrace.runtime.worker.Workers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Says what a code workflow waits for. What its code waits for beyond activities, timers and
 * children cannot be known from outside: then it is said what has arrived.
 */
public final class CodeExplain {

  /** Nobody sets a limit of a hundred years: it means that there is none. */
  private static final Duration NO_LIMIT = Duration.ofDays(36_525);

  private CodeExplain() {}

  /** One reason per thing that waits; empty for an ended instance and for graphs. */
  public static List<WaitReason> explain(InstanceState state, Workers workers) {
    List<WaitReason> reasons = new ArrayList<>();
    CodeState code = state.code();
    if (code == null || state.life().status().terminal()) {
      return reasons;
    }
    Instant last = state.life().lastEventAt();
    if (state.life().status() == Status.SUSPENDED) {
      reasons.add(
          new WaitReason(
              WaitReason.Kind.SUSPENDED,
              last,
              "a suspension",
              "resume",
              "The instance is suspended: %d arrivals are kept until it is resumed."
                  .formatted(code.inbox().size())));
    }
    Instant start = code.progress().notBefore();
    if (start != null) {
      reasons.add(
          new WaitReason(
              WaitReason.Kind.TIME,
              last,
              "the time " + start,
              "the clock",
              "The start is due at %s.".formatted(start)));
      return reasons;
    }
    turn(state, code, workers, reasons);
    code.open().tasks().values().forEach(task -> reasons.add(task(state, task, workers)));
    code.open().timers().values().forEach(timer -> reasons.add(timer(code, timer)));
    code.open().children().values().forEach(child -> reasons.add(child(child)));
    if (reasons.isEmpty()) {
      reasons.add(event(code, last));
    }
    return reasons;
  }

  private static void turn(
      InstanceState state, CodeState code, Workers workers, List<WaitReason> reasons) {
    String app = state.header().key().namespace();
    String workflow = code.started().name();
    Instant since = state.life().lastEventAt();
    CodeEvent.ExecutionStalled stall = code.progress().stall();
    if (stall != null) {
      reasons.add(
          new WaitReason(
              WaitReason.Kind.STALLED,
              stall.at(),
              "a worker with other code",
              "a new worker of app " + app,
              "Stalled: %s It goes on when a worker of app %s with the right code connects."
                  .formatted(sentence(stall.description()), app)));
      return;
    }
    int next = code.progress().turn() + 1;
    switch (workers.turnOf(state.header().key(), next)) {
      case NONE -> {
        // Too much waits to be kept in memory: the turn is found in the store again.
        if (workers.leavesToStore(app)
            && !code.inbox().isEmpty()
            && state.life().status() != Status.SUSPENDED) {
          reasons.add(waits(app, workflow, since, workers));
        }
      }
      case WITH_WORKER ->
          reasons.add(
              new WaitReason(
                  WaitReason.Kind.WORKER,
                  since,
                  "a worker of app " + app,
                  "the worker's answer",
                  "A worker of app %s runs workflow %s and has not answered turn %d."
                          .formatted(app, workflow, next)
                      + refusal(state, workers)));
      case WAITS, STALLED -> reasons.add(waits(app, workflow, since, workers));
    }
  }

  private static String refusal(InstanceState state, Workers workers) {
    String refusal = workers.refusalOf(state.header().key());
    return refusal.isEmpty() ? "" : " Its last answer was refused: " + refusal + ".";
  }

  private static String sentence(@Nullable String text) {
    String trimmed = text == null ? "no reason given" : text.strip();
    return trimmed.endsWith(".") ? trimmed : trimmed + ".";
  }

  private static WaitReason waits(String app, String workflow, Instant since, Workers workers) {
    int connected = workers.connected(app);
    String sentence =
        connected == 0
            ? "Waits for a worker of app %s that runs workflow %s; none is connected."
                .formatted(app, workflow)
            : "Waits for one of the %d workers of app %s to have room for workflow %s."
                .formatted(connected, app, workflow);
    return new WaitReason(
        WaitReason.Kind.WORKER,
        since,
        "a worker of app " + app,
        "a worker that connects",
        sentence);
  }

  private static WaitReason task(
      InstanceState state, CodeEvent.TaskScheduled task, Workers workers) {
    Router router = task.router();
    String target = router == null ? null : router.target();
    String app = target == null ? state.header().key().namespace() : target;
    boolean out =
        workers.taskOut(state.header().key(), state.life().executionUid(), task.eventId());
    String where =
        out
            ? "a worker of app " + app + " runs it"
            : workers.connected(app) == 0
                ? "it waits for a worker of app " + app + "; none is connected"
                : "it waits for a worker of app " + app + " to have room";
    return new WaitReason(
        WaitReason.Kind.ACTIVITY,
        task.at(),
        "activity " + task.name(),
        "its result",
        "Activity %s (%d) has no result yet: %s.".formatted(task.name(), task.eventId(), where));
  }

  private static WaitReason timer(CodeState code, CodeEvent.TimerCreated timer) {
    String event = timer.limitedEvent();
    if (event != null && endless(timer)) {
      return new WaitReason(
          WaitReason.Kind.EVENT,
          timer.at(),
          "event " + event,
          "raising event " + event,
          "Waits for event %s without a time limit. Events so far: %s."
              .formatted(event, arrived(code)));
    }
    if (!timer.fires()) {
      return new WaitReason(
          WaitReason.Kind.EVENT,
          timer.at(),
          "an event",
          "raising the event its code waits for",
          "Waits without a time limit, most likely for an event. Events so far: %s."
              .formatted(arrived(code)));
    }
    return new WaitReason(
        WaitReason.Kind.TIME,
        timer.at(),
        "the time " + timer.fireAt(),
        "the clock",
        "Timer %d is due at %s%s."
            .formatted(
                timer.eventId(),
                timer.fireAt(),
                event == null ? "" : " and limits the wait for " + event));
  }

  /**
   * Whether a timer only says that a wait has no limit: SDKs write a time that no clock reaches.
   */
  public static boolean endless(CodeEvent.TimerCreated timer) {
    return !timer.fires()
        || (timer.limitedEvent() != null && timer.fireAt().isAfter(timer.at().plus(NO_LIMIT)));
  }

  private static WaitReason child(CodeEvent.ChildCreated child) {
    return new WaitReason(
        WaitReason.Kind.CHILD,
        child.at(),
        "instance " + child.instanceId(),
        "its end",
        "Waits for the end of instance %s of workflow %s."
            .formatted(child.instanceId(), child.name()));
  }

  private static WaitReason event(CodeState code, Instant since) {
    return new WaitReason(
        WaitReason.Kind.EVENT,
        since,
        "an event",
        "raising the event its code waits for",
        "Nothing is under way: its code waits for an event. Events so far: %s."
            .formatted(arrived(code)));
  }

  private static String arrived(CodeState code) {
    String arrived =
        code.history().stream()
            .filter(CodeEvent.EventRaised.class::isInstance)
            .map(event -> ((CodeEvent.EventRaised) event).name())
            .distinct()
            .collect(Collectors.joining(", "));
    return arrived.isEmpty() ? "none" : arrived;
  }
}
