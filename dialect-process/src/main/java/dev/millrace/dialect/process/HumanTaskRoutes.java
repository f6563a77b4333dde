package dev.millrace.dialect.process;

import dev.millrace.engine.Command;
import dev.millrace.engine.InstanceKey;
import dev.millrace.store.query.Queries.HumanTaskView;
import dev.millrace.store.query.Queries.Page;
import dev.millrace.transport.Request;
import dev.millrace.transport.Response;
import dev.millrace.transport.Routes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Work items of persons: list and submit. */
final class HumanTaskRoutes {
  private final EngineCalls calls;
  private final RunIds runs;
  private final Users users;
  private final Times times;

  HumanTaskRoutes(EngineCalls calls, Users users, Times times) {
    this.calls = calls;
    this.runs = new RunIds(calls);
    this.users = users;
    this.times = times;
  }

  void register(Routes.Builder routes) {
    routes
        .route("GET", "/api/taskInsts", this::list)
        .route("POST", "/api/taskInst/{id}", this::submit);
  }

  private Response list(Request request) {
    Paging paging = Paging.of(request);
    String user = Parameters.text(request, "user");
    if (user.isBlank()) {
      throw Parameters.invalid("expected the parameter user, found none");
    }
    Page<HumanTaskView> page = calls.queries().humanTasks(user, paging.limit(), paging.offset());
    return Answers.page(page.rows().stream().map(this::row).toList(), page.total());
  }

  private Map<String, @Nullable Object> row(HumanTaskView view) {
    return row(view, times);
  }

  /** A work item in a list; the last two members lead to the task's parameters. */
  static Map<String, @Nullable Object> row(HumanTaskView view, Times times) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("id", view.task().id());
    json.put("name", view.title());
    json.put("content", view.content());
    json.put("createAt", times.text(view.createdAt()));
    json.put("processInstId", view.key().uid());
    if (!view.key().namespace().equals(InstanceKey.DEFAULT_NAMESPACE)) {
      json.put("namespace", view.key().namespace());
    }
    json.put("taskId", view.nodeId());
    return json;
  }

  private Response submit(Request request) throws InterruptedException {
    String id = request.pathParameter("id");
    Object payload = request.json();
    String user = users.of(request);
    Optional<HumanTaskView> item = calls.queries().humanTask(id);
    InstanceKey key = item.isPresent() ? item.get().key() : runs.instance(id, request);
    String itemId = item.isPresent() ? id : runs.workItem(key, id, user);
    calls.submit(new Command.ActOnHumanTask(key, itemId, user, payload));
    return Answers.id(itemId);
  }
}
