/** What starts executions: changes of records, requests, times, webhooks, people. */
@NullMarked
package dev.millrace.dialect.nocobase.trigger;

import org.jspecify.annotations.NullMarked;
