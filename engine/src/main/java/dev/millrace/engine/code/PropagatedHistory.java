package dev.millrace.engine.code;

import java.util.List;

/**
 * What an activity or a child is shown of the history of those above it.
 *
 * @param scope as the one that asked for the activity or child wished it
 * @param chunks one per run, the caller's own last
 */
public record PropagatedHistory(Propagation scope, List<Chunk> chunks) {

  /**
   * The history of one run, as far as it had come.
   *
   * @param app the application whose worker ran it
   */
  public record Chunk(String app, String instanceId, String workflow, List<CodeEvent> events) {}
}
