package dev.millrace.engine.graph;

import dev.millrace.engine.EndReason;
import dev.millrace.engine.Failure;
import dev.millrace.engine.NodeRun;
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

  /** It goes on waiting, or running its bodies, as it does; an answer of open runs only. */
  record Stay() implements Step {}

  /**
   * It could not run.
   *
   * @param output what it gives nevertheless, or null
   */
  record Failed(Failure failure, @Nullable Object output) implements Step {
    public Failed(Failure failure) {
      this(failure, null);
    }

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

  /** It ran and sets the output of the instance, which also is its own. */
  record SetOutput(@Nullable Object output) implements Step {}

  /**
   * It ends the instance.
   *
   * @param failure null where the node itself ran well
   */
  record EndInstance(
      Status status, EndReason reason, @Nullable Object output, @Nullable Failure failure)
      implements Step {
    public EndInstance(Status status, EndReason reason, @Nullable Object output) {
      this(status, reason, output, null);
    }
  }

  /**
   * The same as another step, with more recorded.
   *
   * @param input recorded as the input of the run in place of the parameters of its node, at its
   *     entry; null for those
   * @param notes null for none, or to leave them as they are
   * @param others runs of other nodes that are recorded before, as if these had ended
   */
  record Recorded(
      Step step,
      @Nullable Map<String, @Nullable Object> input,
      NodeRun.@Nullable Notes notes,
      List<OtherRun> others)
      implements Step {

    /** Records an input besides. */
    public static Recorded input(Step step, Map<String, @Nullable Object> input) {
      return new Recorded(step, input, null, List.of());
    }

    /** Records notes besides. */
    public static Recorded notes(Step step, NodeRun.Notes notes) {
      return new Recorded(step, null, notes, List.of());
    }

    /** Records a run of another node besides. */
    public static Recorded other(Step step, OtherRun other) {
      return new Recorded(step, null, null, List.of(other));
    }
  }

  /**
   * A run of another node that gave an output without being entered: later reads of the output of
   * that node see it. The output is plain JSON.
   */
  record OtherRun(String nodeId, @Nullable Object output) {}

  /**
   * It opens bodies of its node and waits for the end of each; only a {@link BranchingNodeType} may
   * answer so. They are opened in order: one begins when those before it have ended or wait for
   * something from outside, and when none of the ends made the node finish. Asked about an end, a
   * node that still has bodies open may open none, to go on waiting.
   *
   * @param progress what it wants to be shown at the next end, see {@link Wait.ForBodies}
   * @param ordered whether an activity in the foreground does not count as waiting for something
   *     from outside
   */
  record Open(List<Body> bodies, @Nullable Object progress, boolean ordered) implements Step {

    /** Bodies that need not wait for each other's activities. */
    public Open(List<Body> bodies, @Nullable Object progress) {
      this(bodies, progress, false);
    }

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
