package dev.millrace.engine;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an open node run waits for. */
public sealed interface Wait {

  /** The result of an activity; {@code roots} is what a script may read besides parameters. */
  record ForActivity(String activity, List<String> roots, long timeoutMillis) implements Wait {}

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

  /** The end of a child instance. */
  record ForChild(
      InstanceKey child,
      String definition,
      int revision,
      @Nullable Object input,
      boolean terminateWithParent)
      implements Wait {}

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
