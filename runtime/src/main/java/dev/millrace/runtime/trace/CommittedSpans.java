package dev.millrace.runtime.trace;

import dev.millrace.engine.Failure;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.Status;
import dev.millrace.engine.code.CodeEvent;
import dev.millrace.engine.code.CodeState;
import dev.millrace.engine.code.FailureDetails;
import dev.millrace.engine.code.TraceContext;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads spans off the events of decisions. One thread. */
final class CommittedSpans {

  /** How many reruns are remembered until they end. */
  private static final int MOST_RERUNS = 10_000;

  private final SpanSink sink;

  /** When reruns began; of one that an earlier server began that is not known any more. */
  private final Map<InstanceKey, Instant> reruns = new LinkedHashMap<>();

  CommittedSpans(SpanSink sink) {
    this.sink = sink;
  }

  void committed(@Nullable InstanceState before, InstanceState after, List<HistoryEvent> events) {
    Map<Integer, NodeRun> entered = new HashMap<>();
    for (HistoryEvent event : events) {
      switch (event) {
        case HistoryEvent.CodeArrived arrived when before != null ->
            arrived(before, arrived.event());
        case HistoryEvent.TaskSettled settled when before != null ->
            task(before, settled.taskId(), settled.at(), null);
        case HistoryEvent.ContinuedAsNew again when before != null ->
            run(before, again.at(), "CONTINUED_AS_NEW", null);
        case HistoryEvent.NodeRan ran ->
            node(after, run(ran.at(), ran.runId(), ran.place()).ended(ran.result()));
        case HistoryEvent.NodeEntered enter ->
            entered.put(enter.runId(), run(enter.at(), enter.runId(), enter.place()));
        case HistoryEvent.NodeCompleted completed -> {
          NodeRun run = entered.get(completed.runId());
          if (run == null && before != null) {
            run = before.graph().runs().get(completed.runId());
          }
          if (run != null) {
            node(after, run.ended(completed.result()));
          }
        }
        case HistoryEvent.InstanceRerun rerun -> remember(after.header().key(), rerun.at());
        case HistoryEvent.InstanceEnded end when after.code() == null -> instance(after, end);
        case HistoryEvent.InstanceEnded end ->
            run(after, end.at(), end.status().name(), error(end.status(), end.failure()));
        default -> {
          // The others end nothing.
        }
      }
    }
  }

  private void remember(InstanceKey key, Instant at) {
    if (reruns.size() >= MOST_RERUNS) {
      reruns.remove(reruns.keySet().iterator().next());
    }
    reruns.put(key, at);
  }

  private static NodeRun run(Instant at, int id, NodeRun.Place place) {
    return new NodeRun(id, place, at, Map.of(), List.of(), at, null, null, null);
  }

  private static @Nullable String error(Status status, @Nullable Failure failure) {
    if (status != Status.FAILED) {
      return null;
    }
    return failure == null ? "failed" : failure.message();
  }

  private void arrived(InstanceState before, CodeEvent event) {
    switch (event) {
      case CodeEvent.TaskCompleted done -> task(before, done.taskId(), done.at(), null);
      case CodeEvent.TaskFailed failed -> {
        FailureDetails details = failed.failure();
        task(before, failed.taskId(), failed.at(), details == null ? "failed" : details.message());
      }
      case CodeEvent.TimerFired fired -> timer(before, fired);
      default -> {
        // The others answer nothing that has a span of its own.
      }
    }
  }

  private void task(InstanceState before, int taskId, Instant end, @Nullable String error) {
    CodeState code = before.code();
    CodeEvent.TaskScheduled task = code == null ? null : code.open().tasks().get(taskId);
    if (task == null || task.trace() == null) {
      return;
    }
    Map<String, Object> attributes = durable("activity", task.name(), before);
    attributes.put("durabletask.task.task_id", (long) taskId);
    tell(
        "activity||" + task.name(),
        Span.Kind.SERVER,
        task.trace(),
        task.at(),
        end,
        attributes,
        error);
  }

  private void timer(InstanceState before, CodeEvent.TimerFired fired) {
    CodeState code = before.code();
    TraceContext trace = code == null ? null : code.started().trace();
    CodeEvent.TimerCreated timer = code == null ? null : code.open().timers().get(fired.timerId());
    if (trace == null || timer == null) {
      return;
    }
    Map<String, Object> attributes = new LinkedHashMap<>();
    attributes.put("durabletask.type", "timer");
    attributes.put("durabletask.task.instance_id", before.header().key().uid());
    attributes.put("durabletask.task.task_id", (long) fired.timerId());
    attributes.put("durabletask.fire_at", timer.fireAt().toString());
    tell(
        "timer",
        Span.Kind.INTERNAL,
        trace.below(fired.timerId()),
        timer.at(),
        fired.at(),
        attributes,
        null);
  }

  /** One run of a code workflow; a run that continued as new is in a trace of its own. */
  private void run(InstanceState state, Instant end, String status, @Nullable String error) {
    CodeState code = state.code();
    TraceContext trace = code == null ? null : code.started().trace();
    if (code == null || trace == null) {
      return;
    }
    CodeEvent.ExecutionStarted started = code.started();
    Map<String, Object> attributes = durable("orchestration", started.name(), state);
    attributes.put("durabletask.runtime_status", status);
    List<String> patches = new ArrayList<>();
    for (CodeEvent event : code.history()) {
      if (event instanceof CodeEvent.TurnStarted turn && turn.version() != null) {
        patches.addAll(turn.version().patches());
      }
    }
    if (!patches.isEmpty()) {
      attributes.put("applied_patches", List.copyOf(patches));
    }
    tell(
        "orchestration||" + started.name(),
        Span.Kind.SERVER,
        trace,
        begin(code),
        end,
        attributes,
        error);
  }

  /** The first turn: one that was to wait for a time did nothing before. */
  private static Instant begin(CodeState code) {
    return code.history().isEmpty() ? code.started().at() : code.history().getFirst().at();
  }

  private static Map<String, Object> durable(String type, String name, InstanceState state) {
    Map<String, Object> attributes = new LinkedHashMap<>();
    attributes.put("durabletask.type", type);
    attributes.put("durabletask.task.name", name);
    attributes.put("durabletask.task.instance_id", state.header().key().uid());
    return attributes;
  }

  private void instance(InstanceState state, HistoryEvent.InstanceEnded end) {
    TraceContext trace = state.header().origin().trace();
    if (trace == null) {
      return;
    }
    int generation = state.life().generation();
    Instant rerun = reruns.remove(state.header().key());
    Map<String, Object> attributes = of(state);
    attributes.put("millrace.generation", (long) generation);
    attributes.put("millrace.status", end.status().name().toLowerCase(Locale.ROOT));
    tell(
        (state.header().definition().isNocobase() ? "execution||" : "process||")
            + state.header().definition().id(),
        Span.Kind.SERVER,
        // The first one ended long ago; a rerun hangs below it.
        generation > 1 ? trace.below(-generation) : trace,
        rerun == null ? state.header().startedAt() : rerun,
        end.at(),
        attributes,
        error(end.status(), end.failure()));
  }

  private void node(InstanceState state, NodeRun run) {
    TraceContext trace = run.traceIn(state.header().origin());
    NodeRun.Result result = run.result();
    if (trace == null || result == null) {
      return;
    }
    Map<String, Object> attributes = of(state);
    attributes.put("millrace.node_id", run.place().nodeId());
    attributes.put("millrace.node_run", (long) run.id());
    attributes.put("millrace.attempts", (long) run.attempt());
    attributes.put("millrace.status", result.status().word());
    boolean failed =
        result.status() == NodeRun.RunStatus.FAILED || result.status() == NodeRun.RunStatus.TIMEOUT;
    Failure failure = result.failure();
    tell(
        "node||" + run.place().nodeId(),
        Span.Kind.INTERNAL,
        trace,
        run.startAt(),
        result.endAt(),
        attributes,
        failed ? failure == null ? result.status().word() : failure.message() : null);
  }

  private static Map<String, Object> of(InstanceState state) {
    Map<String, Object> attributes = new LinkedHashMap<>();
    attributes.put(
        "millrace.model", state.header().definition().isNocobase() ? "nocobase" : "process");
    attributes.put("millrace.definition", state.header().definition().id());
    attributes.put("millrace.definition_revision", (long) state.header().definition().revision());
    attributes.put("millrace.instance_id", state.header().key().uid());
    return attributes;
  }

  private void tell(
      String name,
      Span.Kind kind,
      TraceContext trace,
      Instant start,
      Instant end,
      Map<String, Object> attributes,
      @Nullable String error) {
    if (trace.recorded() && trace.valid()) {
      sink.take(
          new Span(name, kind, trace, start, end.isBefore(start) ? start : end, attributes, error));
    }
  }
}
