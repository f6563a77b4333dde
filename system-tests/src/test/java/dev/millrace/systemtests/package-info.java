/**
 * The acceptance cases of the process API, run against a real server process.
 *
 * <p>Each test method is named after its case in §6 of the process API reference. {@link
 * dev.millrace.systemtests.RunningServer} starts the packaged server as a child process, {@link
 * dev.millrace.systemtests.Api} talks HTTP to it, {@link dev.millrace.systemtests.Target} is the
 * outside world its http tasks call.
 *
 * <p>{@link dev.millrace.systemtests.CrashRun} kills a loaded server again and again. Its clients
 * ({@code CrashStarter}, {@code CrashApprover}, {@code CrashReader}) write every answer that they
 * see into a {@code CrashLedger}; {@code CrashChecks} compares the ledger with what the server
 * holds in the end.
 */
@NullMarked
package dev.millrace.systemtests;

import org.jspecify.annotations.NullMarked;
