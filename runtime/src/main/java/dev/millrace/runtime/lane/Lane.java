package dev.millrace.runtime.lane;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** The thread of a lane. All that it does is to step a {@link LaneLoop} and to sleep. */
public final class Lane implements AutoCloseable {

  private static final Duration LONGEST_SLEEP = Duration.ofSeconds(1);
  private static final Duration SHORTEST_SLEEP = Duration.ofMillis(1);

  private final LaneLoop loop;
  private final LanePorts ports;
  private final Thread thread;
  private volatile boolean closing;

  /** Starts the thread. */
  public Lane(LaneLoop loop, LanePorts ports) {
    this.loop = loop;
    this.ports = ports;
    thread = Thread.ofPlatform().name("millrace-lane").unstarted(this::run);
    loop.onArrival(() -> LockSupport.unpark(thread));
    thread.start();
  }

  /** Finishes what was accepted, then stops. Returns when the thread has ended. */
  @Override
  public void close() {
    loop.drain();
    closing = true;
    LockSupport.unpark(thread);
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (!(closing && loop.finished())) {
      if (!loop.work()) {
        sleep();
      }
    }
    loop.stop();
  }

  private void sleep() {
    Duration rest = Duration.between(ports.clock().now(), loop.nextWake());
    if (rest.isNegative() || rest.isZero()) {
      rest = SHORTEST_SLEEP;
    }
    LockSupport.parkNanos(this, Math.min(rest.toNanos(), LONGEST_SLEEP.toNanos()));
  }
}
