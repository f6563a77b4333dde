package dev.millrace.server;

import java.util.function.LongSupplier;

/**
 * Keeps the heap near what is needed. The collector of a small server gives nothing back while
 * nothing is allocated, and lets the heap grow to its limit before it collects what has grown old.
 * So it is asked to collect when the server has been quiet for a while and holds more than it
 * should, once for each burst, and under load when the heap is several times what was needed last.
 * Used by one thread.
 */
public final class IdleMemory {
  private static final System.Logger LOG = System.getLogger(IdleMemory.class.getName());
  private static final long MEBIBYTE = 1L << 20;

  /** A heap up to this size is not worth a collection. */
  private static final long KEPT = 96 * MEBIBYTE;

  /** A heap that is used up to this size is left alone under load. */
  private static final long GROWN = 512 * MEBIBYTE;

  /** Under load it may grow to so many times what was left by the last collection. */
  private static final int GROWTH = 3;

  /** Looks in a row at which nothing was done. */
  private static final int QUIET_LOOKS = 10;

  /** What those who look, and health checks, allocate between two looks. */
  private static final long QUIET_BYTES = 2 * MEBIBYTE;

  private final LongSupplier work;
  private final Heap heap;
  private long lastWork = -1;
  private long lastUsed;
  private long needed;
  private int quiet;
  private boolean given;

  /** The heap of a process. */
  interface Heap {
    long used();

    long committed();

    void collect();
  }

  /**
   * Memory of this process.
   *
   * @param work counts what the server does, whatever that is
   */
  public IdleMemory(LongSupplier work) {
    this(work, new OwnHeap());
  }

  IdleMemory(LongSupplier work, Heap heap) {
    this.work = work;
    this.heap = heap;
  }

  /** To be called about once a second. */
  public void look() {
    long done = work.getAsLong();
    long used = heap.used();
    boolean busy = done != lastWork || Math.abs(used - lastUsed) > QUIET_BYTES;
    lastWork = done;
    lastUsed = used;
    if (busy) {
      quiet = 0;
      given = false;
      if (used > Math.max(GROWN, GROWTH * needed)) {
        collect();
      }
      return;
    }
    quiet++;
    if (quiet >= QUIET_LOOKS && !given && heap.committed() > KEPT) {
      given = true;
      collect();
    }
  }

  private void collect() {
    long before = heap.committed();
    heap.collect();
    lastUsed = heap.used();
    needed = lastUsed;
    LOG.log(
        System.Logger.Level.DEBUG,
        "the heap went from {0} to {1} MiB",
        before / MEBIBYTE,
        heap.committed() / MEBIBYTE);
  }

  private static final class OwnHeap implements Heap {
    @Override
    public long used() {
      return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @Override
    public long committed() {
      return Runtime.getRuntime().totalMemory();
    }

    @Override
    public void collect() {
      System.gc();
    }
  }
}
