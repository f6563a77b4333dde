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
  static final String APPROVAL = "approval";
  static final String FORM_TASK = "form-task";
  static final String SCRIPT = "script";
  static final String DATABASE_HANDLER = "database-handler";
  static final String MAIL = "mail";

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

  /** Starts by something other than a call to start; no trigger listens for them yet. */
  static final Set<String> TRIGGERED = Set.of("cron-timer", "webhook", "sync-api", FORM);

  /** What waits for people or for the world outside, which a fast run can't. */
  static final Set<String> NOT_IN_FAST = Set.of(APPROVAL, FORM_TASK, "callback", "signal");

  private Templates() {}
}
