package dev.millrace.dialect.nocobase.resource;

import dev.millrace.data.Database;
import dev.millrace.data.Query;
import dev.millrace.data.Records;
import dev.millrace.dialect.nocobase.catalog.SystemCollections;
import dev.millrace.dialect.nocobase.http.Action;
import dev.millrace.dialect.nocobase.http.ActionRequest;
import dev.millrace.dialect.nocobase.http.Answer;
import dev.millrace.dialect.nocobase.http.Errors;
import dev.millrace.dialect.nocobase.http.Parameters;
import dev.millrace.dialect.nocobase.run.Calls;
import dev.millrace.dialect.nocobase.run.Counters;
import dev.millrace.engine.Command;
import dev.millrace.engine.EndReason;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.Reason;
import dev.millrace.engine.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Executions: read from the engine's store, changed by commands to the engine. */
final class ExecutionActions {
  private static final int BATCH = 500;

  /** As long as NocoBase's locks live. */
  private static final Duration LONGEST_HOLD = Duration.ofSeconds(60);

  private final Database database;
  private final RecordActions records;
  private final Counters counters;
  private final Calls calls;
  private final ExecutionLogs logs;
  private final OtherModels others;

  /** Executions that a rerun works on, by their keys. */
  private final Set<InstanceKey> reruns = ConcurrentHashMap.newKeySet();

  ExecutionActions(
      Database database,
      RecordActions records,
      Counters counters,
      Calls calls,
      ExecutionLogs logs,
      OtherModels others) {
    this.database = database;
    this.records = records;
    this.counters = counters;
    this.calls = calls;
    this.logs = logs;
    this.others = others;
  }

  void register(Map<String, Action> actions) {
    actions.put("executions:list", this::list);
    actions.put("workflows.executions:list", this::list);
    actions.put("executions:get", this::get);
    actions.put("executions:destroy", this::destroy);
    actions.put("executions:cancel", this::cancel);
    actions.put("executions:rerun", this::rerun);
    actions.put("executions:pause", this::pause);
    actions.put("executions:resume", this::resume);
    actions.put("executions:logs", request -> logs.answer(request, row(request.parameters().id())));
    actions.put(
        "executions.logs:list",
        request -> {
          Long id = Parameters.number(request.target().ownerKey());
          if (id == null) {
            throw Errors.notFound();
          }
          return logs.answer(request, row(id));
        });
    actions.put(
        "jobs:list",
        request -> records.list(request, Moments.within(request, records.query(request))));
    actions.put("executions.jobs:list", this::jobs);
    actions.put("jobs:resume", this::resumeJob);
  }

  private Records executions() {
    return database.records(SystemCollections.EXECUTIONS);
  }

  private Answer list(ActionRequest request) {
    counters.flush();
    Query query = Moments.within(request, records.query(request));
    String key = keyOfVersion(request);
    return records.list(request, key == null ? query : query.and(Map.of("key", key)));
  }

  /** The key of the version that a list is about: executions are indexed by it, not by versions. */
  private @Nullable String keyOfVersion(ActionRequest request) {
    Object filter = request.parameters().filter();
    Object named =
        request.target().owned()
            ? request.target().ownerKey()
            : filter instanceof Map<?, ?> map ? map.get("workflowId") : null;
    Long version = Parameters.number(named instanceof Map<?, ?> map ? map.get("$eq") : named);
    return version == null
        ? null
        : database
            .records(SystemCollections.WORKFLOWS)
            .get(Query.byKey(version).fields(List.of("key")))
            .map(row -> (String) row.get("key"))
            .orElse(null);
  }

  private Answer get(ActionRequest request) {
    counters.flush();
    Answer answer = records.get(request);
    if (answer instanceof Answer.Value(int status, Map<?, ?> row)
        && row.get("jobs") instanceof List<?> jobs) {
      Map<String, @Nullable Object> sorted = new LinkedHashMap<>();
      row.forEach((name, value) -> sorted.put(String.valueOf(name), value));
      sorted.put("jobs", ordered(jobs));
      return new Answer.Value(status, sorted);
    }
    return answer;
  }

  private static List<Object> ordered(List<?> jobs) {
    List<Object> ordered = new ArrayList<>(jobs);
    ordered.sort((a, b) -> Long.compare(idOf(a), idOf(b)));
    return ordered;
  }

  private static long idOf(Object row) {
    return row instanceof Map<?, ?> map && map.get("id") instanceof Number id ? id.longValue() : 0;
  }

  private Answer jobs(ActionRequest request) {
    Query query = records.query(request);
    return records.list(request, query.sort().isEmpty() ? query.sort("id") : query);
  }

  /** The stored execution, otherwise 404. */
  private Map<String, @Nullable Object> row(long id) {
    return executions().get(Query.byKey(id)).orElseThrow(Errors::notFound);
  }

  /** An execution may be of any namespace, as a child of a code workflow is. */
  static InstanceKey keyOf(Map<String, @Nullable Object> row) {
    return new InstanceKey(
        String.valueOf(row.get("namespace")), String.valueOf(row.get("eventKey")));
  }

  private static @Nullable Long status(Map<String, @Nullable Object> row) {
    return Parameters.number(row.get("status"));
  }

  /** Refuses what would meet a rerun at work. */
  private InstanceKey requireFree(Map<String, @Nullable Object> row) {
    InstanceKey key = keyOf(row);
    if (reruns.contains(key)) {
      throw Errors.of(409, "Execution is being processed");
    }
    return key;
  }

  /** Holds an execution until it has ended or waits for something outside, but not for ever. */
  private void hold(InstanceKey key) {
    reruns.add(key);
    var _ =
        calls
            .engine()
            .whenSettled(key)
            .orTimeout(LONGEST_HOLD.toMillis(), TimeUnit.MILLISECONDS)
            .whenComplete((state, failure) -> reruns.remove(key));
  }

  private static boolean finished(Map<String, @Nullable Object> row) {
    Long status = status(row);
    return status != null && status != 0;
  }

  private Answer destroy(ActionRequest request) throws InterruptedException {
    RecordActions.requireWhich(request, "destroy");
    counters.flush();
    Query which =
        OtherModels.removable(request, records.query(request))
            .fields(List.of("id", "eventKey", "namespace", "status"))
            .sort("id");
    long removed = 0;
    long after = 0;
    while (true) {
      List<Map<String, @Nullable Object>> rows =
          executions()
              .list(
                  which
                      .and(Map.of("id", Map.of("$gt", after)))
                      .and(Map.of("status", Map.of("$notIn", List.of(0L))))
                      .page(1L, (long) BATCH)
                      .simple())
              .rows();
      for (Map<String, @Nullable Object> row : rows) {
        after = idOf(row);
        if (finished(row) && purged(keyOf(row))) {
          removed++;
        }
      }
      if (rows.size() < BATCH) {
        return Answer.of(removed);
      }
    }
  }

  private boolean purged(InstanceKey key) throws InterruptedException {
    Reply reply = Calls.await(calls.engine().submit(new Command.PurgeInstance(key, false)));
    return switch (reply) {
      case Reply.Accepted accepted -> true;
      case Reply.Rejected rejected
          when rejected.reason() == Reason.NOT_FOUND || rejected.reason() == Reason.INVALID_STATE ->
          false;
      case Reply.Rejected rejected -> throw Calls.problem(rejected);
    };
  }

  private Answer cancel(ActionRequest request) throws InterruptedException {
    Map<String, @Nullable Object> row = row(request.parameters().id());
    if (finished(row)) {
      throw Errors.badRequest();
    }
    InstanceKey key = requireFree(row);
    Reply reply =
        Calls.await(
            calls
                .engine()
                .submit(new Command.TerminateInstance(key, EndReason.PERSON, "manual_cancel")));
    if (reply instanceof Reply.Rejected rejected) {
      throw rejected.reason() == Reason.INVALID_STATE
          ? Errors.badRequest()
          : Calls.problem(rejected);
    }
    Map<String, @Nullable Object> after =
        executions()
            .get(Query.byKey(Objects.requireNonNull(row.get("id"))).appends("jobs"))
            .orElse(row);
    return Answer.of(after);
  }

  private Answer rerun(ActionRequest request) throws InterruptedException {
    Map<String, @Nullable Object> row = row(request.parameters().id());
    if (!OtherModels.own(row)) {
      InstanceKey running = others.rerun(keyOf(row), request.values());
      return Answer.accepted(
          executions()
              .get(Query.where(Map.of("eventKey", running.uid(), "namespace", running.namespace())))
              .orElseThrow(Errors::notFound));
    }
    Long status = status(row);
    if (status == null || status != 0) {
      throw Errors.bad("Only started executions can be rerun");
    }
    Map<String, @Nullable Object> values = request.values();
    String from = "";
    Object node = values.get("nodeId");
    if (node != null && !node.equals("")) {
      Long id = Parameters.number(node);
      from =
          database
              .records(SystemCollections.NODES)
              .get(Query.byKey(id == null ? 0L : id))
              .filter(found -> Objects.equals(found.get("workflowId"), row.get("workflowId")))
              .map(found -> String.valueOf(found.get("key")))
              .orElseThrow(() -> Errors.bad("Node not found"));
    }
    boolean overwrite = Boolean.TRUE.equals(values.get("overwrite"));
    InstanceKey key = keyOf(row);
    calls.submit(new Command.RestartInstance(key, from, overwrite));
    hold(key);
    return Answer.accepted(row(idOf(row)));
  }

  private Answer pause(ActionRequest request) throws InterruptedException {
    Map<String, @Nullable Object> row = row(request.parameters().id());
    calls.submit(new Command.SuspendInstance(keyOf(row)));
    return Answer.of(row(idOf(row)));
  }

  private Answer resume(ActionRequest request) throws InterruptedException {
    Map<String, @Nullable Object> row = row(request.parameters().id());
    calls.submit(new Command.ResumeInstance(keyOf(row)));
    return Answer.of(row(idOf(row)));
  }

  /** Settles a job that waits, with the status and the result given. */
  private Answer resumeJob(ActionRequest request) throws InterruptedException {
    long id = request.parameters().id();
    Records jobs = database.records(SystemCollections.JOBS);
    Map<String, @Nullable Object> job =
        jobs.get(Query.byKey(id)).orElseThrow(() -> Errors.of(404, "Job not found"));
    Map<String, @Nullable Object> execution =
        executions()
            .get(Query.byKey(Objects.requireNonNull(job.get("executionId"))))
            .orElseThrow(() -> Errors.bad("Execution is not running"));
    Long status = status(execution);
    if (status == null || status != 0) {
      throw Errors.bad("Execution is not running");
    }
    if (!OtherModels.own(execution)) {
      throw Errors.bad(
          "expected a job of a workflow, found one of %s; its own API completes what it waits for"
              .formatted(OtherModels.described(execution)));
    }
    InstanceKey key = requireFree(execution);
    Long jobStatus = status(job);
    if (jobStatus != null && jobStatus != 0) {
      throw Errors.of(409, "Job is not pending");
    }
    Map<String, @Nullable Object> given = request.values();
    Map<String, @Nullable Object> value = new LinkedHashMap<>();
    Object wanted = given.containsKey("status") ? given.get("status") : 1L;
    Long number = Parameters.number(wanted);
    if (number == null) {
      throw Errors.bad("\"status\" must be a number");
    }
    value.put("status", number);
    if (given.containsKey("result")) {
      value.put("result", given.get("result"));
    }
    calls.submit(new Command.SettleRun(key, runId(id), value));
    return Answer.accepted(jobs.get(Query.byKey(id)).orElse(job));
  }

  /** The run of the instance that a job is. */
  static int runId(long job) {
    return (int) (job & ((1L << 20) - 1));
  }
}
