package dev.millrace.engine.code;

import org.jspecify.annotations.Nullable;

/**
 * Who started a child, as the child's worker is told.
 *
 * @param taskId the id of the action that asked for the child
 * @param executionId of the parent's run
 */
public record CodeParent(
    int taskId,
    String name,
    @Nullable String version,
    String instanceId,
    String executionId,
    String appId) {}
