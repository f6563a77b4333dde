/** The node types of NocoBase's workflow API. */
@NullMarked
package dev.millrace.format.nocobase.node;

import org.jspecify.annotations.NullMarked;
