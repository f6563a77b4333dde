package dev.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class IdleMemoryTest {
  private static final long MEBIBYTE = 1L << 20;

  private final AtomicLong work = new AtomicLong();
  private final Heap heap = new Heap();
  private final IdleMemory memory = new IdleMemory(work::get, heap);

  private static final class Heap implements IdleMemory.Heap {
    private long used = 40 * MEBIBYTE;
    private long committed = 500 * MEBIBYTE;
    private long needed = 40 * MEBIBYTE;
    private int collections;

    @Override
    public long used() {
      return used;
    }

    @Override
    public long committed() {
      return committed;
    }

    @Override
    public void collect() {
      collections++;
      used = Math.min(used, needed);
    }
  }

  private void look(int times) {
    for (int i = 0; i < times; i++) {
      memory.look();
    }
  }

  @Test
  void shouldGiveMemoryBackOnceForEachBurst() {
    look(60);
    assertThat(heap.collections).isEqualTo(1);
    work.incrementAndGet();
    look(60);
    assertThat(heap.collections).isEqualTo(2);
  }

  @Test
  void shouldLeaveABusyServerAlone() {
    for (int i = 0; i < 60; i++) {
      work.incrementAndGet();
      memory.look();
    }
    for (int i = 0; i < 60; i++) {
      heap.used += 5 * MEBIBYTE;
      memory.look();
    }
    assertThat(heap.collections).isZero();
  }

  @Test
  void shouldNotLetTheHeapGrowToItsLimitUnderLoad() {
    heap.used = 600 * MEBIBYTE;
    heap.needed = 250 * MEBIBYTE;
    work.incrementAndGet();
    memory.look();
    assertThat(heap.collections).isEqualTo(1);
    heap.used = 740 * MEBIBYTE;
    work.incrementAndGet();
    memory.look();
    assertThat(heap.collections).as("three times what is needed").isEqualTo(1);
    heap.used = 760 * MEBIBYTE;
    work.incrementAndGet();
    memory.look();
    assertThat(heap.collections).isEqualTo(2);
  }

  @Test
  void shouldLeaveASmallHeapAlone() {
    heap.committed = 64 * MEBIBYTE;
    look(60);
    assertThat(heap.collections).isZero();
  }
}
