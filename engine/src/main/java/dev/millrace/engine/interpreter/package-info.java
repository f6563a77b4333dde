/**
 * The engine itself: {@link dev.millrace.engine.interpreter.Engine} decides commands by moving
 * tokens over graphs and folds the events that record what it did.
 */
@NullMarked
package dev.millrace.engine.interpreter;

import org.jspecify.annotations.NullMarked;
