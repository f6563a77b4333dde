package dev.millrace.dialect.dapr.worker;

import dev.millrace.proto.durabletask.GetWorkItemsRequest;
import dev.millrace.proto.durabletask.WorkItem;
import dev.millrace.proto.durabletask.WorkerCapability;
import dev.millrace.runtime.worker.Workers;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/** All open streams of work. Thread-safe. */
public final class WorkStreams implements AutoCloseable {
  /** How many turns, and activities, most clients are given at once; they queue what waits. */
  private static final int CAPACITY = 1_000;

  /** Clients on Node.js silently drop what exceeds ten in work and a hundred queued, in all. */
  private static final int NODE_CAPACITY = 50;

  private static final String NODE_AGENT = "grpc-node-js";

  /**
   * Dapr's own client on Node.js: its worker ends for good when its first stream ends with an
   * error, and calls again, after a pause, when it ends well. Others call again at once and without
   * end when a stream ends well.
   */
  private static final String JAVASCRIPT_AGENT = "dapr-js-sdk/";

  private final Workers workers;
  private final int maxItemBytes;
  private final int maxLargeItemBytes;
  private final Set<WorkStream> streams = ConcurrentHashMap.newKeySet();
  private final AtomicReference<Boolean> closed = new AtomicReference<>(false);

  /**
   * No streams yet.
   *
   * @param maxItemBytes the largest message that clients take by default
   * @param maxLargeItemBytes the same for clients that are known to take larger ones
   */
  public WorkStreams(Workers workers, int maxItemBytes, int maxLargeItemBytes) {
    this.workers = workers;
    this.maxItemBytes = maxItemBytes;
    this.maxLargeItemBytes = maxLargeItemBytes;
  }

  /**
   * Gives a worker its work until it goes.
   *
   * @param userAgent what the client says it is, empty when it says nothing
   */
  public void open(
      String app,
      String userAgent,
      GetWorkItemsRequest request,
      ServerCallStreamObserver<WorkItem> out) {
    boolean node = userAgent.contains(NODE_AGENT);
    // The capability came with the version that takes messages of any size.
    boolean large =
        node
            || request
                .getCapabilitiesList()
                .contains(WorkerCapability.WORKER_CAPABILITY_HEALTH_PING);
    AtomicReference<WorkStream> self = new AtomicReference<>();
    WorkStream stream =
        new WorkStream(
            app,
            workers,
            out,
            new WorkStream.Client(
                large ? maxLargeItemBytes : maxItemBytes,
                request
                    .getCapabilitiesList()
                    .contains(WorkerCapability.WORKER_CAPABILITY_STATEFUL_HISTORY)),
            shutdown(userAgent),
            () -> streams.remove(self.get()));
    self.set(stream);
    streams.add(stream);
    stream.open(node ? NODE_CAPACITY : CAPACITY);
    if (closed.get()) {
      stream.shutDown();
    }
  }

  /** How many workers are connected. */
  public int count() {
    return streams.size();
  }

  /** Ends all streams, also those that come later. */
  @Override
  public void close() {
    closed.set(true);
    streams.forEach(WorkStream::shutDown);
  }

  private static Status shutdown(String userAgent) {
    return userAgent.startsWith(JAVASCRIPT_AGENT)
        ? Status.OK
        : Status.CANCELLED.withDescription("shutting down");
  }
}
