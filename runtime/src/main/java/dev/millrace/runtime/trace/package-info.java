/** Spans: what was committed, told to whoever collects traces. */
@NullMarked
package dev.millrace.runtime.trace;

import org.jspecify.annotations.NullMarked;
