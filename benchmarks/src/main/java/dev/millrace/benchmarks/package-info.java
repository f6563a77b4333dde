/** Measures throughput, latency and size, beside a peer in the same run. */
@NullMarked
package dev.millrace.benchmarks;

import org.jspecify.annotations.NullMarked;
