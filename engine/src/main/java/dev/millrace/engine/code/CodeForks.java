package dev.millrace.engine.code;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Cuts the history of an ended run so that another instance can go on from an event. Pure. */
public final class CodeForks {

  private CodeForks() {}

  /** What came of a wish for a fork. */
  public sealed interface Result {

    /** The other instance may begin so. */
    record Forked(CodeFork seed) implements Result {}

    /** There is no such event. */
    record NotFound(String message) implements Result {}

    /** What was asked for makes no sense for the event. */
    record Refused(String message) implements Result {}
  }

  /**
   * What is wanted.
   *
   * @param eventId the activity, timer or child to begin with
   * @param newUid the id of the other instance
   * @param overwriteInput whether {@code input} replaces what the event had
   * @param newChildUid the id of a child that is run again, null to have it derived
   */
  public record Wish(
      int eventId,
      String newUid,
      boolean overwriteInput,
      @Nullable String input,
      @Nullable String newChildUid) {}

  /** Cuts a history before an event, which is asked for again as the last thing. */
  public static Result fork(CodeState source, Wish wish) {
    List<CodeEvent> history = source.history();
    int at = 0;
    while (at < history.size() && !wanted(history.get(at), wish.eventId())) {
      at++;
    }
    if (at == history.size()) {
      return new Result.NotFound(
          "does not have history event with ID '%d'".formatted(wish.eventId()));
    }
    CodeEvent target = history.get(at);
    Result refusal = refusal(target, wish);
    if (refusal != null) {
      return refusal;
    }
    List<CodeEvent> kept = new ArrayList<>();
    String of = source.started().instanceId();
    Set<Integer> answered = answered(history.subList(0, at));
    for (CodeEvent event : history.subList(0, at)) {
      kept.add(
          event.eventId() == CodeEvent.NO_ID || answered.contains(event.eventId())
              ? event
              : renamed(event, wish.newUid()));
    }
    kept.add(again(target, of, wish));
    return new Result.Forked(new CodeFork(source.started(), kept, ""));
  }

  private static boolean wanted(CodeEvent event, int id) {
    return event.eventId() == id && id != CodeEvent.NO_ID;
  }

  private static @Nullable Result refusal(CodeEvent target, Wish wish) {
    int id = wish.eventId();
    return switch (target) {
      case CodeEvent.TaskScheduled _ ->
          wish.newChildUid() == null
              ? null
              : new Result.Refused(
                  "cannot set new child workflow instance ID on activity event '%d'".formatted(id));
      case CodeEvent.TimerCreated _ -> {
        if (wish.overwriteInput()) {
          yield new Result.Refused("cannot write input to timer event '%d'".formatted(id));
        }
        yield wish.newChildUid() == null
            ? null
            : new Result.Refused(
                "cannot set new child workflow instance ID on timer event '%d'".formatted(id));
      }
      case CodeEvent.ChildCreated _ -> null;
      case CodeEvent.DetachedCreated _ ->
          new Result.Refused(
              "event '%d' is a detached workflow spawn and cannot be rerun: detached spawns are fire-and-forget and have no replayable continuation in the caller"
                  .formatted(id));
      default ->
          new Result.NotFound(
              "target event '*protos.HistoryEvent_%s' with ID '%d' is not an event that can be rerun"
                  .formatted(target.getClass().getSimpleName(), id));
    };
  }

  private static Set<Integer> answered(List<CodeEvent> events) {
    Set<Integer> ids = new HashSet<>();
    for (CodeEvent event : events) {
      switch (event) {
        case CodeEvent.TaskCompleted done -> ids.add(done.taskId());
        case CodeEvent.TaskFailed failed -> ids.add(failed.taskId());
        case CodeEvent.TimerFired fired -> ids.add(fired.timerId());
        case CodeEvent.ChildCompleted done -> ids.add(done.taskId());
        case CodeEvent.ChildFailed failed -> ids.add(failed.taskId());
        default -> {
          // The others answer nothing.
        }
      }
    }
    return ids;
  }

  /** A child that has no answer yet is run again, under an id of the other instance. */
  private static CodeEvent renamed(CodeEvent event, String newUid) {
    return event instanceof CodeEvent.ChildCreated child
        ? child(child, childId(newUid, child.eventId()), child.input(), child.rerunOf())
        : event;
  }

  private static String childId(String uid, int eventId) {
    return "%s:%04x".formatted(uid, eventId);
  }

  private static CodeEvent again(CodeEvent target, String of, Wish wish) {
    return switch (target) {
      case CodeEvent.TaskScheduled task ->
          new CodeEvent.TaskScheduled(
              task.eventId(),
              task.at(),
              task.router(),
              task.name(),
              task.version(),
              wish.overwriteInput() ? wish.input() : task.input(),
              task.trace(),
              task.taskExecutionId(),
              of,
              task.propagation());
      case CodeEvent.TimerCreated timer ->
          new CodeEvent.TimerCreated(
              timer.eventId(),
              timer.at(),
              timer.router(),
              timer.fireAt(),
              timer.name(),
              of,
              timer.origin());
      case CodeEvent.ChildCreated child -> {
        String given = wish.newChildUid();
        yield child(
            child,
            given == null ? childId(wish.newUid(), child.eventId()) : given,
            wish.overwriteInput() ? wish.input() : child.input(),
            of);
      }
      default -> throw new IllegalStateException("refused above: " + target);
    };
  }

  private static CodeEvent child(
      CodeEvent.ChildCreated child,
      String instanceId,
      @Nullable String input,
      @Nullable String rerunOf) {
    return new CodeEvent.ChildCreated(
        child.eventId(),
        child.at(),
        child.router(),
        instanceId,
        child.name(),
        child.version(),
        input,
        child.trace(),
        rerunOf,
        child.propagation(),
        child.retryOf());
  }
}
