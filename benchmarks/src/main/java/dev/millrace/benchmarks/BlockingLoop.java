package dev.millrace.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** As {@link ClosedLoop} for operations that block, each in a virtual thread of its own. */
final class BlockingLoop {

  private final List<? extends Callable<?>> operations;

  /**
   * A loop.
   *
   * @param operations one for each that may be in flight; each is called by one thread at a time
   */
  BlockingLoop(List<? extends Callable<?>> operations) {
    this.operations = operations;
  }

  /** Runs for a time, then waits for what is in flight. */
  Sample run(int inFlight, Duration time) {
    long begin = System.nanoTime();
    long end = begin + time.toNanos();
    List<Latencies> latencies = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Latencies>> slots = new ArrayList<>();
      for (Callable<?> operation : operations.subList(0, inFlight)) {
        slots.add(threads.submit(() -> repeat(operation, end)));
      }
      for (Future<Latencies> slot : slots) {
        latencies.add(slot.get());
      }
    } catch (ExecutionException e) {
      throw new CompletionException("an operation failed: " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CompletionException(e);
    }
    return Sample.of(latencies, System.nanoTime() - begin);
  }

  /** Runs each operation once, all at the same time. */
  void once() {
    run(operations.size(), Duration.ZERO);
  }

  private static Latencies repeat(Callable<?> operation, long end) throws Exception {
    Latencies latencies = new Latencies();
    long begin = System.nanoTime();
    do {
      operation.call();
      long now = System.nanoTime();
      latencies.add(now - begin);
      begin = now;
    } while (begin < end);
    return latencies;
  }
}
