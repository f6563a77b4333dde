package dev.millrace.dialect.process;

import dev.millrace.engine.Command;
import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.JsonValue;
import dev.millrace.engine.code.TraceContext;
import dev.millrace.engine.expression.Schemas;
import dev.millrace.runtime.EngineApi;
import dev.millrace.store.query.Queries.DefinitionView;
import dev.millrace.transport.Problem;
import dev.millrace.transport.Request;
import dev.millrace.transport.Response;
import dev.millrace.transport.Routes;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Starts of instances, waiting for their end if asked. */
final class StartRoutes {
  private static final String TRIGGER = "api";
  private static final int MAX_APP_CHARS = 64;
  private static final Pattern APP = Pattern.compile("[A-Za-z0-9_-]+");

  /** Longest {@code ?wait=}, in seconds. */
  static final int MAX_WAIT_SECONDS = 300;

  private final EngineCalls calls;
  private final Schemas schemas;
  private final Users users;
  private final StartRates rates = new StartRates(System::nanoTime);

  StartRoutes(EngineCalls calls, Schemas schemas, Users users) {
    this.calls = calls;
    this.schemas = schemas;
    this.users = users;
  }

  void register(Routes.Builder routes) {
    routes.route("POST", "/api/process/{id}", this::start);
  }

  private Response start(Request request) throws InterruptedException {
    long wait = Parameters.number("wait", request.query("wait"), 0, MAX_WAIT_SECONDS, 0);
    boolean test = Parameters.flag(request, "test");
    Object body = request.json();
    Start start = Start.of(request, users.executor(request), test);
    String process = request.pathParameter("id");
    if (DefinitionRef.codeName(process, "") != null) {
      return started(startCode(process, body, request, start), wait);
    }
    // Before anything of the definition is asked: it may have changed since the first answer.
    Optional<InstanceKey> before =
        start.id() == null ? Optional.empty() : calls.started(process, start.id());
    return started(before.isPresent() ? before.get() : begin(process, body, start), wait);
  }

  private record Start(
      String user, boolean test, @Nullable TraceContext trace, EngineApi.@Nullable RequestId id) {

    static Start of(Request request, String user, boolean test) {
      return new Start(
          user,
          test,
          TraceContext.ofHeaders(
              request.header(TraceContext.PARENT_HEADER),
              request.header(TraceContext.STATE_HEADER)),
          Requests.id(request, user, Boolean.toString(test)));
    }

    Command.Origin origin(String executor) {
      return new Command.Origin(executor, TRIGGER, test).traced(trace);
    }
  }

  private InstanceKey begin(String process, @Nullable Object body, Start start)
      throws InterruptedException {
    DefinitionView definition = calls.definition(process);
    if (!definition.enabled()) {
      throw Problem.conflict(
          "not_startable",
          "expected an enabled process, found %s with the status %s"
              .formatted(
                  definition.ref().id(),
                  JsonValue.text(definition.document(), "status", "disabled")));
    }
    Object input = input(schemas, JsonValue.get(definition.document(), "inputDataSchema"), body);
    rates.take(definition.ref().id(), rateLimit(definition));
    return calls.start(
        new EngineApi.StartRequest(
            null,
            definition.ref().id(),
            // The very revision whose schema the input was checked against.
            definition.ref().revision(),
            input,
            start.origin(executor(start.user(), definition)),
            start.id()));
  }

  /** Starts a workflow that workers hold as code; they need not be connected. */
  private InstanceKey startCode(String id, @Nullable Object input, Request request, Start start)
      throws InterruptedException {
    String named = request.query("namespace");
    String app = named == null || named.isEmpty() ? InstanceKey.DEFAULT_NAMESPACE : named;
    if (app.length() > MAX_APP_CHARS || !APP.matcher(app).matches()) {
      throw Parameters.invalid(
          "expected letters, digits, - and _ as the namespace of an application, at most %d, found %s"
              .formatted(MAX_APP_CHARS, Parameters.shown(app)));
    }
    String code = Objects.requireNonNull(DefinitionRef.codeName(id, app), "the name of a workflow");
    InstanceKey key =
        calls.start(
            new EngineApi.StartRequest(
                null, code, 0, input, start.origin(start.user()), start.id()));
    return new InstanceKey(app, key.uid());
  }

  private Response started(InstanceKey key, long wait) throws InterruptedException {
    Optional<InstanceState> ended =
        wait == 0 ? Optional.empty() : calls.ended(key, Duration.ofSeconds(wait));
    if (ended.isPresent()) {
      return Answers.wrapped(ended(ended.get()));
    }
    Map<String, @Nullable Object> answer = Answers.object("id", key.uid());
    if (!key.namespace().equals(InstanceKey.DEFAULT_NAMESPACE)) {
      answer.put("namespace", key.namespace());
    }
    return Answers.wrapped(answer);
  }

  /** Who is recorded: the caller, else whom the definition names, else its creator. */
  private static String executor(String user, DefinitionView definition) {
    if (!user.isEmpty()) {
      return user;
    }
    String named = JsonValue.text(definition.document(), "executor", "");
    return named.isEmpty() ? definition.owner() : named;
  }

  /** Starts per second, 0 for any number. */
  private static double rateLimit(DefinitionView definition) {
    Object limit = JsonValue.get(JsonValue.get(definition.document(), "extension"), "rateLimit");
    return limit instanceof Number number ? number.doubleValue() : 0;
  }

  /** What a start that waited answers. */
  static Map<String, @Nullable Object> ended(InstanceState state) {
    InstanceState.Lifecycle life = state.life();
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("id", state.header().key().uid());
    answer.put("status", StatusView.word(state));
    answer.put("output", life.output());
    if (life.failure() != null) {
      answer.put("error", InstanceAnswer.errorText(life.failure()));
    }
    return answer;
  }

  /** The input with the schema's defaults; 400 with the path of each fault. */
  static @Nullable Object input(Schemas schemas, @Nullable Object schema, @Nullable Object body) {
    Schemas.Validation result = schemas.validateInput(schema, body);
    if (!result.valid()) {
      throw Problem.badRequest(
              "invalid_input",
              "expected input that fits inputDataSchema, found %s: %s %s"
                  .formatted(
                      counted(result.violations().size()),
                      result.violations().getFirst().path(),
                      result.violations().getFirst().message()))
          .withDetails(details(result.violations()));
    }
    return result.value();
  }

  private static String counted(int faults) {
    return faults == 1 ? "one fault" : faults + " faults, the first";
  }

  private static List<Map<String, Object>> details(List<Schemas.Violation> violations) {
    return violations.stream().map(StartRoutes::detail).toList();
  }

  private static Map<String, Object> detail(Schemas.Violation violation) {
    Map<String, Object> detail = new LinkedHashMap<>();
    detail.put("path", violation.path());
    detail.put("keyword", violation.keyword());
    detail.put("message", violation.message());
    return detail;
  }
}
