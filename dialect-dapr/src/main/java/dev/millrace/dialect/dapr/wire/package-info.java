/** Between the messages of the protocol and the engine's values: pure tables. */
@NullMarked
package dev.millrace.dialect.dapr.wire;

import org.jspecify.annotations.NullMarked;
