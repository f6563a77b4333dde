/** The streams over which workers are given their work. */
@NullMarked
package dev.millrace.dialect.dapr.worker;

import org.jspecify.annotations.NullMarked;
