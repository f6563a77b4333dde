/**
 * The expression languages and schema languages of definitions, behind the ports of {@code
 * dev.millrace.engine.expression}: {@code {{path}}} references with a subset of the GJSON path
 * syntax, {@code {% %}} JSONata, the condition objects of the process API, JSON Schema 2020-12 and
 * the process API's field schemas.
 *
 * <p>Everything here is pure and bounded: an expression sees only what its scope gives, the same
 * scope gives the same result, and {@link dev.millrace.expression.ExpressionLimits} names the
 * bounds on time, depth and size.
 */
@NullMarked
package dev.millrace.expression;

import org.jspecify.annotations.NullMarked;
