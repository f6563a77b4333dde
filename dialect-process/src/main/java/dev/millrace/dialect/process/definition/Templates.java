package dev.millrace.dialect.process.definition;

import java.util.Set;

/** The canonical names of the templates that mean something to a definition as a whole. */
final class Templates {
  static final String CONDITION = "condition";
  static final String AGGREGATION = "aggregation";
  static final String EVENT_GATEWAY = "event-gateway";
  static final String LOOP = "loop";
  static final String SUB_WORKFLOW = "sub-workflow";
  static final String INTERVAL = "interval";
  static final String ERROR_CATCH = "error-catch";
  static final String FORM = "form";

  /**
   * Where a run begins, unless an edge leads there: a form in the middle is filled in by a user.
   */
  static final Set<String> STARTS =
      Set.of(
          "manual",
          "cron-timer",
          "webhook",
          "sync-api",
          FORM,
          "database-change",
          "mq-consumer",
          "event",
          "mail-received",
          "file");

  /** What waits for people or for the world outside, which a fast run can't. */
  static final Set<String> NOT_IN_FAST = Set.of("approval", "form-task", "callback", "signal");

  private Templates() {}
}
