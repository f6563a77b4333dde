package dev.millrace.engine;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who started a child instance and waits for it.
 *
 * @param generation the parent's generation at the start; answers for another are ignored
 * @param runId the node run, or the action of a code workflow, that started the child
 * @param waits whether the parent's node waits for the end
 * @param depth how many instances lie above the child
 * @param execution the run of a parent that is a code workflow; empty for other parents
 * @param held the groups of the slots that the instances above hold which wait for each other down
 *     to this child, see {@link Slot}; null for none
 */
public record ParentRef(
    InstanceKey key,
    int generation,
    int runId,
    boolean waits,
    int depth,
    String execution,
    @Nullable List<String> held) {

  /** A parent above which nobody holds a slot. */
  public ParentRef(
      InstanceKey key, int generation, int runId, boolean waits, int depth, String execution) {
    this(key, generation, runId, waits, depth, execution, null);
  }

  /** A parent that is a graph. */
  public ParentRef(InstanceKey key, int generation, int runId, boolean waits, int depth) {
    this(key, generation, runId, waits, depth, "");
  }

  public ParentRef {
    // Texts of before code workflows do not have it.
    execution = execution == null ? "" : execution;
  }

  /** The depth of the children of an instance, from what is above it; 1 where nothing is. */
  public static int depthBelow(@Nullable ParentRef above) {
    return above == null ? 1 : above.depth() + 1;
  }

  /** Whether an instance above that waits for this child holds a slot of a group. */
  public boolean holds(String group) {
    return held != null && held.contains(group);
  }

  /** What {@link #held} is for the children of an instance that wait for their end. */
  public static @Nullable List<String> heldBy(InstanceState.Header header) {
    ParentRef above = header.parent();
    List<String> inherited = above == null || !above.waits() ? null : above.held();
    if (header.slot() == null) {
      return inherited;
    }
    List<String> all = new ArrayList<>(inherited == null ? List.of() : inherited);
    if (!all.contains(header.slot().group())) {
      all.add(header.slot().group());
    }
    return List.copyOf(all);
  }
}
