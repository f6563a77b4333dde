/** Why an instance waits, in words. */
@NullMarked
package dev.millrace.runtime.explain;

import org.jspecify.annotations.NullMarked;
