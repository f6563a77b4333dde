/** The activity {@code database-handler}: SQL with bound parameters. */
@NullMarked
package dev.millrace.activities.sql;

import org.jspecify.annotations.NullMarked;
