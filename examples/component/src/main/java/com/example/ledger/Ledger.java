package com.example.ledger;

import dev.millrace.components.Call;
import dev.millrace.components.ComponentException;
import dev.millrace.components.ComponentMetadata;
import dev.millrace.components.Done;
import dev.millrace.components.GetRequest;
import dev.millrace.components.Outcome;
import dev.millrace.components.Outcome.Reason;
import dev.millrace.components.StartRequest;
import dev.millrace.components.StartResponse;
import dev.millrace.components.StateResponse;
import dev.millrace.components.TerminateRequest;
import dev.millrace.components.WorkflowComponent;
import dev.millrace.components.WorkflowState;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * The smallest engine there is: it writes down what was started and never does it. Starts, shows and
 * terminates; what it does not override is answered as not implemented. Forgets all when the server
 * stops.
 */
final class Ledger implements WorkflowComponent {
  private static final int DEFAULT_CAPACITY = 1_000;

  private final Map<String, WorkflowState> entries = new HashMap<>();
  private int capacity = DEFAULT_CAPACITY;

  @Override
  public void init(ComponentMetadata metadata) throws ComponentException {
    String text = metadata.property("capacity");
    if (text == null) {
      return;
    }
    try {
      capacity = Integer.parseUnsignedInt(text);
    } catch (NumberFormatException e) {
      throw new ComponentException(
          "capacity", "expected a whole number, found \"" + text + "\"", e);
    }
  }

  @Override
  public synchronized Outcome<StartResponse> start(Call call, StartRequest request) {
    WorkflowState before = entries.get(request.instanceId());
    if (before != null && before.runtimeStatus().equals("RUNNING")) {
      return Outcome.failed(
          Reason.ALREADY_EXISTS,
          "an active workflow with ID '" + request.instanceId() + "' already exists");
    }
    if (before == null && entries.size() >= capacity) {
      return Outcome.failed(Reason.UNAVAILABLE, "the ledger is full; terminate does not help");
    }
    Instant now = Instant.now();
    entries.put(
        request.instanceId(),
        new WorkflowState(
            request.instanceId(),
            request.workflowName(),
            now,
            now,
            "RUNNING",
            Map.of("dapr.workflow.input", request.workflowInput().text())));
    return Outcome.of(new StartResponse(request.instanceId()));
  }

  @Override
  public synchronized Outcome<StateResponse> get(Call call, GetRequest request) {
    WorkflowState found = entries.get(request.instanceId());
    return found == null ? missing() : Outcome.of(new StateResponse(found));
  }

  @Override
  public synchronized Outcome<Done> terminate(Call call, TerminateRequest request) {
    WorkflowState found = entries.get(request.instanceId());
    if (found == null) {
      return missing();
    }
    entries.put(
        request.instanceId(),
        new WorkflowState(
            found.instanceId(),
            found.workflowName(),
            found.createdAt(),
            Instant.now(),
            "TERMINATED",
            found.properties()));
    return Outcome.done();
  }

  private static <T> Outcome<T> missing() {
    return Outcome.failed(Reason.NOT_FOUND, "no such instance exists");
  }
}
