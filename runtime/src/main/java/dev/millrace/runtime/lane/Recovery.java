package dev.millrace.runtime.lane;

import dev.millrace.engine.InstanceKey;
import dev.millrace.runtime.worker.WorkerDispatcher;
import dev.millrace.store.Rows;
import dev.millrace.store.Store;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Takes up what a server left behind: messages not delivered, instances with open work, a page at a
 * time beside the work of callers. Afterwards it goes through the instances again whenever workers
 * have room for what they left to the store. Lane thread only, except that pages are read by the
 * loaders.
 */
final class Recovery {

  private final Store store;
  private final LaneMemory memory;
  private final Runnable wake;
  private final Queue<Page> pages = new ConcurrentLinkedQueue<>();
  private int outstanding;
  private boolean reading;
  private boolean last;

  /** Whether this is not the first time, when all is taken up, but one for workers only. */
  private boolean forWorkers;

  private @Nullable InstanceKey after;

  private record Page(List<InstanceKey> keys, @Nullable RuntimeException failure) {}

  Recovery(Store store, LaneMemory memory, Runnable wake) {
    this.store = store;
    this.memory = memory;
    this.wake = wake;
    for (Rows.OutboxRow row : store.outbox()) {
      memory.internal.add(WorkRunner.deliver(row));
    }
    memory.slots.begin();
  }

  /** Reads or enqueues the next page when the last one is done. */
  boolean step() {
    Page page = pages.poll();
    if (page != null) {
      take(page);
      return true;
    }
    if (reading || outstanding > 0 || !goesOn()) {
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

  /** Whether there is a page to read now; begins anew when workers want more. */
  private boolean goesOn() {
    WorkerDispatcher workers = memory.ports.workers();
    if (!last) {
      return !forWorkers || workers.wantsMore();
    }
    if (forWorkers) {
      forWorkers = false;
      workers.offering(false);
    }
    if (!workers.wantsMore()) {
      return false;
    }
    workers.offering(true);
    forWorkers = true;
    last = false;
    after = null;
    return true;
  }

  /** Notes that work has run. */
  void ran(Work work) {
    boolean ofPage = work instanceof Work.Recover || work instanceof Work.OfferAgain;
    // What has changed meanwhile is offered once more, and counts once.
    if (ofPage && outstanding > 0) {
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
    for (InstanceKey key : page.keys()) {
      memory.internal.add(forWorkers ? new Work.OfferAgain(key) : new Work.Recover(key));
    }
  }
}
