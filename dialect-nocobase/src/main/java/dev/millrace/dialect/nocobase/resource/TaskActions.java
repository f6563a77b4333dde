package dev.millrace.dialect.nocobase.resource;

import dev.millrace.data.Database;
import dev.millrace.data.Query;
import dev.millrace.data.Records;
import dev.millrace.data.WriteContext;
import dev.millrace.dialect.nocobase.catalog.SystemCollections;
import dev.millrace.dialect.nocobase.http.Action;
import dev.millrace.dialect.nocobase.http.ActionRequest;
import dev.millrace.dialect.nocobase.http.Answer;
import dev.millrace.dialect.nocobase.http.Errors;
import dev.millrace.dialect.nocobase.http.Parameters;
import dev.millrace.dialect.nocobase.run.Calls;
import dev.millrace.dialect.nocobase.trigger.Times;
import dev.millrace.engine.Command;
import dev.millrace.engine.JsonValue;
import dev.millrace.engine.Reply;
import dev.millrace.store.query.Queries;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What people have to do and what they were told: their lists, their answers, their counts. */
final class TaskActions {
  private static final int MOST_TASKS = 10_000;
  private static final int MAX_STATS_PAGE = 200;
  private static final List<String> TYPES = List.of("cc", "manual");
  private static final Set<String> TYPE_OPERATORS = Set.of("$eq", "$in");

  /** Tasks of workflows that are gone are listed, but count for nothing. */
  private static final Map<String, @Nullable Object> OF_WORKFLOWS = ofWorkflows();

  private final Database database;
  private final RecordActions records;
  private final Calls calls;
  private final InstantSource clock;
  private final ManualForms forms;

  TaskActions(
      Database database,
      RecordActions records,
      Calls calls,
      InstantSource clock,
      ManualForms forms) {
    this.forms = forms;
    this.database = database;
    this.records = records;
    this.calls = calls;
    this.clock = clock;
  }

  void register(Map<String, Action> actions) {
    actions.put("workflowManualTasks:listMine", this::listMine);
    actions.put("workflowManualTasks:get", this::getMine);
    actions.put("workflowManualTasks:submit", this::submit);
    actions.put("workflowCcTasks:list", this::listMine);
    actions.put("workflowCcTasks:listMine", this::listMine);
    actions.put("workflowCcTasks:get", this::getMine);
    actions.put("workflowCcTasks:read", request -> mark(request, true));
    actions.put("workflowCcTasks:unread", request -> mark(request, false));
    actions.put("userWorkflowTasks:listMine", this::counts);
    actions.put("userWorkflowTaskStats:listMine", this::countsByWorkflow);
  }

  private static Map<String, @Nullable Object> ofWorkflows() {
    Map<String, @Nullable Object> there = new LinkedHashMap<>();
    there.put("$ne", null);
    return Map.of("workflow.id", there);
  }

  private static Map<String, @Nullable Object> mine(ActionRequest request) {
    Map<String, @Nullable Object> mine = new LinkedHashMap<>();
    mine.put("userId", request.identity().userId());
    return mine;
  }

  private Answer listMine(ActionRequest request) {
    return records.list(request, records.query(request).and(mine(request)));
  }

  private Answer getMine(ActionRequest request) {
    Query query = records.query(request);
    boolean everybody =
        request.identity().isRoot()
            && request.target().name().equals(SystemCollections.MANUAL_TASKS);
    return records.get(request, everybody ? query : query.and(mine(request)));
  }

  /** An answer to a task: 202 with the task as it is then. */
  private Answer submit(ActionRequest request) throws InterruptedException {
    long id = request.parameters().id();
    Records tasks = database.records(SystemCollections.MANUAL_TASKS);
    Map<String, @Nullable Object> row =
        tasks.get(Query.byKey(id).appends("execution")).orElseThrow(Errors::notFound);
    Object result = request.values().get("result");
    boolean open =
        Objects.equals(Parameters.number(row.get("status")), 0L)
            && Objects.equals(Parameters.number(JsonValue.get(row.get("execution"), "status")), 0L);
    if (!open || JsonValue.text(result, "_", "").isEmpty()) {
      throw Errors.badRequest();
    }
    Queries.HumanTaskView view =
        calls.engine().queries().humanTask(id).orElseThrow(Errors::notFound);
    if (!Objects.equals(Parameters.number(row.get("userId")), request.identity().userId())) {
      throw Errors.of(403, "Forbidden");
    }
    if (result instanceof Map<?, ?> filled) {
      requireForms(filled);
      forms.submitted(row, filled, request.identity(), clock.instant());
    }
    Map<String, @Nullable Object> payload = new LinkedHashMap<>();
    payload.put("result", result);
    payload.put("user", request.identity().user());
    Reply reply =
        Calls.await(
            calls
                .engine()
                .submit(
                    new Command.ActOnHumanTask(
                        view.key(),
                        view.task().id(),
                        Long.toString(request.identity().userId()),
                        payload)));
    if (reply instanceof Reply.Rejected rejected) {
      throw switch (rejected.reason()) {
        case INVALID_INPUT, INVALID_STATE, ALREADY_SUBMITTED -> Errors.badRequest();
        case FORBIDDEN -> Errors.of(403, "Forbidden");
        case NOT_FOUND, ALREADY_EXISTS, NOT_STARTABLE, RATE_LIMITED, TOO_LARGE, BUSY, QUARANTINED ->
            Calls.problem(rejected);
      };
    }
    return Answer.accepted(tasks.get(Query.byKey(id)).orElse(row));
  }

  /** What is filled in is an object for each form, and nothing of it may get lost unsaid. */
  private static void requireForms(Map<?, ?> filled) {
    for (Map.Entry<?, ?> form : filled.entrySet()) {
      Object values = form.getValue();
      if (!"_".equals(form.getKey()) && values != null && !(values instanceof Map<?, ?>)) {
        throw Errors.bad("result.%s: expected an object of values".formatted(form.getKey()));
      }
    }
  }

  private Answer mark(ActionRequest request, boolean read) {
    Records tasks = database.records(SystemCollections.CC_TASKS);
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    values.put("status", read ? 1L : 0L);
    values.put("readAt", read ? Times.text(clock.instant()) : null);
    if (!request.parameters().hasKeys()) {
      if (!read) {
        throw Errors.bad("filterByTk is required for unread action");
      }
      Map<String, @Nullable Object> unread = mine(request);
      unread.put("status", 0L);
      return Answer.of(tasks.update(Query.where(unread), values, WriteContext.NONE));
    }
    Map<String, @Nullable Object> task =
        tasks
            .get(Query.byKey(request.parameters().id()))
            .orElseThrow(() -> Errors.of(404, "Task not found"));
    if (!Objects.equals(task.get("userId"), request.identity().userId())) {
      throw Errors.of(403, "You do not have permission to access this task");
    }
    Object id = Objects.requireNonNull(task.get("id"));
    return Answer.of(tasks.update(Query.byKey(id), values, WriteContext.NONE).getFirst());
  }

  private Answer counts(ActionRequest request) {
    Object filter = request.parameters().filter();
    Object wanted = filter instanceof Map<?, ?> map ? map.get("type") : null;
    List<Map<String, @Nullable Object>> rows = new ArrayList<>();
    for (int i = 0; i < TYPES.size(); i++) {
      String type = TYPES.get(i);
      if (asked(wanted, type)) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("id", (request.identity().userId() - 1) * TYPES.size() + i + 1);
        row.put("createdAt", request.identity().user().get("createdAt"));
        row.put("updatedAt", lastChange(type, request));
        row.put("userId", request.identity().userId());
        row.put("type", type);
        row.put("stats", stats(type, mine(request)));
        rows.add(row);
      }
    }
    Map<String, @Nullable Object> meta = new LinkedHashMap<>();
    meta.put("count", (long) rows.size());
    meta.put("page", 1L);
    meta.put("pageSize", (long) Parameters.PAGE_SIZE);
    meta.put("totalPage", rows.isEmpty() ? 0L : 1L);
    return new Answer.Rows(rows, meta);
  }

  /** Whether a condition on the type of tasks includes a type. */
  private static boolean asked(@Nullable Object wanted, String type) {
    return switch (wanted) {
      case null -> true;
      case List<?> list -> list.contains(type);
      case Map<?, ?> map -> {
        if (!TYPE_OPERATORS.containsAll(map.keySet())) {
          throw Errors.bad("filter.type: expected a type, a list of types, $eq or $in");
        }
        yield map.values().stream().allMatch(value -> asked(value, type));
      }
      default -> wanted.equals(type);
    };
  }

  /** When the newest of the caller's tasks changed; without any, when the caller became known. */
  private @Nullable Object lastChange(String type, ActionRequest request) {
    return ofType(type)
        .list(Query.where(mine(request)).sort("-updatedAt").page(1L, 1L).simple())
        .rows()
        .stream()
        .findFirst()
        .map(row -> row.get("updatedAt"))
        .orElse(request.identity().user().get("createdAt"));
  }

  private Records ofType(String type) {
    return database.records(
        type.equals("cc") ? SystemCollections.CC_TASKS : SystemCollections.MANUAL_TASKS);
  }

  private Map<String, @Nullable Object> stats(String type, Map<String, @Nullable Object> filter) {
    Records tasks = ofType(type);
    Query all = Query.where(filter).and(OF_WORKFLOWS);
    Map<String, @Nullable Object> stats = new LinkedHashMap<>();
    stats.put("pending", tasks.count(all.and(pending(type))));
    stats.put("all", tasks.count(all));
    return stats;
  }

  private static Map<String, @Nullable Object> pending(String type) {
    Map<String, @Nullable Object> pending = new LinkedHashMap<>();
    pending.put("status", 0L);
    if (type.equals("manual")) {
      pending.put("execution", Map.of("status", 0L));
    }
    return pending;
  }

  private Answer countsByWorkflow(ActionRequest request) {
    String given = request.parameters().text("type");
    String type = "cc".equals(given) ? "cc" : "manual";
    String search =
        Objects.requireNonNullElse(request.parameters().text("search"), "")
            .toLowerCase(Locale.ROOT);
    Map<String, Map<String, @Nullable Object>> byKey = new LinkedHashMap<>();
    for (Map<String, @Nullable Object> task :
        ofType(type)
            .list(
                Query.where(mine(request))
                    .appends("workflow", "execution")
                    .page(1L, (long) MOST_TASKS)
                    .simple())
            .rows()) {
      Object workflow = task.get("workflow");
      String title = JsonValue.text(workflow, "title", "");
      if (workflow != null && title.toLowerCase(Locale.ROOT).contains(search)) {
        add(byKey, type, task, JsonValue.text(workflow, "key", ""), title);
      }
    }
    List<Map<String, @Nullable Object>> all = new ArrayList<>(byKey.values());
    int page = request.parameters().page();
    int size =
        request.parameters().has("pageSize")
            ? Math.min(request.parameters().pageSize(), MAX_STATS_PAGE)
            : MAX_STATS_PAGE;
    int first = (int) Math.min((page - 1L) * size, all.size());
    int last = Math.min(first + size, all.size());
    Map<String, @Nullable Object> meta = new LinkedHashMap<>();
    meta.put("page", (long) page);
    meta.put("pageSize", (long) size);
    meta.put("hasNext", last < all.size());
    return new Answer.Rows(all.subList(first, last), meta);
  }

  private static void add(
      Map<String, Map<String, @Nullable Object>> byKey,
      String type,
      Map<String, @Nullable Object> task,
      String key,
      String title) {
    Map<String, @Nullable Object> row =
        byKey.computeIfAbsent(
            key,
            name -> {
              Map<String, @Nullable Object> fresh = new LinkedHashMap<>();
              fresh.put("workflowKey", name);
              fresh.put("title", title);
              fresh.put("stats", Map.of("pending", 0L, "all", 0L));
              return fresh;
            });
    boolean open =
        Objects.equals(Parameters.number(task.get("status")), 0L)
            && (type.equals("cc")
                || Objects.equals(
                    Parameters.number(JsonValue.get(task.get("execution"), "status")), 0L));
    Object stats = row.get("stats");
    Long pending = Parameters.number(JsonValue.get(stats, "pending"));
    Long count = Parameters.number(JsonValue.get(stats, "all"));
    row.put(
        "stats",
        Map.of(
            "pending",
            (pending == null ? 0 : pending) + (open ? 1 : 0),
            "all",
            (count == null ? 0 : count) + 1));
  }
}
