package dev.millrace.engine;

import org.jspecify.annotations.Nullable;

/**
 * A right to enter a node.
 *
 * @param from the node it came from, empty for a root
 * @param fromRun the run it came from, 0 for a root
 * @param failure the error it carries into a catching branch, or null
 */
public record Token(
    String nodeId, int scope, String from, int fromRun, @Nullable Failure failure) {}
