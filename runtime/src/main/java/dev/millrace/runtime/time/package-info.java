/** The clock, the only place that reads the system's time. */
@NullMarked
package dev.millrace.runtime.time;

import org.jspecify.annotations.NullMarked;
