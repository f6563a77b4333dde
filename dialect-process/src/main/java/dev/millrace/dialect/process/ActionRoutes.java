package dev.millrace.dialect.process;

import dev.millrace.engine.Command;
import dev.millrace.engine.EndReason;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.JsonValue;
import dev.millrace.transport.Problem;
import dev.millrace.transport.Request;
import dev.millrace.transport.Response;
import dev.millrace.transport.Routes;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What can be done to an instance from outside: actions, signals, variables, callbacks. */
final class ActionRoutes {
  static final List<String> ACTIONS = List.of("suspend", "resume", "stop", "rerun", "release");
  private static final Set<String> NOTHING = Set.of();
  private static final long MILLIS_PER_SECOND = 1_000;
  private static final int MAX_NAME_CHARS = 200;

  /** Longest a signal is kept when its sender names a time: ten years, in seconds. */
  private static final long MAX_TTL_SECONDS = 315_360_000;

  private final EngineCalls calls;
  private final Users users;

  ActionRoutes(EngineCalls calls, Users users) {
    this.calls = calls;
    this.users = users;
  }

  void register(Routes.Builder routes) {
    routes
        .route("POST", "/api/processInst/{id}/actions/{action}", this::act)
        .route("PUT", "/api/processInst/{id}/actions/variables", this::setVariables)
        .route("POST", "/api/processInst/{id}/signals/{name}", this::signal)
        .route("POST", "/callback/{executionUid}/{taskId}", this::callback);
  }

  private Response act(Request request) throws InterruptedException {
    InstanceKey key = EngineCalls.key(request);
    String action = request.pathParameter("action");
    if (action.equals("release")) {
      Parameters.body(request, NOTHING);
      calls.release(key);
      return answer(key);
    }
    if (action.equals("rerun")) {
      return rerun(key, request);
    }
    Command command =
        switch (action) {
          case "suspend" -> {
            Parameters.body(request, NOTHING);
            yield new Command.SuspendInstance(key);
          }
          case "resume" -> {
            Parameters.body(request, NOTHING);
            yield new Command.ResumeInstance(key);
          }
          case "stop" -> stop(key, request);
          default ->
              throw Problem.notFound(
                  "expected one of the actions %s, found %s"
                      .formatted(ACTIONS, Parameters.shown(action)));
        };
    calls.submit(command);
    return answer(key);
  }

  private Command stop(InstanceKey key, Request request) {
    String message = Parameters.text(Parameters.body(request, Set.of("message")), "message");
    String user = users.of(request);
    String said = message.isEmpty() ? "" : ": " + message;
    return new Command.TerminateInstance(
        key, EndReason.PERSON, "stopped by " + (user.isEmpty() ? "a person" : user) + said);
  }

  /** A workflow written as code goes on as another instance, which is the answer then. */
  private Response rerun(InstanceKey key, Request request) throws InterruptedException {
    Map<String, @Nullable Object> body =
        Parameters.body(request, Set.of("from", "variables", "parameters"));
    String from = Parameters.text(request, "from");
    Command.RerunInstance command =
        new Command.RerunInstance(
            key,
            from.isEmpty() ? Parameters.text(body, "from") : from,
            Parameters.object("variables", body.get("variables")),
            parameters(body.get("parameters")));
    Object value =
        command.variables().isEmpty() && command.parameters().isEmpty()
            ? calls.rerun(key, command.fromNode())
            : calls.submit(command);
    return answer(new InstanceKey(key.namespace(), JsonValue.text(value, "uid", key.uid())));
  }

  /** Changed parameters: values by name, by task id. */
  static Map<String, Map<String, @Nullable Object>> parameters(@Nullable Object given) {
    Map<String, Map<String, @Nullable Object>> byTask = new LinkedHashMap<>();
    Parameters.object("parameters", given)
        .forEach((task, values) ->
            byTask.put(
                task, Parameters.object("the parameters of " + Parameters.shown(task), values)));
    return byTask;
  }

  private Response setVariables(Request request) throws InterruptedException {
    InstanceKey key = EngineCalls.key(request);
    Map<String, @Nullable Object> variables = Parameters.object("the body", request.json());
    calls.submit(new Command.SetVariables(key, variables));
    return answer(key);
  }

  private Response signal(Request request) throws InterruptedException {
    InstanceKey key = EngineCalls.key(request);
    String name = request.pathParameter("name");
    if (name.length() > MAX_NAME_CHARS) {
      throw Parameters.invalid(
          "expected a signal of at most %d characters, found %d"
              .formatted(MAX_NAME_CHARS, name.length()));
    }
    Map<String, @Nullable Object> body =
        Parameters.body(request, Set.of("payload", "key", "id", "ttl"));
    calls.submit(
        new Command.RaiseEvent(
            key,
            name,
            Parameters.text(body, "key"),
            body.get("payload"),
            Parameters.text(body, "id"),
            ttlMillis(body.get("ttl"))));
    return answer(key);
  }

  /**
   * How long a signal is kept, given in seconds. Absent means until it is taken: the sender of a
   * signal that comes too early rarely knows that it does.
   */
  static long ttlMillis(@Nullable Object seconds) {
    if (seconds == null) {
      return -1;
    }
    BigDecimal value =
        switch (seconds) {
          case Long number -> BigDecimal.valueOf(number);
          case BigDecimal number -> number;
          default -> null;
        };
    if (value == null
        || value.signum() < 0
        || value.compareTo(BigDecimal.valueOf(MAX_TTL_SECONDS)) > 0) {
      throw Parameters.invalid(
          "expected 0 to %d seconds for ttl, found %s"
              .formatted(
                  MAX_TTL_SECONDS, value == null ? Parameters.kind(seconds) : value.toString()));
    }
    return value.multiply(BigDecimal.valueOf(MILLIS_PER_SECOND)).longValue();
  }

  private Response callback(Request request) throws InterruptedException {
    String executionUid = request.pathParameter("executionUid");
    String taskId = request.pathParameter("taskId");
    Object payload = request.json();
    InstanceKey key =
        calls
            .queries()
            .byExecution(executionUid)
            .orElseThrow(() -> Problem.notFound("there is no execution " + executionUid));
    int none = -1;
    int index =
        (int) Parameters.number("index", request.query("index"), 0, Integer.MAX_VALUE, none);
    calls.submit(
        new Command.CompleteCallback(
            key, executionUid, taskId, payload, index == none ? null : index));
    return Answers.id(key.uid());
  }

  private Response answer(InstanceKey key) throws InterruptedException {
    InstanceState state = calls.state(key);
    Map<String, @Nullable Object> answer = Answers.object("id", key.uid());
    answer.put("status", StatusView.word(state));
    return Answers.wrapped(answer);
  }
}
