/**
 * The pure core. {@code Engine.decide} turns a command into events and effects, {@code
 * Engine.apply} folds an event into a state. There is no clock, no randomness, no thread and no I/O
 * here; what is read or drawn outside arrives in a {@code Moment} and is recorded in the events.
 */
@NullMarked
package dev.millrace.engine;

import org.jspecify.annotations.NullMarked;
