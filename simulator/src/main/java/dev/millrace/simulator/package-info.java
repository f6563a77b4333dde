/**
 * The whole runtime under one seed: one thread, virtual time, injected faults. A run draws its
 * options, definitions, clients and faults from the seed, checks the laws after every commit, then
 * heals the world and demands that everything ends.
 */
@NullMarked
package dev.millrace.simulator;

import org.jspecify.annotations.NullMarked;
