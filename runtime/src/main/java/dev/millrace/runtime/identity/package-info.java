/** Identifiers drawn by the server. */
@NullMarked
package dev.millrace.runtime.identity;

import org.jspecify.annotations.NullMarked;
