/** Compiled graphs of stored definitions. */
@NullMarked
package dev.millrace.runtime.definition;

import org.jspecify.annotations.NullMarked;
