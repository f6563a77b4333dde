/** Fixtures for tests: an engine in virtual time whose laws are checked after every step. */
@NullMarked
package dev.millrace.testkit;

import org.jspecify.annotations.NullMarked;
