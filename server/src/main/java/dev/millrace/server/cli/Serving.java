package dev.millrace.server.cli;

import dev.millrace.runtime.Health;
import dev.millrace.server.IdleMemory;
import dev.millrace.server.MillraceServer;
import java.lang.System.Logger.Level;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A server in this process, until a signal or its own end. What happens to it goes to the log. */
final class Serving {
  private static final System.Logger LOG = System.getLogger("dev.millrace.server");
  private static final int LOOK_SECONDS = 1;

  private final MillraceServer server;
  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean endedWell;

  private Serving(MillraceServer server) {
    this.server = server;
  }

  /** Installs the handling of signals; call as soon as the server is open. */
  static Serving of(MillraceServer server) {
    Serving serving = new Serving(server);
    Runtime.getRuntime()
        .addShutdownHook(Thread.ofPlatform().name("millrace-stop").unstarted(serving::stop));
    return serving;
  }

  /** Serves until asked to stop (exit code 0) or until the store is lost (1). */
  int untilStopped() throws InterruptedException {
    int code = ExitCodes.OK;
    IdleMemory memory = new IdleMemory(server::work);
    while (!asked.await(LOOK_SECONDS, TimeUnit.SECONDS)) {
      memory.look();
      Health health = server.health();
      if (health.state() == Health.State.HALTED) {
        LOG.log(Level.ERROR, "the server cannot go on: {0}", health.detail());
        code = ExitCodes.FAILED;
        break;
      }
    }
    if (code == ExitCodes.OK) {
      LOG.log(Level.INFO, "stopping: no new work is taken, what is under way is finished");
    }
    try {
      boolean all = server.drain();
      server.close();
      LOG.log(Level.INFO, all ? "stopped" : "stopped; some requests did not end in time");
      endedWell = code == ExitCodes.OK;
    } finally {
      ended.countDown();
    }
    return code;
  }

  /** Drains and closes now, of our own accord. */
  void close() throws InterruptedException {
    try {
      server.drain();
      server.close();
    } finally {
      ended.countDown();
    }
  }

  private void stop() {
    asked.countDown();
    try {
      // The process must not end before the main thread has closed the server.
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (endedWell) {
      // What the signal asked for is done; otherwise the process would end with its number.
      Runtime.getRuntime().halt(ExitCodes.OK);
    }
  }
}
