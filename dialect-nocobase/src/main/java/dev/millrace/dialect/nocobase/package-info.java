/**
 * NocoBase's workflow API over the engine and the data module. {@link
 * dev.millrace.dialect.nocobase.NocobaseDialect} is the way in.
 */
@NullMarked
package dev.millrace.dialect.nocobase;

import org.jspecify.annotations.NullMarked;
