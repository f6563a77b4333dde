package dev.millrace.dialect.dapr;

import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.Reason;
import dev.millrace.engine.Reply;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/** The task hub's words for what the engine refuses. Its code for most of them is UNKNOWN. */
final class HubReplies {
  private static final String NOT_FOUND = "no such instance exists";

  private HubReplies() {}

  /** Throws unless the start was accepted. */
  static void started(Reply reply) {
    if (reply instanceof Reply.Rejected rejected) {
      String prefix = "failed to create workflow instance: ";
      throw rejected.reason() == Reason.ALREADY_EXISTS
          ? Status.ALREADY_EXISTS
              .withDescription(
                  prefix + "rpc error: code = AlreadyExists desc = " + rejected.message())
              .asRuntimeException()
          : other(rejected, prefix);
    }
  }

  /** Throws unless an existing instance took the command. */
  static void changed(Reply reply, InstanceKey key, String prefix) {
    if (reply instanceof Reply.Rejected rejected) {
      throw switch (rejected.reason()) {
        case NOT_FOUND -> unknown(prefix + NOT_FOUND);
        case INVALID_STATE ->
            unknown(
                "failed to invoke method for workflow '%s': %s"
                    .formatted(key.uid(), rejected.message().replace("workflow is", "actor is")));
        default -> other(rejected, prefix);
      };
    }
  }

  /** How many were purged; throws when none were. */
  static int purged(Reply reply, boolean recursive) {
    String prefix = "failed to purge workflow state: ";
    return switch (reply) {
      case Reply.Accepted accepted -> EngineDoor.purged(accepted);
      case Reply.Rejected rejected when rejected.reason() == Reason.NOT_FOUND ->
          throw unknown(prefix + (recursive ? "failed to fetch workflow state: " : "") + NOT_FOUND);
      case Reply.Rejected rejected -> throw other(rejected, prefix);
    };
  }

  private static StatusRuntimeException other(Reply.Rejected rejected, String prefix) {
    boolean later = rejected.reason() == Reason.BUSY || rejected.reason() == Reason.RATE_LIMITED;
    return (later ? Status.UNAVAILABLE : Status.UNKNOWN)
        .withDescription(prefix + rejected.message())
        .asRuntimeException();
  }

  private static StatusRuntimeException unknown(String message) {
    return Status.UNKNOWN.withDescription(message).asRuntimeException();
  }
}
