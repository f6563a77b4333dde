/** The activity {@code http} and the guard on where it may connect. */
@NullMarked
package dev.millrace.activities.http;

import org.jspecify.annotations.NullMarked;
