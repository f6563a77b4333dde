package dev.millrace.dialect.process.definition;

import dev.millrace.dialect.process.definition.Arrow.Branch;
import dev.millrace.engine.graph.ErrorPolicy.Operation;
import java.math.BigDecimal;

/** Refuses in a fast process what a run in memory cannot wait for or take back. */
final class FastCheck {
  private static final BigDecimal INTERVAL_MAX_SECONDS = BigDecimal.TEN;
  private static final String CODE = "not_in_fast";

  private FastCheck() {}

  static void check(Layout layout, Problems problems) {
    for (int i = 0; i < layout.plans().size(); i++) {
      TaskPlan plan = layout.plans().get(i);
      checkTemplate(plan.task(), layout.hasIncoming(i), problems);
      Branch compensate = plan.compensate();
      if (compensate != null) {
        problems.error(
            compensate.path(), CODE, "expected no compensation in a fast process, found one");
      }
      checkErrors(plan.errors(), problems);
    }
    checkErrors(layout.processErrors(), problems);
  }

  private static void checkTemplate(TaskDocument task, boolean middle, Problems problems) {
    if (Templates.NOT_IN_FAST.contains(task.template()) || (middle && task.is(Templates.FORM))) {
      problems.error(
          task.path("template"),
          CODE,
          "expected no task that waits for people or events in a fast process, found "
              + task.template());
    }
    if (task.is(Templates.INTERVAL)) {
      TaskDocument.Argument interval = task.argument("interval");
      BigDecimal seconds = Json.number(interval.value());
      if (seconds != null && seconds.compareTo(INTERVAL_MAX_SECONDS) > 0) {
        problems.error(
            interval.path(),
            CODE,
            "expected at most "
                + INTERVAL_MAX_SECONDS
                + " seconds in a fast process, found "
                + Json.shown(interval.value()));
      }
    }
  }

  private static void checkErrors(ErrorHandler errors, Problems problems) {
    Operation operation = errors.policy().operation();
    if (operation == Operation.COMPENSATE || operation == Operation.INCIDENT) {
      problems.error(
          errors.operationPath(),
          CODE,
          "expected no compensate and no incident in a fast process, found one");
    }
  }
}
