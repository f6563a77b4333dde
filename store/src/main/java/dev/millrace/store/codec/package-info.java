/**
 * The stored form of histories, states, messages and payloads: JSON text in a versioned envelope.
 * Readers are tolerant (unknown members are skipped, absent ones are null, zero or false); writers
 * are frozen by the golden files beside the tests.
 */
@NullMarked
package dev.millrace.store.codec;

import org.jspecify.annotations.NullMarked;
