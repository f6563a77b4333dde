package dev.millrace.components;

import java.time.Instant;
import java.util.Map;

/**
 * An instance as the API shows it.
 *
 * @param createdAt when it started
 * @param runtimeStatus one of {@code PENDING, RUNNING, SUSPENDED, COMPLETED, FAILED, TERMINATED,
 *     CANCELED, CONTINUED_AS_NEW, UNKNOWN}
 * @param properties more, by name; the engine's own are {@code dapr.workflow.input}, {@code
 *     dapr.workflow.output}, {@code dapr.workflow.custom_status} and {@code
 *     dapr.workflow.failure.error_type}, {@code …error_message}, {@code …stack_trace}
 */
public record WorkflowState(
    String instanceId,
    String workflowName,
    Instant createdAt,
    Instant lastUpdatedAt,
    String runtimeStatus,
    Map<String, String> properties) {}
