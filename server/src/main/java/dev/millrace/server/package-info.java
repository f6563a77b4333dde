/** The composition root: puts the parts together into a server, and the program's entry. */
@NullMarked
package dev.millrace.server;

import org.jspecify.annotations.NullMarked;
