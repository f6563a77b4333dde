package dev.millrace.dialect.dapr;

import dev.millrace.components.WorkflowState;
import dev.millrace.dialect.dapr.wire.Snapshot;
import dev.millrace.dialect.dapr.wire.TraceHeaders;
import dev.millrace.engine.Command;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.Reason;
import dev.millrace.engine.Reply;
import dev.millrace.engine.code.CodeStart;
import dev.millrace.engine.code.TraceContext;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The operations as this server's own engine performs them, with their checks and words. */
final class WorkflowOperations implements WorkflowVerbs {
  private static final String START_TIME = "dapr.workflow.start_time";
  private static final String NOT_FOUND = "ERR_INSTANCE_ID_NOT_FOUND";
  private static final String NO_INSTANCE = "no such instance exists";

  private final EngineDoor engine;

  WorkflowOperations(EngineDoor engine) {
    this.engine = engine;
  }

  /** Starts a workflow; the input is taken as text. */
  @Override
  public CompletableFuture<String> start(
      String app,
      @Nullable String instanceId,
      String name,
      byte[] input,
      Map<String, String> options) {
    String id = startId(instanceId, name);
    String text = text(input);
    if (text == null) {
      throw startProblem(
          name,
          "unable to start workflow: failed to start workflow: failed to marshal"
              + " CreateWorkflowInstanceRequest: string field contains invalid UTF-8");
    }
    CodeStart start =
        new CodeStart(
            name,
            null,
            text,
            startTime(name, options),
            TraceHeaders.of(options.get(TraceHeaders.PARENT), options.get(TraceHeaders.STATE)),
            Map.of(),
            app,
            null,
            CodeStart.Conflict.REPLACE_ENDED);
    return engine
        .start(new InstanceKey(app, id), start)
        .thenApply(reply -> {
          if (reply instanceof Reply.Rejected rejected) {
            String code =
                rejected.reason() == Reason.ALREADY_EXISTS
                    ? "rpc error: code = AlreadyExists desc = "
                    : "";
            throw startProblem(
                name,
                "unable to start workflow: failed to start workflow: " + code + rejected.message());
          }
          return id;
        });
  }

  /** The options of a start, and the trace of the call; that which the options name is kept. */
  static Map<String, String> traced(Map<String, String> options, @Nullable TraceContext trace) {
    if (trace == null || options.containsKey(TraceHeaders.PARENT)) {
      return options;
    }
    Map<String, String> traced = new LinkedHashMap<>(options);
    traced.put(TraceHeaders.PARENT, trace.traceParent());
    if (trace.traceState() != null) {
      traced.put(TraceHeaders.STATE, trace.traceState());
    }
    return traced;
  }

  /** The id to start with, a fresh one if none is given; checks it and the name. */
  static String startId(@Nullable String instanceId, String name) {
    String id = instanceId == null || instanceId.isEmpty() ? InstanceIds.fresh() : instanceId;
    InstanceIds.check(id);
    if (name.isEmpty()) {
      throw DaprProblem.invalid("ERR_WORKFLOW_NAME_MISSING", "workflow name is not configured");
    }
    return id;
  }

  private static DaprProblem startProblem(String name, String why) {
    return DaprProblem.internal(
        "ERR_START_WORKFLOW", "error starting workflow '%s': %s".formatted(name, why));
  }

  private static @Nullable Instant startTime(String name, Map<String, String> options) {
    String given = options.get(START_TIME);
    if (given == null) {
      return null;
    }
    try {
      return OffsetDateTime.parse(given).toInstant();
    } catch (DateTimeParseException e) {
      throw startProblem(
          name, "start times must be in RFC3339 format (e.g. \"2009-11-10T23:00:00Z\")");
    }
  }

  private static @Nullable String text(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  @Override
  public CompletableFuture<Optional<WorkflowState>> get(String app, String id) {
    requireId(id);
    return engine
        .instance(new InstanceKey(app, id))
        .thenApply(found -> found.map(Snapshot::of).map(WorkflowOperations::state));
  }

  /** An instance as the seven operations show it. */
  static WorkflowState state(Snapshot snapshot) {
    return new WorkflowState(
        snapshot.instanceId(),
        snapshot.name(),
        snapshot.times().created(),
        snapshot.times().updated(),
        snapshot.word(),
        snapshot.properties());
  }

  /** The refusal for an instance that is not there. */
  static DaprProblem notFound(String id) {
    return DaprProblem.notFound(
        NOT_FOUND, "unable to find workflow with the provided instance ID: " + id);
  }

  @Override
  public CompletableFuture<Reply> raise(
      String app, String id, String event, byte @Nullable [] payload) {
    requireId(id);
    requireEvent(event);
    String prefix =
        "error raising event on workflow '%s': failed to raise event %s on workflow %s: failed to raise event: "
            .formatted(id, event, id);
    String text = payload == null ? null : text(payload);
    if (payload != null && text == null) {
      throw DaprProblem.internal(
          "ERR_RAISE_EVENT_WORKFLOW", prefix + "string field contains invalid UTF-8");
    }
    return engine
        .submit(Command.RaiseEvent.ofText(new InstanceKey(app, id), event, text))
        .thenApply(reply -> accepted(reply, "ERR_RAISE_EVENT_WORKFLOW", prefix));
  }

  @Override
  public CompletableFuture<Reply> pause(String app, String id) {
    requireId(id);
    return engine
        .submit(new Command.SuspendInstance(new InstanceKey(app, id), null))
        .thenApply(reply ->
            accepted(
                reply,
                "ERR_PAUSE_WORKFLOW",
                "error pausing workflow %s: failed to pause workflow %s: failed to suspend workflow: "
                    .formatted(id, id)));
  }

  @Override
  public CompletableFuture<Reply> resume(String app, String id) {
    requireId(id);
    return engine
        .submit(new Command.ResumeInstance(new InstanceKey(app, id), null))
        .thenApply(reply ->
            accepted(
                reply,
                "ERR_RESUME_WORKFLOW",
                "error resuming workflow %s: failed to resume workflow %s: failed to resume workflow: "
                    .formatted(id, id)));
  }

  @Override
  public CompletableFuture<Reply> terminate(String app, String id) {
    requireId(id);
    return engine
        .submit(new Command.TerminateCode(new InstanceKey(app, id), null, true, null))
        .thenApply(reply ->
            found(
                reply,
                id,
                "failed to submit termination request:: ",
                "ERR_TERMINATE_WORKFLOW",
                "error terminating workflow '%s': failed to terminate workflow %s: failed to submit termination request:: "
                    .formatted(id, id)));
  }

  @Override
  public CompletableFuture<Reply> purge(String app, String id) {
    requireId(id);
    return engine
        .purge(new InstanceKey(app, id), true, false)
        .thenApply(reply ->
            found(
                reply,
                id,
                "failed to purge workflow state: failed to fetch workflow state: ",
                "ERR_PURGE_WORKFLOW",
                "error purging workflow %s: failed to Purge workflow %s: failed to purge workflow state: "
                    .formatted(id, id)));
  }

  static void requireEvent(String event) {
    if (event.isEmpty()) {
      throw DaprProblem.invalid("ERR_WORKFLOW_EVENT_NAME_MISSING", "missing workflow event name");
    }
  }

  static void requireId(String id) {
    if (id.isEmpty()) {
      throw DaprProblem.invalid("ERR_INSTANCE_ID_PROVIDED_MISSING", "no instance ID was provided");
    }
  }

  /** Clients of the released version see the trace of a formatting slip behind the id. */
  private static Reply found(
      Reply reply, String id, String missingPrefix, String tag, String prefix) {
    if (reply instanceof Reply.Rejected rejected && rejected.reason() == Reason.NOT_FOUND) {
      throw DaprProblem.notFound(
          NOT_FOUND,
          "unable to find workflow with the provided instance ID: %s%%!(EXTRA *fmt.wrapError=%s%s)"
              .formatted(id, missingPrefix, NO_INSTANCE));
    }
    return accepted(reply, tag, prefix);
  }

  private static Reply accepted(Reply reply, String tag, String prefix) {
    return switch (reply) {
      case Reply.Accepted accepted -> accepted;
      case Reply.Rejected rejected ->
          throw switch (rejected.reason()) {
            case NOT_FOUND -> DaprProblem.internal(tag, prefix + NO_INSTANCE);
            case BUSY, RATE_LIMITED -> DaprProblem.unavailable(tag, prefix + rejected.message());
            default -> DaprProblem.internal(tag, prefix + rejected.message());
          };
    };
  }
}
