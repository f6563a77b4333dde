package dev.millrace.testkit;

import dev.millrace.engine.code.CodeAction;
import dev.millrace.engine.code.CodeEvent;
import dev.millrace.engine.code.CodeOutcome;
import dev.millrace.engine.code.FailureDetails;
import dev.millrace.engine.code.TimerOrigin;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Short ways to say what a workflow asks for. */
final class Actions {

  private Actions() {}

  static CodeAction task(int id, String name) {
    return new CodeAction.ScheduleTask(id, null, name, null, "\"in\"", "x" + id, null);
  }

  static CodeAction timer(int id, Instant at) {
    return new CodeAction.CreateTimer(id, null, at, null, null);
  }

  static CodeAction eventTimer(int id, Instant at, String event) {
    return new CodeAction.CreateTimer(
        id, null, at, event, new TimerOrigin(TimerOrigin.Kind.EXTERNAL_EVENT, event));
  }

  static CodeAction child(int id, String instanceId, String name) {
    return new CodeAction.CreateChild(id, null, instanceId, name, null, "1", null, null);
  }

  static CodeAction complete(int id, @Nullable String result) {
    return new CodeAction.Complete(id, null, CodeOutcome.COMPLETED, result, null, null, List.of());
  }

  static CodeAction fail(int id, FailureDetails failure) {
    return new CodeAction.Complete(id, null, CodeOutcome.FAILED, null, failure, null, List.of());
  }

  static CodeAction again(int id, String input, CodeEvent... carryover) {
    return new CodeAction.Complete(
        id, null, CodeOutcome.CONTINUED_AS_NEW, input, null, null, List.of(carryover));
  }

  static CodeAction detached(int id, String instanceId, String name) {
    return new CodeAction.CreateDetached(
        id, null, instanceId, name, null, "1", null, Map.of(), null);
  }
}
