package dev.millrace.dialect.nocobase.http;

import dev.millrace.dialect.nocobase.http.ActionRequest.Target;
import dev.millrace.transport.Problem;
import dev.millrace.transport.Request;
import dev.millrace.transport.Response;
import dev.millrace.transport.Routes;
import dev.millrace.transport.json.Json;
import dev.millrace.transport.json.JsonSyntaxException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * From a path to an action: {@code /api/<resource>:<action>}, {@code /api/<resource>/<id>}, {@code
 * /api/<owner>/<id>/<association>} and {@code …/<id>}; the action stands behind the resource, or
 * follows from the method. Known resources are served without {@code /api} too. Everything that
 * another API's routes fit goes there.
 */
public final class Router {
  private static final String PREFIX = "api";
  private static final int DEEPEST = 4;
  private static final String NEW_TOKEN = "x-new-token";
  private static final String REQUEST_ID = "x-request-id";
  private static final String HEALTH = "__health_check";
  private static final Response NOT_FOUND = Response.text(404, "Not Found");
  private static final Response HEALTHY = Response.text(200, "ok");

  /** Actions that clients call with everything in one body. */
  private static final Set<String> FLAT =
      Set.of("execute", "cancel", "revision", "sync", "rerun", "resume", "pause");

  private final Actions actions;
  private final Gate gate;
  private final Set<String> reserved;

  /**
   * A router over the actions.
   *
   * @param reserved first segments below {@code /api} that belong to others
   */
  public Router(Actions actions, Gate gate, Set<String> reserved) {
    this.actions = actions;
    this.gate = gate;
    this.reserved = Set.copyOf(reserved);
  }

  /** Adds itself as what is asked last. */
  public void register(Routes.Builder routes) {
    routes.fallback(new Routes.Fallback("nocobase", this::serves, this::handle, Errors.FORMAT));
  }

  /** Whether a path is of this API. */
  public boolean serves(List<String> segments) {
    if (segments.isEmpty()) {
      return false;
    }
    if (!segments.getFirst().equals(PREFIX)) {
      return actions.knows(name(segments.getFirst()));
    }
    return segments.size() == 1 || !reserved.contains(name(segments.get(1)));
  }

  /** The resource that a segment names, without its action. */
  public static String name(String segment) {
    int colon = segment.indexOf(':');
    return colon < 0 ? segment : segment.substring(0, colon);
  }

  /** Answers a request whose path is of this API. */
  public Response handle(Request request) throws InterruptedException {
    List<String> path = List.of(request.path().substring(1).split("/", -1));
    if (path.getFirst().equals(PREFIX)) {
      path = path.subList(1, path.size());
    }
    Response response = Origins.asks(request) ? Origins.permission(request) : answer(request, path);
    response = response.withHeader(REQUEST_ID, request.traceId());
    // Where nobody signs in, a page of another site must not read either.
    return gate.signInNeeded() ? Origins.readable(request, response) : response;
  }

  private Response answer(Request request, List<String> path) throws InterruptedException {
    if (path.isEmpty() || path.size() > DEEPEST) {
      return NOT_FOUND;
    }
    if (path.size() == 1 && path.getFirst().equals(HEALTH)) {
      return HEALTHY;
    }
    try {
      return call(request, path);
    } catch (Problem problem) {
      Response response = Errors.render(problem);
      for (Map.Entry<String, String> header : problem.headers().entrySet()) {
        response = response.withHeader(header.getKey(), header.getValue());
      }
      return response;
    }
  }

  private Response call(Request request, List<String> path) throws InterruptedException {
    Target target = target(request.method(), path);
    Action action = target == null ? null : actions.find(target.resource(), target.action());
    if (target == null || action == null) {
      return NOT_FOUND;
    }
    Parameters parameters =
        new Parameters(QueryString.parse(request.rawQuery()), request.header("x-timezone"));
    if (path.size() % 2 == 0) {
      parameters = parameters.with("filterByTk", path.getLast());
    }
    Identity identity = identity(request, target);
    String source = request.header("x-data-source");
    if (source != null && !source.isBlank() && !source.equals("main")) {
      throw Errors.bad("data source %s does not exist".formatted(source));
    }
    Object body = body(request);
    if (FLAT.contains(target.action()) && !parameters.hasKeys() && body instanceof Map<?, ?> flat) {
      if (flat.get("filterByTk") != null) {
        parameters = unwrapped(parameters, flat);
        body = flat.get("values") == null ? Map.of() : flat.get("values");
      }
    }
    ActionRequest call = new ActionRequest(target, identity, parameters, body, request);
    Response response = envelope(action.act(call), call.messages());
    String token = identity.known() ? gate.renewedToken(request) : null;
    return token == null ? response : response.withHeader(NEW_TOKEN, token);
  }

  private Identity identity(Request request, Target target) {
    if (gate.isPublic(target.resource(), target.action())) {
      return Identity.NOBODY;
    }
    Identity identity = gate.identify(request);
    if (!gate.allows(identity, target.resource(), target.action())) {
      throw Errors.noPermissions();
    }
    return identity;
  }

  private @Nullable Target target(String method, List<String> path) {
    boolean owned = path.size() > 2;
    boolean row = path.size() % 2 == 0;
    String segment = path.get(owned ? 2 : 0);
    String owner = owned ? path.get(0) : "";
    int colon = segment.indexOf(':');
    String name = colon < 0 ? segment : segment.substring(0, colon);
    String action =
        colon >= 0
            ? segment.substring(colon + 1)
            : owned
                ? Verbs.ofAssociation(actions.relation(owner, name), method, row)
                : Verbs.ofCollection(method, row);
    if (action == null || action.isEmpty() || name.isEmpty() || owner.contains(":")) {
      return null;
    }
    // "_" stands for any owner: the association's collection itself.
    return new Target(owner, owned ? path.get(1) : "", name, action);
  }

  private static @Nullable Object body(Request request) {
    byte[] bytes = request.body();
    if (bytes.length == 0) {
      return null;
    }
    String type = request.contentType();
    if (type != null && type.startsWith("application/x-www-form-urlencoded")) {
      return QueryString.parse(new String(bytes, java.nio.charset.StandardCharsets.UTF_8));
    }
    Object body;
    try {
      body = Json.parse(bytes);
    } catch (JsonSyntaxException e) {
      throw Errors.bad("%s (line %d column %d)".formatted(e.getMessage(), e.line(), e.column()));
    }
    if (body != null && !(body instanceof Map<?, ?>) && !(body instanceof List<?>)) {
      throw Errors.bad("invalid JSON, only supports object and array");
    }
    return body;
  }

  /** One body holds the key, the values and other parameters. */
  private static Parameters unwrapped(Parameters parameters, Map<?, ?> flat) {
    Parameters all = parameters;
    for (Map.Entry<?, ?> member : flat.entrySet()) {
      String name = String.valueOf(member.getKey());
      if (!name.equals("values") && !all.has(name)) {
        all = all.with(name, member.getValue());
      }
    }
    return all;
  }

  private static Response envelope(Answer answer, List<Object> messages) {
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    int status = 200;
    switch (answer) {
      case Answer.Whole(Response response) -> {
        return response;
      }
      case Answer.Nothing() -> {
        return Response.empty(204);
      }
      case Answer.Value(int code, Object data) -> {
        status = code;
        body.put("data", data);
      }
      case Answer.Rows(List<?> rows, Map<String, ?> meta) -> {
        body.put("data", rows);
        if (meta != null) {
          body.put("meta", meta);
        }
      }
      case Answer.Empty() -> {}
    }
    if (!messages.isEmpty()) {
      body.put("messages", messages);
    }
    return Response.json(status, body);
  }
}
