package dev.millrace.dialect.dapr.wire;

import dev.millrace.engine.Failure;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.ParentRef;
import dev.millrace.engine.Status;
import dev.millrace.engine.code.CodeEvent;
import dev.millrace.engine.code.CodeState;
import dev.millrace.engine.code.FailureDetails;
import dev.millrace.proto.durabletask.OrchestrationStatus;
import dev.millrace.proto.durabletask.WorkflowState;
import dev.millrace.transport.json.Json;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An instance as clients see it. One whose first turn was not answered has neither name nor times
 * nor payloads, as in Dapr.
 *
 * @param version the named version that runs, null for none
 * @param parent null for what no workflow started
 */
public record Snapshot(
    String instanceId,
    String name,
    @Nullable String version,
    OrchestrationStatus status,
    Times times,
    Payloads payloads,
    @Nullable Parent parent) {

  /**
   * When; {@link Texts#NO_TIME} for not yet.
   *
   * @param started when its first turn began, null before
   */
  public record Times(Instant created, Instant updated, @Nullable Instant started) {
    static final Times NONE = new Times(Texts.NO_TIME, Texts.NO_TIME, null);
  }

  /** What went in and came out, raw; null for absent. */
  public record Payloads(
      @Nullable String input,
      @Nullable String output,
      @Nullable String customStatus,
      @Nullable FailureDetails failure) {
    static final Payloads NONE = new Payloads(null, null, null, null);
  }

  /** Who started it. */
  public record Parent(String instanceId, String appId) {}

  /** The snapshot of a state. */
  public static Snapshot of(InstanceState state) {
    CodeState code = state.code();
    return code == null ? ofGraph(state) : ofCode(state, code);
  }

  private static Snapshot ofCode(InstanceState state, CodeState code) {
    List<CodeEvent> history = code.history();
    String uid = state.header().key().uid();
    OrchestrationStatus status = status(state.life().status(), code.stalled());
    if (history.isEmpty()) {
      return new Snapshot(uid, "", null, status, Times.NONE, Payloads.NONE, null);
    }
    CodeEvent.ExecutionStarted started = code.started();
    Object output = state.life().output();
    return new Snapshot(
        uid,
        started.name(),
        version(history),
        status,
        new Times(started.at(), history.getLast().at(), firstTurn(history)),
        new Payloads(
            started.input(),
            output instanceof String text ? text : null,
            code.progress().customStatus(),
            failure(history)),
        started.parent() == null
            ? null
            : new Parent(started.parent().instanceId(), started.parent().appId()));
  }

  /** Instances of other languages are shown as far as the words allow. */
  private static Snapshot ofGraph(InstanceState state) {
    InstanceState.Header header = state.header();
    InstanceState.Lifecycle life = state.life();
    Failure failure = life.failure();
    ParentRef parent = header.parent();
    return new Snapshot(
        header.key().uid(),
        header.definition().id(),
        null,
        status(life.status(), false),
        new Times(header.startedAt(), life.lastEventAt(), header.startedAt()),
        new Payloads(
            header.input() == null ? null : Json.writeText(header.input()),
            life.output() == null ? null : Json.writeText(life.output()),
            null,
            failure == null ? null : FailureDetails.of(failure.type(), failure.message())),
        parent == null ? null : new Parent(parent.key().uid(), parent.key().namespace()));
  }

  private static @Nullable String version(List<CodeEvent> history) {
    for (CodeEvent event : history) {
      if (event instanceof CodeEvent.TurnStarted turn) {
        return turn.version() == null ? null : turn.version().name();
      }
    }
    return null;
  }

  private static @Nullable Instant firstTurn(List<CodeEvent> history) {
    for (CodeEvent event : history) {
      if (event instanceof CodeEvent.TurnStarted turn) {
        return turn.at();
      }
    }
    return null;
  }

  private static @Nullable FailureDetails failure(List<CodeEvent> history) {
    for (CodeEvent event : history.reversed()) {
      if (event instanceof CodeEvent.ExecutionCompleted completed) {
        return completed.failure();
      }
    }
    return null;
  }

  private static OrchestrationStatus status(Status status, boolean stalled) {
    return switch (status) {
      case PENDING ->
          stalled
              ? OrchestrationStatus.ORCHESTRATION_STATUS_STALLED
              : OrchestrationStatus.ORCHESTRATION_STATUS_PENDING;
      case RUNNING ->
          stalled
              ? OrchestrationStatus.ORCHESTRATION_STATUS_STALLED
              : OrchestrationStatus.ORCHESTRATION_STATUS_RUNNING;
      case SUSPENDED ->
          stalled
              ? OrchestrationStatus.ORCHESTRATION_STATUS_STALLED
              : OrchestrationStatus.ORCHESTRATION_STATUS_SUSPENDED;
      case COMPLETED -> OrchestrationStatus.ORCHESTRATION_STATUS_COMPLETED;
      case FAILED -> OrchestrationStatus.ORCHESTRATION_STATUS_FAILED;
      case TERMINATED -> OrchestrationStatus.ORCHESTRATION_STATUS_TERMINATED;
      case CANCELED -> OrchestrationStatus.ORCHESTRATION_STATUS_CANCELED;
    };
  }

  /** The status in the words of the HTTP API, which has none for a stalled instance. */
  public String word() {
    return switch (status) {
      case ORCHESTRATION_STATUS_RUNNING -> "RUNNING";
      case ORCHESTRATION_STATUS_COMPLETED -> "COMPLETED";
      case ORCHESTRATION_STATUS_CONTINUED_AS_NEW -> "CONTINUED_AS_NEW";
      case ORCHESTRATION_STATUS_FAILED -> "FAILED";
      case ORCHESTRATION_STATUS_CANCELED -> "CANCELED";
      case ORCHESTRATION_STATUS_TERMINATED -> "TERMINATED";
      case ORCHESTRATION_STATUS_PENDING -> "PENDING";
      case ORCHESTRATION_STATUS_SUSPENDED -> "SUSPENDED";
      case ORCHESTRATION_STATUS_STALLED, UNRECOGNIZED -> "UNKNOWN";
    };
  }

  /** What the HTTP API lists as properties, in its order. */
  public Map<String, String> properties() {
    Map<String, String> properties = new TreeMap<>();
    put(properties, "dapr.workflow.input", payloads.input());
    String custom = payloads.customStatus();
    put(
        properties,
        "dapr.workflow.custom_status",
        custom == null || custom.isEmpty() ? null : custom);
    FailureDetails failure = payloads.failure();
    if (failure == null) {
      put(properties, "dapr.workflow.output", payloads.output());
    } else {
      put(properties, "dapr.workflow.failure.error_type", failure.type());
      put(properties, "dapr.workflow.failure.error_message", failure.message());
      put(properties, "dapr.workflow.failure.stack_trace", failure.stackTrace());
    }
    return properties;
  }

  private static void put(Map<String, String> properties, String key, @Nullable String value) {
    if (value != null) {
      properties.put(key, value);
    }
  }

  /**
   * The message that clients of the task hub read.
   *
   * @param withPayloads whether they asked for what went in and came out
   * @param emptyCustomStatus whether a custom status that is set and empty is told
   */
  public WorkflowState message(boolean withPayloads, boolean emptyCustomStatus) {
    WorkflowState.Builder message =
        WorkflowState.newBuilder()
            .setInstanceId(instanceId)
            .setName(name)
            .setWorkflowStatus(status)
            .setCreatedTimestamp(Texts.of(times.created()))
            .setLastUpdatedTimestamp(Texts.of(times.updated()));
    if (version != null) {
      message.setVersion(Texts.of(version));
    }
    if (times.started() != null) {
      message.setStartedAt(Texts.of(times.started()));
    }
    if (parent != null) {
      message.setParentInstanceId(Texts.of(parent.instanceId()));
      message.setParentAppId(Texts.of(parent.appId()));
    }
    if (withPayloads) {
      addPayloads(message, emptyCustomStatus);
    }
    return message.build();
  }

  private void addPayloads(WorkflowState.Builder message, boolean emptyCustomStatus) {
    if (payloads.input() != null) {
      message.setInput(Texts.of(payloads.input()));
    }
    if (payloads.output() != null) {
      message.setOutput(Texts.of(payloads.output()));
    }
    String custom = payloads.customStatus();
    if (custom != null && (emptyCustomStatus || !custom.isEmpty())) {
      message.setCustomStatus(Texts.of(custom));
    }
    if (payloads.failure() != null) {
      message.setFailureDetails(SharedMessages.failure(payloads.failure()));
    }
  }
}
