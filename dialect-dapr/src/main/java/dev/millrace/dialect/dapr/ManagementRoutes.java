package dev.millrace.dialect.dapr;

import dev.millrace.dialect.dapr.wire.EventMessages;
import dev.millrace.dialect.dapr.wire.MessageJson;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.code.CodeState;
import dev.millrace.store.query.Queries.QuarantineView;
import dev.millrace.transport.Problem;
import dev.millrace.transport.Request;
import dev.millrace.transport.Response;
import dev.millrace.transport.Routes;
import dev.millrace.transport.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What Dapr has over gRPC only or not at all: list, history, explain, rerun. */
final class ManagementRoutes {
  private static final int OK = 200;
  private static final String GET_TAG = "ERR_GET_WORKFLOW";
  private static final String RERUN_TAG = "ERR_RERUN_WORKFLOW";

  private final EngineDoor engine;
  private final Components components;
  private final AppIds appIds;

  ManagementRoutes(EngineDoor engine, Components components, AppIds appIds) {
    this.engine = engine;
    this.components = components;
    this.appIds = appIds;
  }

  void register(Routes.Builder routes, String version) {
    String workflows = version + "/workflows/{component}";
    HttpAnswers.route(routes, "GET", workflows, this::list);
    HttpAnswers.route(routes, "GET", workflows + "/{id}/history", this::history);
    HttpAnswers.route(routes, "GET", workflows + "/{id}/explain", this::explain);
    HttpAnswers.route(routes, "POST", workflows + "/{id}/rerun", this::rerun);
  }

  private Response list(Request request) throws InterruptedException {
    String app = app(request, GET_TAG);
    return Response.json(OK, InstanceSearch.of(request, app).answer(engine));
  }

  private Response history(Request request) throws InterruptedException {
    InstanceState state = state(request);
    List<Object> events = new ArrayList<>();
    engine.history(state).forEach(event -> events.add(MessageJson.of(EventMessages.of(event))));
    return Response.json(OK, Map.of("events", events));
  }

  private Response explain(Request request) throws InterruptedException {
    String app = app(request, GET_TAG);
    InstanceKey key = new InstanceKey(app, request.pathParameter("id"));
    QuarantineView aside = engine.queries().quarantine(key).orElse(null);
    CompletableFuture<Optional<InstanceState>> read = engine.instance(key);
    // What set it aside may be that it cannot be read; that is to be told all the more.
    Optional<InstanceState> found =
        HttpAnswers.await(aside == null ? read : read.exceptionally(_ -> Optional.empty()));
    if (found.isEmpty() && aside == null) {
      throw WorkflowOperations.notFound(key.uid());
    }
    Map<String, Object> json =
        found.map(this::explained).orElseGet(() -> Explanation.ofUnreadable(key));
    return Response.json(OK, aside == null ? json : Explanation.aside(json, aside));
  }

  private Map<String, Object> explained(InstanceState state) {
    CodeState code = state.code();
    return code == null
        ? Explanation.of(state, engine.graph(state.header().definition()))
        : Explanation.of(state, code, engine.workers().connected(state.header().key().namespace()));
  }

  private InstanceState state(Request request) throws InterruptedException {
    String id = request.pathParameter("id");
    return HttpAnswers.await(engine.instance(new InstanceKey(app(request, GET_TAG), id)))
        .orElseThrow(() -> WorkflowOperations.notFound(id));
  }

  /** The application of a request for the engine; other components have none of this. */
  private String app(Request request, String tag) {
    String app = appIds.of(request);
    components.requireEngine(app, request.pathParameter("component"), tag);
    return app;
  }

  private Response rerun(Request request) throws InterruptedException {
    String app = app(request, RERUN_TAG);
    Map<?, ?> body = body(request);
    InstanceKey key = new InstanceKey(app, request.pathParameter("id"));
    if (!body.containsKey("eventID")
        && HttpAnswers.await(engine.instance(key)).filter(its -> its.code() == null).isPresent()) {
      return HttpAnswers.accepted(
          HttpAnswers.await(Rerun.ofDefinition(engine, key, text(body, "from"))));
    }
    if (!(body.get("eventID") instanceof Long eventId)
        || eventId < 0
        || eventId > Integer.MAX_VALUE) {
      throw DaprProblem.invalid(
          RERUN_TAG, "expected the number of an event as eventID, found " + body.get("eventID"));
    }
    Rerun rerun =
        new Rerun(
            key,
            eventId.intValue(),
            text(body, "newInstanceID"),
            body.containsKey("input"),
            body.get("input") == null ? null : Json.writeText(body.get("input")),
            text(body, "newChildWorkflowInstanceID").isEmpty()
                ? null
                : text(body, "newChildWorkflowInstanceID"));
    return HttpAnswers.accepted(HttpAnswers.await(rerun.run(engine)));
  }

  private static Map<?, ?> body(Request request) {
    try {
      if (request.json() instanceof Map<?, ?> map) {
        return map;
      }
    } catch (Problem e) {
      throw DaprProblem.invalid("ERR_MALFORMED_REQUEST", e.getMessage());
    }
    throw DaprProblem.invalid("ERR_MALFORMED_REQUEST", "expected a JSON object with an eventID");
  }

  private static String text(Map<?, ?> body, String name) {
    Object value = body.get(name);
    return switch (value) {
      case null -> "";
      case String text -> text;
      default -> throw DaprProblem.invalid(RERUN_TAG, "expected text as " + name);
    };
  }
}
