/** The questions that dialects may ask a store, and their answers. Values only. */
@NullMarked
package dev.millrace.store.query;

import org.jspecify.annotations.NullMarked;
