/**
 * The HTTP listener: sockets, limits, authentication, routing and error answers. It turns bytes
 * into a {@link dev.millrace.transport.Request}, calls a {@link dev.millrace.transport.Handler} on
 * a virtual thread and turns the {@link dev.millrace.transport.Response} back into bytes. It knows
 * nothing of workflows.
 */
@NullMarked
package dev.millrace.transport;

import org.jspecify.annotations.NullMarked;
