/**
 * The users' tables: collections with fields and associations, records in them, and filters, sorts
 * and appends in the form of NocoBase's workflow API.
 *
 * <p>Everything a statement is made of comes from the metadata of a collection; what a caller sends
 * only ever chooses among it or is bound as a parameter.
 */
@NullMarked
package dev.millrace.data;

import org.jspecify.annotations.NullMarked;
