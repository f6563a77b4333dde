package dev.millrace.engine;

/**
 * Who started a child instance and waits for it.
 *
 * @param generation the parent's generation at the start; answers for another are ignored
 * @param runId the node run, or the action of a code workflow, that started the child
 * @param waits whether the parent's node waits for the end
 * @param depth how many instances lie above the child
 * @param execution the run of a parent that is a code workflow; empty for other parents
 */
public record ParentRef(
    InstanceKey key, int generation, int runId, boolean waits, int depth, String execution) {

  /** A parent that is a graph. */
  public ParentRef(InstanceKey key, int generation, int runId, boolean waits, int depth) {
    this(key, generation, runId, waits, depth, "");
  }

  public ParentRef {
    // Texts of before code workflows do not have it.
    execution = execution == null ? "" : execution;
  }
}
