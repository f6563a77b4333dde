/** The outside work of NocoBase's node types, as activities. */
@NullMarked
package dev.millrace.dialect.nocobase.activity;

import org.jspecify.annotations.NullMarked;
