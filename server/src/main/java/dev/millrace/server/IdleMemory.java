package dev.millrace.server;

import java.util.function.LongSupplier;

/**
 * Gives heap back to the system that a burst has left behind. The collector of a small server gives
 * none back by itself while nothing is allocated, so once the server has been quiet for a while and
 * holds more than it should, it is asked to, once for each burst. Used by one thread.
 */
public final class IdleMemory {
  private static final System.Logger LOG = System.getLogger(IdleMemory.class.getName());
  private static final long MEBIBYTE = 1L << 20;

  /** A heap up to this size is not worth a collection. */
  private static final long KEPT = 96 * MEBIBYTE;

  /** Looks in a row at which nothing was done. */
  private static final int QUIET_LOOKS = 10;

  /** What those who look, and health checks, allocate between two looks. */
  private static final long QUIET_BYTES = 2 * MEBIBYTE;

  private final LongSupplier work;
  private final Heap heap;
  private long lastWork = -1;
  private long lastUsed;
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
      return;
    }
    quiet++;
    if (quiet < QUIET_LOOKS || given || heap.committed() <= KEPT) {
      return;
    }
    given = true;
    long before = heap.committed();
    heap.collect();
    lastUsed = heap.used();
    LOG.log(
        System.Logger.Level.DEBUG,
        "idle: the heap went from {0} to {1} MiB",
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
