package dev.millrace.engine;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an open node run waits for. */
public sealed interface Wait {

  /**
   * The result of an activity.
   *
   * @param roots what a script may read besides parameters
   * @param recorded whether it is given what is recorded as the input of the run, and not the
   *     parameters of the node
   * @param background whether whoever waits for the instance to settle need not wait for it
   */
  record ForActivity(
      String activity, List<String> roots, long timeoutMillis, boolean recorded, boolean background)
      implements Wait {

    /** One that is given the parameters of its node. */
    public ForActivity(String activity, List<String> roots, long timeoutMillis) {
      this(activity, roots, timeoutMillis, false, false);
    }
  }

  /** A due time. */
  record ForTime(Instant dueAt) implements Wait {}

  /** A named event. */
  record ForEvent(String name, String correlation) implements Wait {}

  /** A call to the callback address of this node. */
  record ForCallback() implements Wait {}

  /**
   * Persons.
   *
   * @param tasks the work items by id, in the order opened
   */
  record ForPeople(HumanTaskSpec spec, Map<String, HumanTask> tasks) implements Wait {}

  /**
   * The end of a child instance.
   *
   * @param labels of the child, see {@link Command.Origin}
   * @param foreground whether whoever waits for the instance to settle waits for its end
   */
  record ForChild(
      InstanceKey child,
      String definition,
      int revision,
      @Nullable Object input,
      boolean terminateWithParent,
      Map<String, @Nullable Object> labels,
      boolean foreground)
      implements Wait {

    /** A child without labels. */
    public ForChild(
        InstanceKey child,
        String definition,
        int revision,
        @Nullable Object input,
        boolean terminateWithParent) {
      this(child, definition, revision, input, terminateWithParent, Map.of(), false);
    }

    /** A child with labels; texts of before labels do not have them. */
    public ForChild(
        InstanceKey child,
        String definition,
        int revision,
        @Nullable Object input,
        boolean terminateWithParent,
        @Nullable Map<String, @Nullable Object> labels,
        boolean foreground) {
      this.child = child;
      this.definition = definition;
      this.revision = revision;
      this.input = input;
      this.terminateWithParent = terminateWithParent;
      this.labels = labels == null ? Map.of() : labels;
      this.foreground = foreground;
    }
  }

  /** The due time of the next attempt after a failure. */
  record ForRetry(Instant dueAt, Wait then) implements Wait {}

  /** An operator who resolves the incident. */
  record ForOperator() implements Wait {}

  /** A race of the nodes that follow: the first to finish cancels the others. */
  record ForRace(int scope) implements Wait {}

  /**
   * The end of a body that the node opened.
   *
   * @param progress what the node keeps from one body to the next: plain JSON, written anew
   *     whenever it changes, so small; shown as the output of the run where it is stopped
   */
  record ForBodies(@Nullable Object progress) implements Wait {}
}
