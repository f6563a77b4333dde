package dev.millrace.dialect.dapr.worker;

import dev.millrace.dialect.dapr.wire.ItemMessages;
import dev.millrace.dialect.dapr.worker.ShownHistories.Shown;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.code.FailureDetails;
import dev.millrace.proto.durabletask.HistoryEvent;
import dev.millrace.proto.durabletask.WorkItem;
import dev.millrace.runtime.worker.Worker;
import dev.millrace.runtime.worker.Workers;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One worker's stream. Items are taken into an outbox and sent by one virtual thread, so whoever
 * hands them over never waits for the network.
 */
final class WorkStream implements Worker {
  /** A worker that reads nothing for so long is gone, or as good as. */
  private static final Duration STUCK = Duration.ofSeconds(10);

  private static final int PERCENT_USED = 95;
  private static final int PERCENT = 100;
  private static final System.Logger LOGGER = System.getLogger(WorkStream.class.getName());

  private final String app;
  private final Workers workers;
  private final ServerCallStreamObserver<WorkItem> out;
  private final int maxItemBytes;
  private final BlockingQueue<dev.millrace.runtime.worker.WorkItem> outbox =
      new LinkedBlockingQueue<>();
  private final Semaphore readable = new Semaphore(0);
  private final AtomicBoolean ended = new AtomicBoolean();
  private final Status shutdown;
  private final Runnable onEnd;

  /** Null for a worker that keeps no histories. */
  private final @Nullable ShownHistories shown;

  private volatile Workers.@Nullable Connection connection;
  private volatile @Nullable Thread sender;

  /**
   * A stream that has not begun.
   *
   * @param client what is known of it
   * @param shutdown how the stream ends when the server stops
   * @param onEnd called once when the stream is over
   */
  WorkStream(
      String app,
      Workers workers,
      ServerCallStreamObserver<WorkItem> out,
      Client client,
      Status shutdown,
      Runnable onEnd) {
    this.app = app;
    this.workers = workers;
    this.out = out;
    this.maxItemBytes = client.maxItemBytes();
    this.shown = client.keepsHistories() ? new ShownHistories() : null;
    this.shutdown = shutdown;
    this.onEnd = onEnd;
  }

  /**
   * What is known of a worker.
   *
   * @param maxItemBytes the largest message that it takes
   * @param keepsHistories whether it can be sent what is new of a history only
   */
  record Client(int maxItemBytes, boolean keepsHistories) {}

  /** Begins to take work. Called within the call, where handlers can still be set. */
  void open(int capacity) {
    out.setOnCancelHandler(() -> close(null));
    out.setOnReadyHandler(readable::release);
    sender = Thread.ofVirtual().name("work-stream").start(this::run);
    Workers.Connection opened = workers.connect(app, capacity, this);
    connection = opened;
    if (ended.get()) {
      opened.close();
    }
  }

  @Override
  public void take(dev.millrace.runtime.worker.WorkItem item) {
    outbox.add(item);
  }

  @Override
  public boolean remembers(InstanceKey key, String execution) {
    return shown != null
        && !shown.of(key.uid(), execution, Integer.MAX_VALUE).equals(ShownHistories.Shown.NOTHING);
  }

  /** Ends the stream because the server stops; what its worker had is offered again. */
  void shutDown() {
    close(shutdown);
  }

  private void close(@Nullable Status status) {
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    Workers.Connection open = connection;
    if (open != null) {
      open.close();
    }
    Thread thread = sender;
    if (thread != null) {
      thread.interrupt();
    }
    if (status != null) {
      synchronized (out) {
        if (status.isOk()) {
          out.onCompleted();
        } else {
          out.onError(status.asRuntimeException());
        }
      }
    }
    onEnd.run();
  }

  private void run() {
    try {
      while (!ended.get()) {
        send(outbox.take());
      }
    } catch (InterruptedException e) {
      // The end of the stream; there is nothing to tidy up.
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOGGER.log(System.Logger.Level.WARNING, "a stream of work broke", e);
      close(Status.UNAVAILABLE.withDescription("the stream broke"));
    }
  }

  private void send(dev.millrace.runtime.worker.WorkItem item) throws InterruptedException {
    Shown known = known(item);
    WorkItem message =
        switch (item) {
          case dev.millrace.runtime.worker.WorkItem.Turn turn ->
              ItemMessages.of(turn, known.events());
          case dev.millrace.runtime.worker.WorkItem.Task task -> ItemMessages.of(task);
        };
    // What is left out counts: another worker would have to be sent all of it.
    long size = message.getSerializedSize() + known.bytes();
    if (size > (long) maxItemBytes * PERCENT_USED / PERCENT) {
      refuse(item, size);
      return;
    }
    while (!out.isReady()) {
      readable.drainPermits();
      if (!out.isReady() && !readable.tryAcquire(STUCK.toMillis(), TimeUnit.MILLISECONDS)) {
        close(
            Status.UNAVAILABLE.withDescription(
                "expected the worker to read within %d s".formatted(STUCK.toSeconds())));
        return;
      }
    }
    synchronized (out) {
      if (!ended.get()) {
        out.onNext(message);
      }
    }
    if (shown != null && item instanceof dev.millrace.runtime.worker.WorkItem.Turn turn) {
      long bytes = known.bytes();
      for (HistoryEvent event : message.getWorkflowRequest().getPastEventsList()) {
        bytes += event.getSerializedSize();
      }
      shown.sent(
          turn.key().uid(),
          new Shown(turn.turn().token().execution(), turn.turn().past().size(), bytes));
    }
  }

  private Shown known(dev.millrace.runtime.worker.WorkItem item) {
    return shown != null && item instanceof dev.millrace.runtime.worker.WorkItem.Turn turn
        ? shown.of(turn.key().uid(), turn.turn().token().execution(), turn.turn().past().size())
        : Shown.NOTHING;
  }

  private void refuse(dev.millrace.runtime.worker.WorkItem item, long size) {
    switch (item) {
      case dev.millrace.runtime.worker.WorkItem.Turn turn ->
          workers
              .stallTurn(
                  turn,
                  "Workflow payload size %d bytes exceeds %d%% of max gRPC body size %d bytes; raise grpc-max-send and what the worker's client takes"
                      .formatted(size, PERCENT_USED, maxItemBytes))
              .exceptionally(WorkStream::logged);
      case dev.millrace.runtime.worker.WorkItem.Task task ->
          workers
              .completeTask(
                  app,
                  task.key().uid(),
                  task.task().task().eventId(),
                  task.token(),
                  null,
                  FailureDetails.of(
                      "PayloadSizeExceeded",
                      "activity '%s::%d' payload size %d bytes exceeds %d%% of max gRPC body size %d bytes"
                          .formatted(
                              task.key().uid(),
                              task.task().task().eventId(),
                              size,
                              PERCENT_USED,
                              maxItemBytes)))
              .exceptionally(WorkStream::logged);
    }
  }

  private static @Nullable Void logged(Throwable failure) {
    LOGGER.log(System.Logger.Level.DEBUG, "an item that is too large was not refused", failure);
    return null;
  }
}
