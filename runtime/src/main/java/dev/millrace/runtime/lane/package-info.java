/**
 * One writer: the loop that decides, the batch it fills, and the memory it keeps between commits.
 */
@NullMarked
package dev.millrace.runtime.lane;

import org.jspecify.annotations.NullMarked;
