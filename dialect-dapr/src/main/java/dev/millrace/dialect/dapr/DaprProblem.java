package dev.millrace.dialect.dapr;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/**
 * A refusal as this API words it: one text, with a tag and a status for HTTP and a code for gRPC.
 * Carries no stack trace; it is an answer, not a fault of the server.
 */
final class DaprProblem extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String tag;
  private final int httpStatus;
  private final Status.Code code;
  private final String text;

  private DaprProblem(String tag, int httpStatus, Status.Code code, String text) {
    super(text, null, false, false);
    this.tag = tag;
    this.httpStatus = httpStatus;
    this.code = code;
    this.text = text;
  }

  /** 400, {@code INVALID_ARGUMENT}. */
  static DaprProblem invalid(String tag, String message) {
    return new DaprProblem(tag, 400, Status.Code.INVALID_ARGUMENT, message);
  }

  /** 404, {@code NOT_FOUND}. */
  static DaprProblem notFound(String tag, String message) {
    return new DaprProblem(tag, 404, Status.Code.NOT_FOUND, message);
  }

  /** 500, {@code INTERNAL}: what this API answers for most refusals of its engine. */
  static DaprProblem internal(String tag, String message) {
    return new DaprProblem(tag, 500, Status.Code.INTERNAL, message);
  }

  /** 503, {@code UNAVAILABLE}. */
  static DaprProblem unavailable(String tag, String message) {
    return new DaprProblem(tag, 503, Status.Code.UNAVAILABLE, message);
  }

  /** For a refusal that has only a code. */
  static DaprProblem of(String tag, Status status) {
    int http =
        switch (status.getCode()) {
          case INVALID_ARGUMENT -> 400;
          case NOT_FOUND -> 404;
          case ALREADY_EXISTS -> 409;
          case UNAVAILABLE -> 503;
          default -> 500;
        };
    String text = status.getDescription();
    return new DaprProblem(
        tag, http, status.getCode(), text == null ? status.getCode().name() : text);
  }

  String tag() {
    return tag;
  }

  int httpStatus() {
    return httpStatus;
  }

  StatusRuntimeException grpc() {
    return Status.fromCode(code).withDescription(text).asRuntimeException();
  }

  @Override
  public String getMessage() {
    return text;
  }
}
