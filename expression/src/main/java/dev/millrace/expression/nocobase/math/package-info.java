/**
 * The expressions of the engine math.js: its grammar with power, implicit multiplication, ranges
 * and matrices, over real numbers without units.
 */
@NullMarked
package dev.millrace.expression.nocobase.math;

import org.jspecify.annotations.NullMarked;
