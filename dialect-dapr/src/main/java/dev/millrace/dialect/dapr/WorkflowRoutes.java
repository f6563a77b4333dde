package dev.millrace.dialect.dapr;

import dev.millrace.dialect.dapr.wire.Snapshot;
import dev.millrace.engine.Reply;
import dev.millrace.transport.Request;
import dev.millrace.transport.Response;
import dev.millrace.transport.Routes;
import dev.millrace.transport.json.Json;
import dev.millrace.transport.json.JsonSyntaxException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The seven operations over HTTP. The name of the component is not looked at, as in Dapr. */
final class WorkflowRoutes {
  private static final int OK = 200;

  private final WorkflowOperations operations;
  private final AppIds appIds;

  WorkflowRoutes(WorkflowOperations operations, AppIds appIds) {
    this.operations = operations;
    this.appIds = appIds;
  }

  void register(Routes.Builder routes, String version) {
    String workflows = version + "/workflows/{component}";
    HttpAnswers.route(routes, "POST", workflows + "/{name}/start", this::start);
    HttpAnswers.route(routes, "GET", workflows + "/{id}", this::get);
    HttpAnswers.route(routes, "POST", workflows + "/{id}/raiseEvent/{event}", this::raise);
    HttpAnswers.route(routes, "POST", workflows + "/{id}/pause", change(operations::pause));
    HttpAnswers.route(routes, "POST", workflows + "/{id}/resume", change(operations::resume));
    HttpAnswers.route(routes, "POST", workflows + "/{id}/terminate", change(operations::terminate));
    HttpAnswers.route(routes, "POST", workflows + "/{id}/purge", change(operations::purge));
  }

  private Response start(Request request) throws InterruptedException {
    return HttpAnswers.accepted(
        HttpAnswers.await(
            operations.start(
                appIds.of(request),
                request.query("instanceID"),
                request.pathParameter("name"),
                request.body(),
                Map.of())));
  }

  private Response get(Request request) throws InterruptedException {
    checkBody(request);
    String id = request.pathParameter("id");
    Snapshot snapshot =
        HttpAnswers.await(operations.get(appIds.of(request), id))
            .orElseThrow(() -> WorkflowOperations.notFound(id));
    return Response.json(OK, json(snapshot));
  }

  /** The instance as the API shows it; what is not known is left out. */
  static Map<String, Object> json(Snapshot snapshot) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("instanceID", snapshot.instanceId());
    if (!snapshot.name().isEmpty()) {
      json.put("workflowName", snapshot.name());
    }
    json.put("createdAt", snapshot.times().created().toString());
    json.put("lastUpdatedAt", snapshot.times().updated().toString());
    json.put("runtimeStatus", snapshot.word());
    Map<String, String> properties = snapshot.properties();
    if (!properties.isEmpty()) {
      json.put("properties", properties);
    }
    return json;
  }

  private Response raise(Request request) throws InterruptedException {
    HttpAnswers.await(
        operations.raise(
            appIds.of(request),
            request.pathParameter("id"),
            request.pathParameter("event"),
            request.body()));
    return HttpAnswers.accepted();
  }

  private interface Change {
    CompletableFuture<Reply> of(String app, String id);
  }

  private HttpAnswers.Operation change(Change change) {
    return request -> {
      checkBody(request);
      HttpAnswers.await(change.of(appIds.of(request), request.pathParameter("id")));
      return HttpAnswers.accepted();
    };
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
