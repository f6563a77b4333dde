package dev.millrace.dialect.process;

import dev.millrace.engine.Command;
import dev.millrace.engine.Failure;
import dev.millrace.engine.HumanTask;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.Slot;
import dev.millrace.engine.Wait;
import dev.millrace.engine.WorkerActivity;
import dev.millrace.runtime.explain.CodeExplain;
import dev.millrace.runtime.explain.WaitReason;
import dev.millrace.runtime.worker.Workers;
import dev.millrace.store.query.Queries;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Why an instance stands where it stands: what each open run waits for, in words and as JSON. */
final class Explanation {
  private Explanation() {}

  static Map<String, @Nullable Object> of(InstanceState state, Workers workers) {
    InstanceState.Lifecycle life = state.life();
    Map<String, @Nullable Object> json = Answers.object("id", state.header().key().uid());
    json.put("status", StatusView.word(state));
    json.put("reason", life.reason().name().toLowerCase(Locale.ROOT));
    json.put("incident", state.incident());
    Failure failure = life.failure() == null ? life.caught() : life.failure();
    json.put("errorDetail", failure == null ? null : failure.toJson());
    json.put("timeoutAt", Times.millis(life.timeoutAt()));
    Slot awaited = state.awaitedSlot();
    json.put(
        "waiting",
        state.code() == null
            ? awaited == null
                ? state.openRuns().stream().map(run -> waiting(state, run, workers)).toList()
                : List.of(waiting(state, awaited))
            : CodeExplain.explain(state, workers).stream().map(Explanation::waiting).toList());
    json.put("parked", state.graph().parked().stream().map(token -> token.nodeId()).toList());
    json.put("joins", joins(state));
    json.put("signals", signals(state));
    return json;
  }

  /** Of an instance that an error of the server has set aside. */
  static Map<String, @Nullable Object> quarantine(Queries.QuarantineView row) {
    Map<String, @Nullable Object> json = Answers.object("since", row.at().toEpochMilli());
    json.put("cause", row.cause());
    json.put(
        "text",
        "An error of the server set the instance aside; what reaches it is kept. The action"
            + " release lets it go on.");
    return json;
  }

  /** Of a workflow written as code, whose activities and timers are no tasks of a definition. */
  private static Map<String, @Nullable Object> waiting(WaitReason reason) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("for", reason.kind().name().toLowerCase(Locale.ROOT));
    json.put("text", reason.sentence());
    json.put("since", reason.since().toEpochMilli());
    json.put("holder", reason.holder());
    json.put("unblockedBy", reason.unblockedBy());
    return json;
  }

  /** Of an instance that has not begun, as others of its process run. */
  private static Map<String, @Nullable Object> waiting(InstanceState state, Slot slot) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    put(json, "slot", slot.words());
    json.put("since", state.header().startedAt().toEpochMilli());
    json.put("limit", slot.limit());
    return json;
  }

  private static Map<String, @Nullable Object> waiting(
      InstanceState state, NodeRun run, Workers workers) {
    Map<String, @Nullable Object> json = Answers.object("taskId", run.place().nodeId());
    json.put("index", run.place().index());
    json.put("since", run.startAt().toEpochMilli());
    json.put("attempt", run.attempt());
    json.put("timeoutAt", Times.millis(run.timeoutAt()));
    Wait wait = run.waitsFor();
    WorkerActivity activity =
        wait instanceof Wait.ForActivity asked ? WorkerActivity.of(asked.activity()) : null;
    if (activity != null) {
      describe(state, run, activity, workers, json);
    } else if (wait != null) {
      describe(wait, json);
    }
    if (!run.attempts().isEmpty()) {
      json.put("lastError", run.attempts().getLast().failure().toJson());
    }
    return json;
  }

  private static void describe(
      InstanceState state,
      NodeRun run,
      WorkerActivity activity,
      Workers workers,
      Map<String, @Nullable Object> json) {
    Command.WorkToken token =
        new Command.WorkToken(state.life().generation(), run.id(), run.attempt());
    String wanted =
        "a worker of app %s that runs activity %s".formatted(activity.app(), activity.name());
    int connected = workers.connected(activity.app());
    put(
        json,
        "worker",
        workers.activityOut(state.header().key(), token)
            ? wanted + "; one has it and has not answered"
            : connected == 0
                ? wanted + "; none is connected"
                : wanted + "; connected are %d, none of which has room".formatted(connected));
    json.put("app", activity.app());
    json.put("activity", activity.name());
  }

  private static void describe(Wait wait, Map<String, @Nullable Object> json) {
    switch (wait) {
      case Wait.ForActivity asked -> put(json, "activity", "the result of " + asked.activity());
      case Wait.ForTime(var dueAt) -> {
        put(json, "time", "its due time " + dueAt);
        json.put("dueAt", dueAt.toEpochMilli());
      }
      case Wait.ForEvent(var name, var correlation) -> {
        String with = correlation.isEmpty() ? "" : " with the key " + correlation;
        put(json, "signal", "the signal " + name + with);
        json.put("name", name);
        json.put("key", correlation);
      }
      case Wait.ForCallback() -> put(json, "callback", "a call to its callback address");
      case Wait.ForPeople(var spec, var tasks) -> {
        List<HumanTask> open = tasks.values().stream().filter(task -> task.state().open()).toList();
        List<String> users = open.stream().map(HumanTask::user).toList();
        put(json, "people", "an answer of " + String.join(", ", users));
        json.put("users", users);
        json.put("taskInstIds", open.stream().map(HumanTask::id).toList());
      }
      case Wait.ForChild child -> {
        put(json, "child", "the end of the instance " + child.child());
        json.put("child", child.child().toString());
      }
      case Wait.ForRetry(var dueAt, var then) -> {
        put(json, "retry", "the next attempt at " + dueAt);
        json.put("dueAt", dueAt.toEpochMilli());
      }
      case Wait.ForOperator() ->
          put(json, "operator", "an operator, who resolves the incident with actions/rerun");
      case Wait.ForRace(var scope) -> put(json, "race", "the first of the tasks that follow it");
      case Wait.ForBodies(var progress) -> put(json, "bodies", "the tasks of its body");
    }
  }

  private static void put(Map<String, @Nullable Object> json, String kind, String words) {
    json.put("for", kind);
    json.put("text", "waits for " + words);
  }

  private static List<Map<String, @Nullable Object>> joins(InstanceState state) {
    List<Map<String, @Nullable Object>> joins = new ArrayList<>();
    for (InstanceState.Join join : state.graph().joins().values()) {
      if (!join.arrivals().isEmpty()) {
        Map<String, @Nullable Object> json = Answers.object("taskId", join.joinId());
        json.put("arrived", join.arrivals().stream().map(InstanceState.Arrival::from).toList());
        joins.add(json);
      }
    }
    return joins;
  }

  private static List<Map<String, @Nullable Object>> signals(InstanceState state) {
    List<Map<String, @Nullable Object>> signals = new ArrayList<>();
    for (InstanceState.KeptEvent event : state.keptEvents()) {
      Map<String, @Nullable Object> json = new LinkedHashMap<>();
      json.put("name", event.name());
      json.put("key", event.correlation());
      json.put("id", event.eventId());
      json.put("expiresAt", Times.millis(event.expiresAt()));
      signals.add(json);
    }
    return signals;
  }
}
