/**
 * Process definitions: what the process API accepts as a definition, what is wrong with one, and
 * its compilation to the engine's graph.
 */
@NullMarked
package dev.millrace.dialect.process.definition;

import org.jspecify.annotations.NullMarked;
