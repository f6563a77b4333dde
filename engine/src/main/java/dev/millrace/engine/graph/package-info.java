/**
 * Graphs: the model that every definition format compiles to, the node types, and the interpreter
 * that moves tokens over it.
 */
@NullMarked
package dev.millrace.engine.graph;

import org.jspecify.annotations.NullMarked;
