/**
 * The ports through which the engine evaluates what users write: expressions, conditions and
 * schemas. The engine knows no expression language; an implementation must be pure (equal arguments
 * give equal results) and bounded in time, depth and size.
 */
@NullMarked
package dev.millrace.engine.expression;

import org.jspecify.annotations.NullMarked;
