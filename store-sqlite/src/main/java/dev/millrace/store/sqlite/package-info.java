/**
 * The embedded store: one directory with one SQLite file in WAL mode. One connection writes, a few
 * read beside it, and a lock file keeps a second process out. {@code 001_init.sql} describes the
 * tables; the views {@code workflow}, {@code workflow_inst} and {@code node_inst} are for people.
 */
@NullMarked
package dev.millrace.store.sqlite;

import org.jspecify.annotations.NullMarked;
