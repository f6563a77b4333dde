/** A whole runtime in one process: its threads, wired together. */
@NullMarked
package dev.millrace.runtime.local;

import org.jspecify.annotations.NullMarked;
