/** The component {@code workflow.dapr-remote}: another sidecar or another server of this kind. */
@NullMarked
package dev.millrace.dialect.dapr.remote;

import org.jspecify.annotations.NullMarked;
