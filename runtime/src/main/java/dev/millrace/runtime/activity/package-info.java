/** The contract between the runtime and the activities that run inside the server. */
@NullMarked
package dev.millrace.runtime.activity;

import org.jspecify.annotations.NullMarked;
