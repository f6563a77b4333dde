package dev.millrace.sdkprogram;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dapr.workflows.client.DaprWorkflowClient;
import io.dapr.workflows.client.NewWorkflowOptions;
import io.dapr.workflows.client.WorkflowFailureDetails;
import io.dapr.workflows.client.WorkflowState;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeoutException;

/** What scenarios do with one client. Used by one thread. */
final class Session {

  static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int ID_LENGTH = 12;
  private static final long NAP_MILLIS = 20;

  final DaprWorkflowClient client;

  Session(DaprWorkflowClient client) {
    this.client = client;
  }

  static String text(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  static Map<String, Object> object(Object... keysAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put(String.valueOf(keysAndValues[i]), keysAndValues[i + 1]);
    }
    return map;
  }

  static String fresh(String prefix) {
    return prefix + "-" + UUID.randomUUID().toString().substring(0, ID_LENGTH);
  }

  static void nap(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  String start(String workflow, Object input) {
    return start(workflow, input, fresh("java"));
  }

  String start(String workflow, Object input, String id) {
    return client.scheduleNewWorkflow(workflow, input, id);
  }

  String startAt(String workflow, Object input, Instant time) {
    return client.scheduleNewWorkflow(
        workflow,
        new NewWorkflowOptions().setInput(input).setInstanceId(fresh("java")).setStartTime(time));
  }

  Map<String, Object> end(String id) throws TimeoutException {
    return view(client.waitForWorkflowCompletion(id, PATIENCE, true));
  }

  Map<String, Object> run(String workflow, Object input) throws TimeoutException {
    return end(start(workflow, input));
  }

  String started(String workflow, Object input) throws TimeoutException {
    String id = start(workflow, input);
    client.waitForWorkflowStart(id, PATIENCE, true);
    return id;
  }

  String status(String id) {
    WorkflowState state = client.getWorkflowState(id, true);
    // An unknown instance is a state without an id.
    return state == null || state.getWorkflowId().isEmpty()
        ? "ABSENT"
        : state.getRuntimeStatus().name();
  }

  /** The status once it is the given one, or the one it has when patience ends. */
  String until(String id, String status) {
    Instant deadline = Instant.now().plus(PATIENCE);
    while (!status(id).equals(status) && Instant.now().isBefore(deadline)) {
      nap(NAP_MILLIS);
    }
    return status(id);
  }

  /** What a client sees of an instance, the same in every language. */
  static Map<String, Object> view(WorkflowState state) {
    WorkflowFailureDetails failure = state.getFailureDetails();
    return object(
        "id",
        state.getWorkflowId(),
        "name",
        state.getName(),
        "status",
        state.getRuntimeStatus().name(),
        "input",
        value(state.getSerializedInput()),
        "output",
        value(state.getSerializedOutput()),
        "failure",
        // An instance that did not fail has a failure without words.
        failure == null || failure.getErrorType().isEmpty()
            ? null
            : object("type", failure.getErrorType(), "message", failure.getErrorMessage()),
        "created",
        state.getCreatedAt().toEpochMilli(),
        "updated",
        state.getLastUpdatedAt().toEpochMilli());
  }

  private static Object value(String serialized) {
    if (serialized == null || serialized.isEmpty()) {
      return null;
    }
    try {
      return JSON.readValue(serialized, Object.class);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("expected JSON, found " + serialized, e);
    }
  }
}
