/** The Dapr workflow API over the engine: HTTP routes, gRPC services, streams of work. */
@NullMarked
package dev.millrace.dialect.dapr;

import org.jspecify.annotations.NullMarked;
