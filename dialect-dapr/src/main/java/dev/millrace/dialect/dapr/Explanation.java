package dev.millrace.dialect.dapr;

import dev.millrace.dialect.dapr.wire.Snapshot;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.code.CodeEvent;
import dev.millrace.engine.code.CodeState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Why an instance stands where it stands, in words and as JSON. */
final class Explanation {

  private Explanation() {}

  static Map<String, Object> of(InstanceState state, int workers) {
    Snapshot snapshot = Snapshot.of(state);
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("instanceID", snapshot.instanceId());
    CodeState code = state.code();
    if (code == null) {
      json.put("runtimeStatus", snapshot.word());
      json.put("why", "an instance of the process API; ask that API to explain it");
      return json;
    }
    json.put("workflowName", code.started().name());
    json.put("runtimeStatus", code.stalled() ? "STALLED" : snapshot.word());
    json.put("connectedWorkers", (long) workers);
    json.put("why", why(state, code, workers));
    json.put("waiting", waiting(code));
    json.put("inbox", code.inbox().stream().map(Explanation::word).toList());
    return json;
  }

  private static String why(InstanceState state, CodeState code, int workers) {
    CodeEvent.ExecutionStalled stall = code.progress().stall();
    if (state.life().status().terminal()) {
      return "it has ended";
    }
    if (stall != null) {
      return "the last answer of a worker was no progress: "
          + stall.reason().name().toLowerCase(Locale.ROOT).replace('_', ' ')
          + (stall.description() == null ? "" : ", " + stall.description())
          + "; it is tried again when another worker connects";
    }
    if (code.progress().notBefore() != null) {
      return "its start is due at " + code.progress().notBefore();
    }
    if (workers == 0) {
      return "no worker of its application is connected";
    }
    if (!code.inbox().isEmpty() || code.history().isEmpty()) {
      return "a worker has its turn, or will be given it next";
    }
    return "it waits for what it asked for, or for an event";
  }

  private static List<Object> waiting(CodeState code) {
    List<Object> waiting = new ArrayList<>();
    code.open()
        .tasks()
        .forEach(
            (id, task) -> waiting.add(waitFor("activity", id, task.name(), task.at().toString())));
    code.open()
        .timers()
        .forEach((id, timer) -> {
          Map<String, Object> wait =
              waitFor("timer", id, timer.name() == null ? "" : timer.name(), timer.at().toString());
          wait.put("dueAt", timer.fireAt().toString());
          waiting.add(wait);
        });
    code.open()
        .children()
        .forEach((id, child) -> {
          Map<String, Object> wait = waitFor("child", id, child.name(), child.at().toString());
          wait.put("instanceID", child.instanceId());
          waiting.add(wait);
        });
    return waiting;
  }

  private static Map<String, Object> waitFor(String kind, int id, String name, String since) {
    Map<String, Object> wait = new LinkedHashMap<>();
    wait.put("for", kind);
    wait.put("eventID", (long) id);
    wait.put("name", name);
    wait.put("since", since);
    return wait;
  }

  private static String word(CodeEvent event) {
    return switch (event) {
      case CodeEvent.EventRaised raised -> "event " + raised.name();
      case CodeEvent.TaskCompleted done -> "result of activity " + done.taskId();
      case CodeEvent.TaskFailed failed -> "failure of activity " + failed.taskId();
      case CodeEvent.TimerFired fired -> "timer " + fired.timerId();
      case CodeEvent.ChildCompleted done -> "result of child " + done.taskId();
      case CodeEvent.ChildFailed failed -> "failure of child " + failed.taskId();
      default -> event.getClass().getSimpleName();
    };
  }
}
