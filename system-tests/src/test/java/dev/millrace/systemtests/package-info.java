/**
 * The acceptance cases of the process API, run against a real server process.
 *
 * <p>Each test method is named after its case in §6 of the process API reference. {@link
 * dev.millrace.systemtests.RunningServer} starts the packaged server as a child process, {@link
 * dev.millrace.systemtests.Api} talks HTTP to it, {@link dev.millrace.systemtests.Target} is the
 * outside world its http tasks call.
 */
@NullMarked
package dev.millrace.systemtests;

import org.jspecify.annotations.NullMarked;
