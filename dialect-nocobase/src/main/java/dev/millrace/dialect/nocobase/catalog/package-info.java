/**
 * The collections of NocoBase's workflow API, as definitions of the data module, and how reads of
 * them are kept.
 */
@NullMarked
package dev.millrace.dialect.nocobase.catalog;

import org.jspecify.annotations.NullMarked;
