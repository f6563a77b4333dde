package dev.millrace.engine.graph;

import dev.millrace.engine.EndReason;
import dev.millrace.engine.Failure;
import dev.millrace.engine.Status;
import dev.millrace.engine.Wait;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a node answers when it is entered. A node type cannot change anything in another way. */
public sealed interface Step {

  /** It ran. */
  record Done(@Nullable Object output, String outcome) implements Step {
    public static Done of(@Nullable Object output) {
      return new Done(output, Outcomes.SUCCESS);
    }
  }

  /** It waits. */
  record Waiting(Wait waitsFor) implements Step {}

  /** It starts a child and does not wait for it. */
  record StartAndGo(Wait.ForChild child) implements Step {}

  /** It could not run. */
  record Failed(Failure failure) implements Step {
    public static Failed of(String type, String message) {
      return new Failed(Failure.of(type, message));
    }
  }

  /** It ran and sets or removes (null value with {@code remove}) variables of the instance. */
  record SetVariables(Map<String, @Nullable Object> variables, @Nullable Object output)
      implements Step {}

  /** It ran and removes a variable of the instance. */
  record RemoveVariable(String name, @Nullable Object output) implements Step {}

  /** It ran and writes a variable shared by the owner's processes; null removes it. */
  record SetEnvironment(String name, @Nullable Object value, @Nullable Object output)
      implements Step {}

  /** It ends the instance. */
  record EndInstance(Status status, EndReason reason, @Nullable Object output) implements Step {}

  /** All nodes that follow start; the first to finish cancels the others. */
  record Race() implements Step {}
}
