/** The command line: serves in this process, and speaks to a running server over HTTP. */
@NullMarked
package dev.millrace.server.cli;

import org.jspecify.annotations.NullMarked;
