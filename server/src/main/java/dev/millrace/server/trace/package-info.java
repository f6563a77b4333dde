/** Spans sent to a receiver of OTLP; nothing here is loaded unless one is configured. */
@NullMarked
package dev.millrace.server.trace;

import org.jspecify.annotations.NullMarked;
