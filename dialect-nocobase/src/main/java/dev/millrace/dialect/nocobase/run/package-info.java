/** Versions of workflows and their executions: what is stored, how it is compiled and started. */
@NullMarked
package dev.millrace.dialect.nocobase.run;

import org.jspecify.annotations.NullMarked;
