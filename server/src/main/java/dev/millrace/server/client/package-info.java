/** A client of the HTTP API, as the command line and the demo use it. */
@NullMarked
package dev.millrace.server.client;

import org.jspecify.annotations.NullMarked;
