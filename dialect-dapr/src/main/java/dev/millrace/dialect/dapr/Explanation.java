package dev.millrace.dialect.dapr;

import dev.millrace.dialect.dapr.wire.Snapshot;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.code.CodeEvent;
import dev.millrace.engine.code.CodeState;
import dev.millrace.engine.graph.Graph;
import dev.millrace.runtime.explain.CodeExplain;
import dev.millrace.runtime.explain.Explain;
import dev.millrace.runtime.explain.WaitReason;
import dev.millrace.store.query.Queries.QuarantineView;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Why an instance stands where it stands, in words and as JSON. */
final class Explanation {

  private Explanation() {}

  /** Of an instance of the process API. */
  static Map<String, Object> of(InstanceState state, Graph graph) {
    Snapshot snapshot = Snapshot.of(state);
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("instanceID", snapshot.instanceId());
    json.put("workflowName", snapshot.name());
    json.put("runtimeStatus", snapshot.word());
    List<WaitReason> reasons = Explain.explain(state, graph);
    json.put("why", reasons.isEmpty() ? "it has ended" : reasons.getFirst().sentence());
    json.put("waiting", reasons.stream().map(Explanation::waiting).toList());
    return json;
  }

  /** Of an instance that is set aside and whose state cannot be read. */
  static Map<String, Object> ofUnreadable(InstanceKey key) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("instanceID", key.uid());
    return json;
  }

  /** The same of an instance that an error of the server has set aside. */
  static Map<String, Object> aside(Map<String, Object> explained, QuarantineView aside) {
    Map<String, Object> json = new LinkedHashMap<>(explained);
    json.put(
        "why",
        "an error of the server set it aside: "
            + aside.cause()
            + "; what reaches it is kept until POST /api/processInst/{id}/actions/release");
    Map<String, Object> quarantine = new LinkedHashMap<>();
    quarantine.put("since", aside.at().toString());
    quarantine.put("cause", aside.cause());
    json.put("quarantine", quarantine);
    return json;
  }

  private static Map<String, Object> waiting(WaitReason reason) {
    Map<String, Object> wait = new LinkedHashMap<>();
    wait.put("for", reason.kind().name().toLowerCase(Locale.ROOT));
    wait.put("name", reason.holder());
    wait.put("since", reason.since().toString());
    wait.put("text", reason.sentence());
    return wait;
  }

  static Map<String, Object> of(InstanceState state, CodeState code, int workers) {
    Snapshot snapshot = Snapshot.of(state);
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("instanceID", snapshot.instanceId());
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
    return onlyEvent(code)
        .map(event -> "it waits for event " + event)
        .orElse("it waits for what it asked for, or for an event");
  }

  /** The event it waits for, where SDKs say so and it waits for nothing else. */
  private static Optional<String> onlyEvent(CodeState code) {
    CodeState.Open open = code.open();
    return open.tasks().isEmpty() && open.children().isEmpty() && open.timers().size() == 1
        ? open.timers().values().stream()
            .filter(CodeExplain::endless)
            .findFirst()
            .map(CodeEvent.TimerCreated::limitedEvent)
        : Optional.empty();
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
          String since = timer.at().toString();
          if (CodeExplain.endless(timer)) {
            waiting.add(waitFor("event", id, named(timer.limitedEvent()), since));
            return;
          }
          Map<String, Object> wait = waitFor("timer", id, named(timer.name()), since);
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

  private static String named(@Nullable String name) {
    return name == null ? "" : name;
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
