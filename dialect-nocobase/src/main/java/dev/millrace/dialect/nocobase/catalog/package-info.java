/** The collections of NocoBase's workflow API, as definitions of the data module. */
@NullMarked
package dev.millrace.dialect.nocobase.catalog;

import org.jspecify.annotations.NullMarked;
