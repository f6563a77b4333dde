/** What all built-in activities share: reading parameters, JSON text, a hard time limit. */
@NullMarked
package dev.millrace.activities.call;

import org.jspecify.annotations.NullMarked;
