package dev.millrace.runtime.lane;

import dev.millrace.engine.InstanceKey;
import dev.millrace.store.Rows;
import dev.millrace.store.Store;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Takes up what a server left behind: messages not delivered, instances with open work, a page at a
 * time beside the work of callers. Lane thread only, except that pages are read by the loaders.
 */
final class Recovery {

  private final Store store;
  private final LaneMemory memory;
  private final Runnable wake;
  private final Queue<Page> pages = new ConcurrentLinkedQueue<>();
  private int outstanding;
  private boolean reading;
  private boolean last;
  private @Nullable InstanceKey after;

  private record Page(List<InstanceKey> keys, @Nullable RuntimeException failure) {}

  Recovery(Store store, LaneMemory memory, Runnable wake) {
    this.store = store;
    this.memory = memory;
    this.wake = wake;
    for (Rows.OutboxRow row : store.outbox()) {
      memory.internal.add(WorkRunner.deliver(row));
    }
  }

  /** Reads or enqueues the next page when the last one is done. */
  boolean step() {
    Page page = pages.poll();
    if (page != null) {
      take(page);
      return true;
    }
    if (last || reading || outstanding > 0) {
      return false;
    }
    reading = true;
    InstanceKey from = after;
    memory
        .ports
        .loaders()
        .execute(() -> {
          Page read;
          try {
            read = new Page(store.withOpenWork(from, LaneSettings.RECOVERY_PAGE), null);
          } catch (RuntimeException e) {
            read = new Page(List.of(), e);
          }
          pages.add(read);
          wake.run();
        });
    return true;
  }

  /** Notes that work has run. */
  void ran(Work work) {
    if (work instanceof Work.Recover) {
      outstanding--;
    }
  }

  private void take(Page page) {
    if (page.failure() != null) {
      throw page.failure();
    }
    reading = false;
    last = page.keys().size() < LaneSettings.RECOVERY_PAGE;
    outstanding = page.keys().size();
    if (!page.keys().isEmpty()) {
      after = page.keys().getLast();
    }
    page.keys().forEach(key -> memory.internal.add(new Work.Recover(key)));
  }
}
