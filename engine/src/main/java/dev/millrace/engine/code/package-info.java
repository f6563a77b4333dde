/**
 * What workflows written as code are shown and ask for: the events of their history, the actions of
 * a turn, and the folded state. Payloads are the raw text that a worker sent; it is never parsed.
 */
@NullMarked
package dev.millrace.engine.code;

import org.jspecify.annotations.NullMarked;
