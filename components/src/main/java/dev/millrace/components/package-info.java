/**
 * Workflow components: other engines behind the Dapr workflow API. A component implements {@link
 * dev.millrace.components.WorkflowComponent}; a {@link
 * dev.millrace.components.WorkflowComponentFactory}, found by {@link java.util.ServiceLoader},
 * names its type and makes it.
 */
@NullMarked
package dev.millrace.components;

import org.jspecify.annotations.NullMarked;
