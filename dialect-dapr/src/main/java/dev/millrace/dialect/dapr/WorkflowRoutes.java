package dev.millrace.dialect.dapr;

import dev.millrace.components.WorkflowState;
import dev.millrace.dialect.dapr.wire.Snapshot;
import dev.millrace.dialect.dapr.wire.TraceHeaders;
import dev.millrace.transport.Request;
import dev.millrace.transport.Response;
import dev.millrace.transport.Routes;
import dev.millrace.transport.json.Json;
import dev.millrace.transport.json.JsonSyntaxException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The seven operations over HTTP, of the component that the path names. */
final class WorkflowRoutes {
  private static final int OK = 200;

  private final Components components;
  private final AppIds appIds;

  WorkflowRoutes(Components components, AppIds appIds) {
    this.components = components;
    this.appIds = appIds;
  }

  void register(Routes.Builder routes, String version) {
    String workflows = version + "/workflows/{component}";
    HttpAnswers.route(routes, "POST", workflows + "/{name}/start", this::start);
    HttpAnswers.route(routes, "GET", workflows + "/{id}", this::get);
    HttpAnswers.route(routes, "POST", workflows + "/{id}/raiseEvent/{event}", this::raise);
    HttpAnswers.route(routes, "POST", workflows + "/{id}/pause", change(WorkflowVerbs::pause));
    HttpAnswers.route(routes, "POST", workflows + "/{id}/resume", change(WorkflowVerbs::resume));
    HttpAnswers.route(
        routes, "POST", workflows + "/{id}/terminate", change(WorkflowVerbs::terminate));
    HttpAnswers.route(routes, "POST", workflows + "/{id}/purge", change(WorkflowVerbs::purge));
  }

  private Response start(Request request) throws InterruptedException {
    String app = appIds.of(request);
    return HttpAnswers.accepted(
        HttpAnswers.await(
            verbs(app, request)
                .start(
                    app,
                    request.query("instanceID"),
                    request.pathParameter("name"),
                    request.body(),
                    WorkflowOperations.traced(
                        Map.of(),
                        TraceHeaders.of(
                            request.header(TraceHeaders.PARENT),
                            request.header(TraceHeaders.STATE))))));
  }

  private Response get(Request request) throws InterruptedException {
    checkBody(request);
    String id = request.pathParameter("id");
    String app = appIds.of(request);
    WorkflowState state =
        HttpAnswers.await(verbs(app, request).get(app, id))
            .orElseThrow(() -> WorkflowOperations.notFound(id));
    return Response.json(OK, json(state));
  }

  /** The instance as the API shows it; what is not known is left out. */
  static Map<String, Object> json(Snapshot snapshot) {
    return json(WorkflowOperations.state(snapshot));
  }

  private static Map<String, Object> json(WorkflowState state) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("instanceID", state.instanceId());
    if (!state.workflowName().isEmpty()) {
      json.put("workflowName", state.workflowName());
    }
    json.put("createdAt", state.createdAt().toString());
    json.put("lastUpdatedAt", state.lastUpdatedAt().toString());
    json.put("runtimeStatus", state.runtimeStatus());
    Map<String, String> properties = state.properties();
    if (!properties.isEmpty()) {
      json.put("properties", properties);
    }
    return json;
  }

  private Response raise(Request request) throws InterruptedException {
    String app = appIds.of(request);
    var _ =
        HttpAnswers.await(
            verbs(app, request)
                .raise(
                    app,
                    request.pathParameter("id"),
                    request.pathParameter("event"),
                    request.body()));
    return HttpAnswers.accepted();
  }

  private interface Change {
    CompletableFuture<?> of(WorkflowVerbs verbs, String app, String id);
  }

  private HttpAnswers.Operation change(Change change) {
    return request -> {
      checkBody(request);
      String app = appIds.of(request);
      var _ = HttpAnswers.await(change.of(verbs(app, request), app, request.pathParameter("id")));
      return HttpAnswers.accepted();
    };
  }

  private WorkflowVerbs verbs(String app, Request request) {
    return components.of(app, request.pathParameter("component"));
  }

  /** A body is read as the message of the request, all of whose members the path replaces. */
  private static void checkBody(Request request) {
    byte[] body = request.body();
    if (body.length == 0) {
      return;
    }
    try {
      if (!(Json.parse(body) instanceof Map)) {
        throw malformed(1, 1, HttpAnswers.bodyText(request).strip());
      }
    } catch (JsonSyntaxException e) {
      throw malformed(e.line(), e.column(), HttpAnswers.bodyText(request).strip());
    }
  }

  private static DaprProblem malformed(int line, int column, String text) {
    boolean object = text.startsWith("{");
    String from = object ? text.substring(1) : text;
    int end = 0;
    while (end < from.length() && Character.isLetterOrDigit(from.charAt(end))) {
      end++;
    }
    String found =
        end == 0
            ? "unexpected token " + from.substring(0, Math.min(1, from.length()))
            : "invalid value " + from.substring(0, end);
    return DaprProblem.invalid(
        "ERR_MALFORMED_REQUEST",
        "failed deserializing HTTP body: proto: syntax error (line %d:%d): %s"
            .formatted(line, column, found));
  }
}
