/**
 * A store of plain maps: the oracle that the durable stores are compared with, and what tests and
 * the simulator run on. Nothing survives the process.
 */
@NullMarked
package dev.millrace.store.memory;

import org.jspecify.annotations.NullMarked;
