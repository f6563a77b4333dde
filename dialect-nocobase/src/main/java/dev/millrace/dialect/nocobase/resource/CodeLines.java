package dev.millrace.dialect.nocobase.resource;

import dev.millrace.dialect.nocobase.resource.ExecutionLogs.Level;
import dev.millrace.dialect.nocobase.resource.ExecutionLogs.Line;
import dev.millrace.dialect.nocobase.trigger.Times;
import dev.millrace.engine.code.CodeEvent;
import dev.millrace.engine.code.FailureDetails;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the log of an execution says of a workflow written as code. */
final class CodeLines {

  private CodeLines() {}

  /**
   * Lines of events, oldest first.
   *
   * @param names of activities and children by the event that asked for them; those asked for here
   *     are added
   */
  static List<Line> of(List<CodeEvent> events, Map<Integer, String> names) {
    List<Line> lines = new ArrayList<>();
    for (CodeEvent event : events) {
      Line line = line(event, names);
      if (line != null) {
        lines.add(line);
      }
    }
    return lines;
  }

  private static @Nullable Line line(CodeEvent event, Map<Integer, String> names) {
    return switch (event) {
      case CodeEvent.TaskScheduled e -> {
        names.put(e.eventId(), "activity " + e.name());
        yield line(Level.DEBUG, "activity %s asked for".formatted(e.name()));
      }
      case CodeEvent.TaskCompleted e ->
          line(Level.INFO, names.getOrDefault(e.taskId(), "an activity") + " resolved");
      case CodeEvent.TaskFailed e ->
          line(Level.ERROR, names.getOrDefault(e.taskId(), "an activity") + why(e.failure()));
      case CodeEvent.ChildCreated e -> {
        names.put(e.eventId(), "child " + e.name());
        yield line(Level.DEBUG, "child %s started as %s".formatted(e.name(), e.instanceId()));
      }
      case CodeEvent.ChildCompleted e ->
          line(Level.INFO, names.getOrDefault(e.taskId(), "a child") + " resolved");
      case CodeEvent.ChildFailed e ->
          line(Level.ERROR, names.getOrDefault(e.taskId(), "a child") + why(e.failure()));
      case CodeEvent.TimerCreated e when e.fires() ->
          line(Level.DEBUG, "waiting until " + Times.text(e.fireAt()));
      case CodeEvent.EventSent e ->
          line(Level.DEBUG, "event %s sent to %s".formatted(e.name(), e.instanceId()));
      case CodeEvent.EventRaised e -> line(Level.INFO, "event %s came".formatted(e.name()));
      case CodeEvent.ExecutionStalled e ->
          line(
              Level.WARN,
              "execution stalled" + (e.description() == null ? "" : ": " + e.description()));
      case CodeEvent.DetachedCreated e ->
          line(Level.DEBUG, "instance %s started".formatted(e.instanceId()));
      // Pauses, the beginning and the end are events of every instance, and told there.
      case CodeEvent.TurnStarted _,
          CodeEvent.ExecutionSuspended _,
          CodeEvent.ExecutionResumed _,
          CodeEvent.ExecutionStarted _,
          CodeEvent.ExecutionCompleted _,
          CodeEvent.ExecutionTerminated _,
          CodeEvent.TimerCreated _,
          CodeEvent.TimerFired _ ->
          null;
    };
  }

  private static Line line(Level level, String message) {
    return new Line(level, message, null);
  }

  private static String why(@Nullable FailureDetails failure) {
    return failure == null ? " failed" : " failed: " + failure.message();
  }
}
