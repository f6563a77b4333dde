package dev.millrace.dialect.dapr.wire;

import dev.millrace.engine.code.FailureDetails;
import dev.millrace.engine.code.PropagatedHistory;
import dev.millrace.engine.code.Propagation;
import dev.millrace.engine.code.Router;
import dev.millrace.engine.code.TraceContext;
import dev.millrace.proto.durabletask.HistoryPropagationScope;
import dev.millrace.proto.durabletask.PropagatedHistoryChunk;
import dev.millrace.proto.durabletask.TaskFailureDetails;
import dev.millrace.proto.durabletask.TaskRouter;
import org.jspecify.annotations.Nullable;

/** The parts that events, actions and requests share, both ways. */
public final class SharedMessages {

  private SharedMessages() {}

  /** A failure, with all that caused it. */
  public static TaskFailureDetails failure(FailureDetails failure) {
    TaskFailureDetails.Builder message =
        TaskFailureDetails.newBuilder()
            .setErrorType(failure.type())
            .setErrorMessage(failure.message())
            .setIsNonRetriable(failure.nonRetriable());
    if (failure.stackTrace() != null) {
      message.setStackTrace(Texts.of(failure.stackTrace()));
    }
    if (failure.inner() != null) {
      message.setInnerFailure(failure(failure.inner()));
    }
    return message.build();
  }

  /** What a worker says of a failure. */
  public static FailureDetails failure(TaskFailureDetails message) {
    return new FailureDetails(
        message.getErrorType(),
        message.getErrorMessage(),
        Texts.orNull(message.hasStackTrace(), message.getStackTrace()),
        message.hasInnerFailure() ? failure(message.getInnerFailure()) : null,
        message.getIsNonRetriable());
  }

  /** Between which applications. */
  public static TaskRouter router(Router router) {
    TaskRouter.Builder message = TaskRouter.newBuilder().setSourceAppID(router.source());
    if (router.target() != null) {
      message.setTargetAppID(router.target());
    }
    if (router.targetNamespace() != null) {
      message.setTargetAppNamespace(router.targetNamespace());
    }
    return message.build();
  }

  /** Between which applications; an empty target is none. */
  public static Router router(TaskRouter message) {
    return new Router(
        message.getSourceAppID(),
        filled(message.hasTargetAppID(), message.getTargetAppID()),
        filled(message.hasTargetAppNamespace(), message.getTargetAppNamespace()));
  }

  private static @Nullable String filled(boolean present, String text) {
    return present && !text.isEmpty() ? text : null;
  }

  // The span id is deprecated, and what older clients send.
  @SuppressWarnings("deprecation")
  static dev.millrace.proto.durabletask.TraceContext trace(TraceContext trace) {
    dev.millrace.proto.durabletask.TraceContext.Builder message =
        dev.millrace.proto.durabletask.TraceContext.newBuilder()
            .setTraceParent(trace.traceParent())
            .setSpanID(trace.spanId());
    if (trace.traceState() != null) {
      message.setTraceState(Texts.of(trace.traceState()));
    }
    return message.build();
  }

  /** The caller's trace. */
  @SuppressWarnings("deprecation")
  public static TraceContext trace(dev.millrace.proto.durabletask.TraceContext message) {
    return new TraceContext(
        TraceHeaders.parent(message.getTraceParent(), message.getSpanID()),
        message.getSpanID(),
        Texts.orNull(message.hasTraceState(), message.getTraceState()));
  }

  static HistoryPropagationScope propagation(Propagation propagation) {
    return switch (propagation) {
      case NONE -> HistoryPropagationScope.HISTORY_PROPAGATION_SCOPE_NONE;
      case OWN_HISTORY -> HistoryPropagationScope.HISTORY_PROPAGATION_SCOPE_OWN_HISTORY;
      case LINEAGE -> HistoryPropagationScope.HISTORY_PROPAGATION_SCOPE_LINEAGE;
    };
  }

  /** What a worker is shown of the history of those above. */
  static dev.millrace.proto.durabletask.PropagatedHistory propagated(PropagatedHistory history) {
    dev.millrace.proto.durabletask.PropagatedHistory.Builder message =
        dev.millrace.proto.durabletask.PropagatedHistory.newBuilder()
            .setScope(propagation(history.scope()));
    for (PropagatedHistory.Chunk chunk : history.chunks()) {
      PropagatedHistoryChunk.Builder part =
          PropagatedHistoryChunk.newBuilder()
              .setAppId(chunk.app())
              .setInstanceId(chunk.instanceId())
              .setWorkflowName(chunk.workflow());
      chunk.events().forEach(event -> part.addRawEvents(EventMessages.of(event).toByteString()));
      message.addChunks(part);
    }
    return message.build();
  }

  static @Nullable Propagation propagation(boolean present, HistoryPropagationScope scope) {
    if (!present) {
      return null;
    }
    return switch (scope) {
      case HISTORY_PROPAGATION_SCOPE_OWN_HISTORY -> Propagation.OWN_HISTORY;
      case HISTORY_PROPAGATION_SCOPE_LINEAGE -> Propagation.LINEAGE;
      case HISTORY_PROPAGATION_SCOPE_NONE, UNRECOGNIZED -> Propagation.NONE;
    };
  }
}
