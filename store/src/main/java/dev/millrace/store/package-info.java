/**
 * The contract of a store: one fenced commit that carries everything an instance needs to go on,
 * and the reads that recovery and queries need. Stores only store; every rule lives in the engine.
 */
@NullMarked
package dev.millrace.store;

import org.jspecify.annotations.NullMarked;
