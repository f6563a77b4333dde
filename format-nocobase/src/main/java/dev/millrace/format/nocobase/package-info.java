/**
 * The definition format of NocoBase's workflow API: the document of a workflow version with its
 * nodes, compiled to a graph.
 */
@NullMarked
package dev.millrace.format.nocobase;

import org.jspecify.annotations.NullMarked;
