package dev.millrace.engine.graph;

import dev.millrace.engine.EndReason;
import dev.millrace.engine.Failure;
import dev.millrace.engine.Status;
import dev.millrace.engine.Wait;
import java.util.List;
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

  /**
   * It opens bodies of its node and waits for the end of each; only a {@link BranchingNodeType} may
   * answer so. They are opened in order: one begins when those before it have ended or wait for
   * something from outside, and when none of the ends made the node finish. Asked about an end, a
   * node that still has bodies open may open none, to go on waiting.
   *
   * @param progress what it wants to be shown at the next end, see {@link Wait.ForBodies}
   */
  record Open(List<Body> bodies, @Nullable Object progress) implements Step {
    /** Opens one body and keeps nothing. */
    public static Open one(String name, Map<String, @Nullable Object> variables) {
      return new Open(List.of(new Body(name, variables)), null);
    }

    /** Opens nothing more and waits for those that are open. */
    public static Open none(@Nullable Object progress) {
      return new Open(List.of(), progress);
    }
  }

  /**
   * A body to open.
   *
   * @param name of the node's bodies
   * @param variables what expressions inside see: by name, and by {@code $scopes.<node id>}
   */
  record Body(String name, Map<String, @Nullable Object> variables) {}

  /**
   * It ran and ends the body that it stands in, with an outcome such as {@code break}; whatever
   * else moves in the body is stopped. Outside any body it just ran.
   */
  record EndBody(String outcome, @Nullable Object output) implements Step {}

  /** All nodes that follow start; the first to finish cancels the others. */
  record Race() implements Step {}
}
