/**
 * The node types that come with the engine, one small class each; {@link
 * dev.millrace.engine.graph.node.BuiltInNodeTypes} lists them.
 *
 * <p>A type is pure: what it answers depends on its {@link dev.millrace.engine.graph.NodeContext}
 * alone. A parameter it cannot use becomes a failure of type {@code constraint} that says what was
 * expected and what was found; a faulty expression is thrown on and becomes a failure of type
 * {@code expression} in the interpreter.
 */
@NullMarked
package dev.millrace.engine.graph.node;

import org.jspecify.annotations.NullMarked;
