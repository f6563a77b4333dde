/**
 * The node types of NocoBase that only calculate, the checks of configurations when nodes are
 * saved, and the test runs of single nodes.
 */
@NullMarked
package dev.millrace.format.nocobase.pure;

import org.jspecify.annotations.NullMarked;
