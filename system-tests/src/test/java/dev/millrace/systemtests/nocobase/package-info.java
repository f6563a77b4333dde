/** The built server, used by programs with NocoBase's SDK. */
@NullMarked
package dev.millrace.systemtests.nocobase;

import org.jspecify.annotations.NullMarked;
