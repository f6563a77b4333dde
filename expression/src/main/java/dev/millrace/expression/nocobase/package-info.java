/**
 * The expression languages of NocoBase's workflow API: templates with {@code {{path}}}
 * placeholders, the calculation engines math.js, formula.js and string, the basic logic of
 * conditions, JSON queries and date calculation.
 *
 * <p>Everything here is pure and bounded: the same scope gives the same result, nothing of the host
 * can be reached, and whatever a user writes ends as a value or as an error text.
 */
@NullMarked
package dev.millrace.expression.nocobase;

import org.jspecify.annotations.NullMarked;
