/**
 * The process API: requests become commands and queries, states become answers. Paths below {@code
 * /api} (also {@code /v1}) and {@code /callback}.
 */
@NullMarked
package dev.millrace.dialect.process;

import org.jspecify.annotations.NullMarked;
