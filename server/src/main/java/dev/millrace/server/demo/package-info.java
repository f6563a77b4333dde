/** The guided first run, over the same HTTP API that everybody uses. */
@NullMarked
package dev.millrace.server.demo;

import org.jspecify.annotations.NullMarked;
