package dev.millrace.dialect.process;

import dev.millrace.engine.Reason;
import dev.millrace.engine.Reply;
import dev.millrace.transport.Problem;

/** The one table from the engine's rejections to status and code. */
final class Reasons {
  private static final String RETRY_AFTER = "Retry-After";
  private static final String RETRY_SECONDS = "1";

  private Reasons() {}

  /** Status and code of a reason. */
  record Answer(int status, String code) {}

  static Answer of(Reason reason) {
    return switch (reason) {
      case NOT_FOUND -> new Answer(404, "not_found");
      case ALREADY_EXISTS, INVALID_STATE -> new Answer(409, "conflict");
      case INVALID_INPUT -> new Answer(400, "invalid_input");
      case NOT_STARTABLE -> new Answer(409, "not_startable");
      case ALREADY_SUBMITTED -> new Answer(409, "already_submitted");
      case FORBIDDEN -> new Answer(403, "forbidden");
      case RATE_LIMITED -> new Answer(429, "rate_limited");
      case TOO_LARGE -> new Answer(413, "too_large");
      case BUSY -> new Answer(503, "busy");
      case QUARANTINED -> new Answer(409, "quarantined");
    };
  }

  /** The problem to throw for a rejection. */
  static Problem problem(Reply.Rejected rejected) {
    Answer answer = of(rejected.reason());
    Problem problem =
        Problem.of(answer.status(), answer.code(), rejected.message())
            .withDetails(rejected.details());
    boolean later = rejected.reason() == Reason.RATE_LIMITED || rejected.reason() == Reason.BUSY;
    return later ? problem.withHeader(RETRY_AFTER, RETRY_SECONDS) : problem;
  }
}
