/** Strict reading and writing of JSON in the plain form used between the modules. */
@NullMarked
package dev.millrace.transport.json;

import org.jspecify.annotations.NullMarked;
