package dev.millrace.dialect.process.definition;

import dev.millrace.dialect.process.definition.Arrow.Branch;
import dev.millrace.engine.graph.ErrorPolicy.Operation;
import java.math.BigDecimal;
import java.util.function.Predicate;

/** Refuses in a fast process what a run in memory cannot wait for or take back. */
final class FastCheck {
  private static final BigDecimal INTERVAL_MAX_SECONDS = BigDecimal.TEN;
  private static final String CODE = "not_in_fast";

  private FastCheck() {}

  static void check(Layout layout, Predicate<String> standard, Problems problems) {
    for (int i = 0; i < layout.plans().size(); i++) {
      TaskPlan plan = layout.plans().get(i);
      checkTemplate(plan.task(), layout.hasIncoming(i), problems);
      checkChild(plan.task(), standard, problems);
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

  private static void checkChild(TaskDocument task, Predicate<String> standard, Problems problems) {
    TaskDocument.Argument child = task.argument("child_workflow_id");
    boolean waits = !task.argument("operation").text().equalsIgnoreCase("async");
    if (task.is(Templates.SUB_WORKFLOW)
        && waits
        && child.given()
        && standard.test(String.valueOf(child.value()))) {
      problems.error(
          child.path(),
          CODE,
          "expected a fast process, or operation async, in a fast process; found the standard "
              + "process "
              + child.value());
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
