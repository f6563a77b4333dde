/** The activity {@code script}: JavaScript in a WebAssembly sandbox. */
@NullMarked
package dev.millrace.activities.script;

import org.jspecify.annotations.NullMarked;
