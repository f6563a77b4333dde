/**
 * A small JavaScript: the expressions of the engine formula.js, with the functions of spreadsheets.
 * A value is a plain JSON value, or {@link dev.millrace.expression.nocobase.script.Undefined}, a
 * {@link dev.millrace.expression.nocobase.script.DateValue} or a function. Any {@link
 * java.lang.Number} is a number. Reflection is not used; members are those listed here.
 */
@NullMarked
package dev.millrace.expression.nocobase.script;

import org.jspecify.annotations.NullMarked;
