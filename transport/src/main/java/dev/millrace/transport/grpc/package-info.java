/** The gRPC listener with its limits; knows nothing of workflows. */
@NullMarked
package dev.millrace.transport.grpc;

import org.jspecify.annotations.NullMarked;
