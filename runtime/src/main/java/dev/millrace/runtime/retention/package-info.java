/** Removes ended instances whose time is over. */
@NullMarked
package dev.millrace.runtime.retention;

import org.jspecify.annotations.NullMarked;
