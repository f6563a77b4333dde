package dev.millrace.engine.graph;

import dev.millrace.engine.Failure;
import dev.millrace.engine.NodeRun;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a body ended.
 *
 * @param body the name of the body
 * @param variables what it was opened with
 * @param outcome {@code success}; {@code error} or {@code timeout} after a failure that nothing in
 *     the body took, {@code rejected} after a rejection; or what a node inside ended it with
 * @param output of the node that ended last
 * @param failure what failed, or null
 * @param last the run that ended last in the body; null when none ran to its end
 * @param progress what the node answered last
 * @param open how many other bodies of the node are open or still to begin
 */
public record ScopeEnd(
    String body,
    Map<String, @Nullable Object> variables,
    String outcome,
    @Nullable Object output,
    @Nullable Failure failure,
    @Nullable NodeRun last,
    @Nullable Object progress,
    int open) {

  /** Whether it ended as it should, or a node inside ended it with an outcome of its own. */
  public boolean normal() {
    return failure == null;
  }
}
