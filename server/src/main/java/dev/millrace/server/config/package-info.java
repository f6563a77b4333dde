/** What the operator decides, where each value came from, and what is refused. */
@NullMarked
package dev.millrace.server.config;

import org.jspecify.annotations.NullMarked;
