package dev.millrace.dialect.nocobase.resource;

import dev.millrace.data.DataException;
import dev.millrace.dialect.nocobase.http.Errors;
import dev.millrace.transport.Problem;

/** The one table from what the data module refuses to status codes. */
public final class DataProblems {
  private DataProblems() {}

  /** The problem to throw instead. */
  public static Problem of(DataException refused) {
    String message = refused.getMessage();
    String said = message == null ? "Bad Request" : message;
    return switch (refused.kind()) {
      case UNKNOWN_COLLECTION -> Errors.of(404, said);
      case UNKNOWN_FIELD,
          BAD_OPERATOR,
          BAD_VALUE,
          UNIQUE,
          NOT_NULL,
          REQUIRED_FILTER,
          EXISTS,
          BAD_DEFINITION,
          TOO_LARGE ->
          Errors.bad(said);
      case ROLLED_BACK -> Errors.of(422, "WORKFLOW_ROLLBACK_ON_FAILURE", said);
      case READ_ONLY -> Errors.noPermissions();
    };
  }
}
