package dev.millrace.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a number of operations in flight: each that ends is followed by another, until the time is
 * over. No threads of its own, so that little of the processor goes to the measuring.
 */
final class ClosedLoop {

  private final Supplier<CompletableFuture<?>> operation;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  ClosedLoop(Supplier<CompletableFuture<?>> operation) {
    this.operation = operation;
  }

  /** Runs for a time, then waits for what is in flight. */
  Sample run(int inFlight, Duration time) {
    long begin = System.nanoTime();
    long end = begin + time.toNanos();
    List<Slot> slots = new ArrayList<>();
    for (int i = 0; i < inFlight; i++) {
      Slot slot = new Slot(end);
      slots.add(slot);
      slot.next();
    }
    CompletableFuture.allOf(slots.stream().map(s -> s.done).toArray(CompletableFuture[]::new))
        .join();
    long nanos = System.nanoTime() - begin;
    Throwable failed = failure.get();
    if (failed != null) {
      throw new CompletionException("an operation failed: " + failed, failed);
    }
    return Sample.of(slots.stream().map(s -> s.latencies).toList(), nanos);
  }

  private final class Slot {
    private final Latencies latencies = new Latencies();
    private final CompletableFuture<Boolean> done = new CompletableFuture<>();
    private final long end;

    Slot(long end) {
      this.end = end;
    }

    void next() {
      long begin = System.nanoTime();
      if (begin >= end || failure.get() != null) {
        done.complete(true);
        return;
      }
      var _ =
          operation
              .get()
              .whenComplete((answer, thrown) -> {
                if (thrown != null) {
                  failure.compareAndSet(null, thrown);
                } else {
                  latencies.add(System.nanoTime() - begin);
                }
                next();
              });
    }
  }
}
