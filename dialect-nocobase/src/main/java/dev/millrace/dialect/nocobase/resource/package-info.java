/** The resources: records of any collection, workflows, nodes, executions, jobs, tasks. */
@NullMarked
package dev.millrace.dialect.nocobase.resource;

import org.jspecify.annotations.NullMarked;
