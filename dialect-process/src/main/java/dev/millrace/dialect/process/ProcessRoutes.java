package dev.millrace.dialect.process;

import dev.millrace.dialect.process.definition.DefinitionCheck;
import dev.millrace.dialect.process.definition.ProcessFormat;
import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.JsonValue;
import dev.millrace.runtime.EngineApi;
import dev.millrace.store.query.Queries.DefinitionFilter;
import dev.millrace.store.query.Queries.DefinitionView;
import dev.millrace.store.query.Queries.Page;
import dev.millrace.transport.Problem;
import dev.millrace.transport.Request;
import dev.millrace.transport.Response;
import dev.millrace.transport.Routes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Definitions: create, read, check, list, revise, remove. */
final class ProcessRoutes {
  private final EngineCalls calls;
  private final ProcessFormat format;
  private final Users users;
  private final Times times;

  ProcessRoutes(EngineCalls calls, ProcessFormat format, Users users, Times times) {
    this.calls = calls;
    this.format = format;
    this.users = users;
    this.times = times;
  }

  void register(Routes.Builder routes) {
    routes
        .route("POST", "/api/process", this::create)
        .route("POST", "/api/process:validate", this::validate)
        .route("GET", "/api/process/{id}", this::read)
        .route("GET", "/api/process/{id}/{taskId}", this::readTask)
        .route("PUT", "/api/process/{id}", this::revise)
        .route("DELETE", "/api/process/{id}", this::remove)
        .route("GET", "/api/processes", this::list)
        .route("GET", "/api/processes/{id}/versions", this::versions);
  }

  private Response create(Request request) throws InterruptedException {
    return save(request, null);
  }

  private Response revise(Request request) throws InterruptedException {
    DefinitionView before = calls.definition(request.pathParameter("id"));
    if (!before.format().equals(format.name())) {
      throw Problem.conflict(
          "conflict",
          "expected a definition in the format %s, found %s"
              .formatted(format.name(), before.format()));
    }
    return save(request, before);
  }

  private Response save(Request request, @Nullable DefinitionView before)
      throws InterruptedException {
    Map<String, @Nullable Object> sent = definition(request);
    DefinitionCheck check = format.check(sent, this::standard);
    if (!check.errors().isEmpty()) {
      throw invalid(check);
    }
    Map<String, @Nullable Object> document =
        Parameters.object("the definition", format.normalise(sent));
    if (before != null) {
      document = SecretMask.restore(document, before.document());
    }
    String user = users.of(request);
    if (JsonValue.text(document, "creator", "").isEmpty() && !user.isEmpty()) {
      document.put("creator", user);
    }
    if (before != null
        && document.equals(before.document())
        && wanted(request, before.ref().revision())) {
      return saved(before.ref(), check);
    }
    String id = before == null ? null : before.ref().id();
    Object reply =
        calls.save(
            new EngineApi.SaveDefinition(
                id,
                id == null ? 0 : Requests.expectedRevision(request),
                format.name(),
                described(document),
                document,
                Requests.id(request, id == null ? "" : id)));
    return saved(reply, id != null, check);
  }

  private boolean standard(String id) {
    return calls.queries().definition(id, 0).stream()
        .anyMatch(view -> !JsonValue.text(view.document(), "engine", "").equals("fast"));
  }

  /** The definition in the body, without an id: ids are the server's to give. */
  private static Map<String, @Nullable Object> definition(Request request) {
    Object body = request.json();
    if (body instanceof Map<?, ?> map) {
      Map<String, @Nullable Object> document = Parameters.object("the definition", map);
      document.remove("id");
      return document;
    }
    String message = "expected a JSON object, found " + Parameters.kind(body);
    throw Problem.badRequest("invalid_definition", message)
        .withDetail(Map.of("path", "$", "code", "type", "message", message));
  }

  private static Problem invalid(DefinitionCheck check) {
    int errors = check.errors().size();
    return Problem.badRequest(
            "invalid_definition",
            "expected a valid process definition, found %d fault%s: %s: %s"
                .formatted(
                    errors,
                    errors == 1 ? "" : "s",
                    check.errors().getFirst().path(),
                    check.errors().getFirst().message()))
        .withDetails(DefinitionAnswer.problems(check.errors()));
  }

  static EngineApi.Described described(Map<String, @Nullable Object> document) {
    String status = JsonValue.text(document, "status", "");
    return new EngineApi.Described(
        JsonValue.text(document, "name", ""),
        JsonValue.text(document, "creator", ""),
        status.isEmpty() || status.equals("enabled"));
  }

  /** Whether the revision is the one that the request means to replace, if it names one. */
  private static boolean wanted(Request request, int revision) {
    int expected = Requests.expectedRevision(request);
    return expected == 0 || expected == revision;
  }

  /** What is sent again as it is stored makes no new revision. */
  private static Response saved(DefinitionRef ref, DefinitionCheck check) {
    return saved(Map.of("id", ref.id(), "revision", (long) ref.revision()), true, check);
  }

  private static Response saved(
      @Nullable Object reply, boolean showRevision, DefinitionCheck check) {
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("id", JsonValue.text(reply, "id", ""));
    Object revision = JsonValue.get(reply, "revision");
    if (showRevision) {
      answer.put("revision", revision);
    }
    if (!check.warnings().isEmpty()) {
      answer.put("warnings", DefinitionAnswer.problems(check.warnings()));
    }
    Response response = Answers.wrapped(answer);
    return revision instanceof Number number
        ? response.withHeader("ETag", Requests.tag(number.intValue()))
        : response;
  }

  private Response validate(Request request) {
    return Answers.wrapped(
        DefinitionAnswer.check(format.check(definition(request), this::standard)));
  }

  private Response read(Request request) {
    DefinitionView view = calls.definition(request.pathParameter("id"));
    return Answers.bare(DefinitionAnswer.definition(view))
        .withHeader("ETag", Requests.tag(view.ref().revision()));
  }

  private Response readTask(Request request) {
    DefinitionView view = calls.definition(request.pathParameter("id"));
    String taskId = request.pathParameter("taskId");
    Map<String, @Nullable Object> task =
        DefinitionAnswer.task(DefinitionAnswer.document(view), taskId);
    if (task == null) {
      throw Problem.notFound("process %s has no task %s".formatted(view.ref().id(), taskId));
    }
    return Answers.bare(task);
  }

  private Response remove(Request request) throws InterruptedException {
    String id = request.pathParameter("id");
    calls.definition(id);
    boolean force = Parameters.flag(request, "force");
    long live = calls.queries().liveInstances(id);
    if (live > 0 && !force) {
      throw Problem.conflict(
              "conflict",
              "expected no live instances of %s, found %d; ?force=true removes it all the same"
                  .formatted(id, live))
          .withDetail(Map.of("liveInstances", live));
    }
    calls.remove(id);
    return Answers.id(id);
  }

  private Response list(Request request) {
    Paging paging = Paging.of(request);
    String status = Parameters.text(request, "status");
    Boolean enabled =
        switch (status) {
          case "" -> null;
          case "enabled" -> Boolean.TRUE;
          case "disabled" -> Boolean.FALSE;
          default ->
              throw Parameters.invalid(
                  "expected enabled or disabled for status, found %s"
                      .formatted(Parameters.shown(status)));
        };
    DefinitionFilter filter = new DefinitionFilter(Parameters.text(request, "name"), enabled);
    Page<DefinitionView> page =
        calls.queries().definitions(filter, paging.limit(), paging.offset());
    return Answers.page(rows(page.rows()), page.total());
  }

  private Response versions(Request request) {
    String id = request.pathParameter("id");
    List<DefinitionView> versions = calls.queries().versions(id);
    if (versions.isEmpty()) {
      throw Problem.notFound("there is no process " + id);
    }
    return Answers.list(rows(versions));
  }

  private List<Map<String, @Nullable Object>> rows(List<DefinitionView> views) {
    return views.stream().map(view -> DefinitionAnswer.row(view, times)).toList();
  }
}
