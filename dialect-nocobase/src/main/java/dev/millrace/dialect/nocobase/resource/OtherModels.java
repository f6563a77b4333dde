package dev.millrace.dialect.nocobase.resource;

import dev.millrace.data.Query;
import dev.millrace.dialect.nocobase.http.ActionRequest;
import dev.millrace.dialect.nocobase.http.Answer;
import dev.millrace.dialect.nocobase.http.Errors;
import dev.millrace.dialect.nocobase.run.Calls;
import dev.millrace.engine.Command;
import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.JsonValue;
import dev.millrace.runtime.EngineApi;
import dev.millrace.store.StatusWords;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Executions that are instances of processes or of workflows written as code: how they are started
 * here, and what of this API they do not have.
 */
final class OtherModels {
  private static final String DATA = "data";
  private static final String APPLICATION = "nocobase";
  private static final String MODEL = "model";
  private static final String OWN = "nocobase";

  /** Who names one of these in a filter says which executions are meant. */
  private static final Set<String> NAMING =
      Set.of("id", "key", "eventKey", "workflowId", "namespace", "parentExecutionId", MODEL);

  private final Calls calls;
  private final Duration patience;

  /**
   * Starts and commands by the engine's door.
   *
   * @param patience how long a start waits for a process to settle
   */
  OtherModels(Calls calls, Duration patience) {
    this.calls = calls;
    this.patience = patience;
  }

  /** Whether an execution is one of NocoBase's own workflows. */
  static boolean own(Map<String, @Nullable Object> execution) {
    return OWN.equals(execution.get(MODEL));
  }

  /** What a refusal calls an execution. */
  static String described(Map<String, @Nullable Object> execution) {
    return "an instance of " + execution.get("key");
  }

  /**
   * The query of a removal. Those of other models are removed only where the request names what it
   * means: who empties NocoBase's lists does not know of them.
   */
  static Query removable(ActionRequest request, Query query) {
    boolean named = !request.parameters().keys().isEmpty() || names(request.parameters().filter());
    return named ? query : query.and(Map.of(MODEL, OWN));
  }

  private static boolean names(@Nullable Object filter) {
    if (!(filter instanceof Map<?, ?> map)) {
      return false;
    }
    return map.keySet().stream().anyMatch(key -> NAMING.contains(first(String.valueOf(key))))
        || (map.get("$and") instanceof List<?> all && all.stream().anyMatch(OtherModels::names));
  }

  private static String first(String path) {
    int dot = path.indexOf('.');
    return dot < 0 ? path : path.substring(0, dot);
  }

  /**
   * The definition that a key of {@code workflows:execute} names: {@code process:ID}, or {@code
   * code:APP/NAME}, where the application may be left out; null for the id of a workflow.
   */
  static @Nullable String definition(@Nullable Object key) {
    if (!(key instanceof String name)) {
      return null;
    }
    return name.startsWith(DefinitionRef.PROCESS)
        ? DefinitionRef.definitionNamed(name)
        : DefinitionRef.codeName(name, InstanceKey.DEFAULT_NAMESPACE);
  }

  /**
   * {@code workflows:execute} of a process, which is awaited as a workflow of NocoBase is, or of a
   * workflow written as code, which is not: its workers may be away. {@code data} is the input.
   */
  Answer execute(ActionRequest request, String definition) throws InterruptedException {
    Map<String, @Nullable Object> values = request.values();
    List<String> others = new ArrayList<>(values.keySet());
    others.remove(DATA);
    if (!others.isEmpty()) {
      throw Errors.bad("expected the input as \"data\", found " + String.join(", ", others));
    }
    EngineApi.StartRequest start =
        new EngineApi.StartRequest(
            null,
            definition,
            0,
            JsonValue.of(values.get(DATA)),
            new Command.Origin(
                request.identity().known() ? Long.toString(request.identity().userId()) : "",
                APPLICATION,
                false),
            null);
    InstanceKey key = started(definition, Calls.accepted(Calls.await(calls.engine().start(start))));
    InstanceState state = settled(key, definition);
    Map<String, @Nullable Object> execution = new LinkedHashMap<>();
    execution.put("id", state.header().id());
    execution.put(
        "status",
        StatusWords.nocobase(state.life().status(), state.life().reason(), state.incident()));
    execution.put("eventKey", key.uid());
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("execution", execution);
    return Answer.of(answer);
  }

  private static InstanceKey started(String definition, @Nullable Object value) {
    String uid = JsonValue.text(value, "uid", "");
    String app = DefinitionRef.codeApp(definition);
    return app == null ? InstanceKey.of(uid) : new InstanceKey(app, uid);
  }

  private InstanceState settled(InstanceKey key, String definition) throws InterruptedException {
    if (DefinitionRef.codeApp(definition) == null) {
      try {
        return Calls.await(calls.engine().whenSettled(key), patience);
      } catch (TimeoutException e) {
        // It goes on; what it is by now is the answer.
      }
    }
    Optional<InstanceState> state = calls.state(key);
    return state.orElseThrow(() ->
        Errors.of(409, "instance %s has ended and left nothing to show".formatted(key.uid())));
  }

  /**
   * Runs a failed process again, from the task that {@code nodeId} names or from what failed; a
   * workflow written as code that has ended goes on as another execution.
   *
   * @param values of the request
   * @return the instance that runs
   */
  InstanceKey rerun(InstanceKey key, Map<String, @Nullable Object> values)
      throws InterruptedException {
    Object node = values.get("nodeId");
    Object value =
        Calls.accepted(
            Calls.await(calls.engine().rerun(key, node == null ? "" : String.valueOf(node))));
    return new InstanceKey(key.namespace(), JsonValue.text(value, "uid", key.uid()));
  }
}
