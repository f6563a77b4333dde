/**
 * The shell around the engine: lanes that decide, committers that write, timers, dispatch of
 * activities, and {@link dev.millrace.runtime.EngineApi}, through which everything else talks to
 * it.
 */
@NullMarked
package dev.millrace.runtime;

import org.jspecify.annotations.NullMarked;
