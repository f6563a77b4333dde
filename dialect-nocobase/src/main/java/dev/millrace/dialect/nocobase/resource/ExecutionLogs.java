package dev.millrace.dialect.nocobase.resource;

import dev.millrace.dialect.nocobase.http.ActionRequest;
import dev.millrace.dialect.nocobase.http.Answer;
import dev.millrace.dialect.nocobase.http.Errors;
import dev.millrace.dialect.nocobase.http.Parameters;
import dev.millrace.dialect.nocobase.run.Calls;
import dev.millrace.dialect.nocobase.run.Version;
import dev.millrace.dialect.nocobase.run.Versions;
import dev.millrace.dialect.nocobase.trigger.Times;
import dev.millrace.engine.EndReason;
import dev.millrace.engine.Failure;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.Status;
import dev.millrace.engine.Wait;
import dev.millrace.store.query.Queries;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The log of an execution, told from its history: {@code {timestamp, level, message, nodeId,
 * executionId}}. {@code level} asks for that level and those above it.
 */
final class ExecutionLogs {
  private static final int CHUNK = 1_000;

  /** Beyond so many events the log ends; the history itself has no such bound. */
  private static final int MOST_EVENTS = 100_000;

  /** How much an entry matters. */
  enum Level {
    DEBUG,
    INFO,
    WARN,
    ERROR
  }

  record Line(Level level, String message, @Nullable String node) {}

  private final Calls calls;
  private final Versions versions;

  ExecutionLogs(Calls calls, Versions versions) {
    this.calls = calls;
    this.versions = versions;
  }

  Answer answer(ActionRequest request, Map<String, @Nullable Object> execution) {
    Parameters parameters = request.parameters();
    Level least = level(parameters.text("level"));
    List<Map<String, @Nullable Object>> entries = entries(execution, least);
    if (!parameters.paginate()) {
      return new Answer.Rows(entries, null);
    }
    int size = parameters.pageSize();
    long first = Math.min((parameters.page() - 1L) * size, entries.size());
    int last = (int) Math.min(first + size, entries.size());
    Map<String, @Nullable Object> meta = new LinkedHashMap<>();
    meta.put("count", (long) entries.size());
    meta.put("page", (long) parameters.page());
    meta.put("pageSize", (long) size);
    meta.put("totalPage", (entries.size() + size - 1L) / size);
    return new Answer.Rows(entries.subList((int) first, last), meta);
  }

  private static Level level(@Nullable String name) {
    if (name == null || name.isBlank()) {
      return Level.DEBUG;
    }
    try {
      return Level.valueOf(name.strip().toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw Errors.bad("expected DEBUG, INFO, WARN or ERROR as the level, found " + name);
    }
  }

  private List<Map<String, @Nullable Object>> entries(
      Map<String, @Nullable Object> execution, Level least) {
    InstanceKey key = ExecutionActions.keyOf(execution);
    Long workflow = Parameters.number(execution.get("workflowId"));
    Optional<Version> version = workflow == null ? Optional.empty() : versions.find(workflow);
    Map<Integer, String> nodes = new HashMap<>();
    List<Map<String, @Nullable Object>> entries = new ArrayList<>();
    if ("fast".equals(execution.get("engine")) && least == Level.DEBUG) {
      // It keeps its beginning and its end only; without a word the gap would look like a fault.
      entries.add(unrecorded(execution));
    }
    long after = 0;
    while (after < MOST_EVENTS) {
      List<Queries.NumberedEvent> events = calls.engine().queries().history(key, after, CHUNK);
      for (Queries.NumberedEvent event : events) {
        after = event.seq();
        for (Line line : lines(event.event(), nodes)) {
          if (line.level.compareTo(least) >= 0) {
            entries.add(entry(event.event(), line, execution, version));
          }
        }
      }
      if (events.size() < CHUNK) {
        break;
      }
    }
    return entries;
  }

  private static Map<String, @Nullable Object> unrecorded(Map<String, @Nullable Object> execution) {
    Map<String, @Nullable Object> entry = new LinkedHashMap<>();
    entry.put("timestamp", execution.get("createdAt"));
    entry.put("level", Level.DEBUG.name());
    entry.put("message", "engine fast: what single nodes do is not recorded");
    entry.put("nodeId", null);
    entry.put("executionId", execution.get("id"));
    return entry;
  }

  private Map<String, @Nullable Object> entry(
      HistoryEvent event,
      Line line,
      Map<String, @Nullable Object> execution,
      Optional<Version> version) {
    String node = line.node;
    Map<String, @Nullable Object> entry = new LinkedHashMap<>();
    entry.put("timestamp", Times.text(event.at()));
    entry.put("level", line.level.name());
    entry.put("message", line.message);
    entry.put(
        "nodeId",
        node == null ? null : version.map(its -> versions.nodeId(its, node)).orElse(null));
    entry.put("executionId", execution.get("id"));
    return entry;
  }

  private static List<Line> lines(HistoryEvent event, Map<Integer, String> nodes) {
    return switch (event) {
      case HistoryEvent.CodeArrived arrived -> CodeLines.of(List.of(arrived.event()), nodes);
      case HistoryEvent.TurnTaken turn -> CodeLines.of(turn.produced(), nodes);
      case HistoryEvent.TurnStalled stalled -> CodeLines.of(List.of(stalled.stall()), nodes);
      case HistoryEvent.ContinuedAsNew _ ->
          List.of(new Line(Level.INFO, "execution continued as new", null));
      default -> {
        Line line = line(event, nodes);
        yield line == null ? List.of() : List.of(line);
      }
    };
  }

  /** What an event says; null for what only the engine needs. */
  private static @Nullable Line line(HistoryEvent event, Map<Integer, String> nodes) {
    return switch (event) {
      case HistoryEvent.InstanceStarted e ->
          new Line(Level.INFO, "execution started by " + trigger(e), null);
      case HistoryEvent.NodeRan e -> {
        nodes.put(e.runId(), e.place().nodeId());
        yield ended(e.place().nodeId(), e.result());
      }
      case HistoryEvent.NodeEntered e -> {
        nodes.put(e.runId(), e.place().nodeId());
        yield new Line(
            Level.DEBUG,
            "node %s entered, waiting for %s".formatted(e.place().nodeId(), kind(e.waitsFor())),
            e.place().nodeId());
      }
      case HistoryEvent.NodeResumed e ->
          new Line(
              Level.DEBUG,
              "node %s goes on, waiting for %s"
                  .formatted(nodes.getOrDefault(e.runId(), "?"), kind(e.waitsFor())),
              nodes.get(e.runId()));
      case HistoryEvent.NodeRetryScheduled e ->
          new Line(
              Level.WARN,
              "node %s failed and is tried again at %s: %s"
                  .formatted(
                      nodes.getOrDefault(e.runId(), "?"),
                      Times.text(e.dueAt()),
                      e.failure().message()),
              nodes.get(e.runId()));
      case HistoryEvent.NodeCompleted e -> ended(nodes.getOrDefault(e.runId(), "?"), e.result());
      case HistoryEvent.HumanTaskChanged e ->
          new Line(
              Level.INFO,
              "task of user %s is %s"
                  .formatted(e.task().user(), e.task().state().name().toLowerCase(Locale.ROOT)),
              nodes.get(e.runId()));
      case HistoryEvent.InstanceSuspended e -> new Line(Level.WARN, "execution paused", null);
      case HistoryEvent.InstanceResumed e -> new Line(Level.INFO, "execution resumed", null);
      case HistoryEvent.InstanceRerun e -> new Line(Level.WARN, "execution runs again", null);
      case HistoryEvent.InstanceEnded e -> ended(e);
      default -> null;
    };
  }

  private static String trigger(HistoryEvent.InstanceStarted started) {
    String user = started.origin().executor();
    return user.isEmpty() ? "an event" : "user " + user;
  }

  private static String kind(Wait wait) {
    return switch (wait) {
      case Wait.ForActivity its -> "the activity " + its.activity();
      case Wait.ForTime its -> Times.text(its.dueAt());
      case Wait.ForEvent its -> "the event " + its.name();
      case Wait.ForCallback its -> "a callback";
      case Wait.ForPeople its -> "people";
      case Wait.ForChild its -> "another execution";
      case Wait.ForRetry its -> "the next attempt";
      case Wait.ForOperator its -> "an operator";
      case Wait.ForRace its -> "the first of several nodes";
      case Wait.ForBodies its -> "its branch";
    };
  }

  private static Line ended(String node, NodeRun.Result result) {
    Failure failure = result.failure();
    return switch (result.status()) {
      case FAILED, TIMEOUT ->
          new Line(
              Level.ERROR,
              "node %s failed: %s".formatted(node, failure == null ? "" : failure.message()),
              node);
      case STOPPED, SKIPPED -> new Line(Level.WARN, "node %s stopped".formatted(node), node);
      case TODO, OFFERED, ALLOCATED, STARTED, SUSPENDED, DONE ->
          new Line(Level.INFO, "node %s resolved (%s)".formatted(node, result.outcome()), node);
    };
  }

  private static Line ended(HistoryEvent.InstanceEnded end) {
    if (end.status() == Status.COMPLETED) {
      return new Line(Level.INFO, "execution resolved", null);
    }
    Failure failure = end.failure();
    String why = failure == null ? "" : ": " + failure.message();
    boolean person = end.reason() == EndReason.PERSON;
    return new Line(
        person ? Level.WARN : Level.ERROR,
        (person ? "execution canceled" : "execution failed") + why,
        null);
  }
}
