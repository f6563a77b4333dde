package dev.millrace.server.cli;

import dev.millrace.runtime.Health;
import dev.millrace.server.MillraceServer;
import java.io.PrintWriter;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A server in this process, until a signal or its own end. */
final class Serving {
  private static final int LOOK_SECONDS = 1;

  private final MillraceServer server;
  private final PrintWriter out;
  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);

  private Serving(MillraceServer server, PrintWriter out) {
    this.server = server;
    this.out = out;
  }

  /** Installs the handling of signals; call as soon as the server is open. */
  static Serving of(MillraceServer server, PrintWriter out) {
    Serving serving = new Serving(server, out);
    Runtime.getRuntime()
        .addShutdownHook(Thread.ofPlatform().name("millrace-stop").unstarted(serving::stop));
    return serving;
  }

  /** Serves until asked to stop (exit code 0) or until the store is lost (1). */
  int untilStopped() throws InterruptedException {
    int code = ExitCodes.OK;
    while (!asked.await(LOOK_SECONDS, TimeUnit.SECONDS)) {
      Health health = server.health();
      if (health.state() == Health.State.HALTED) {
        out.println("The server cannot go on: " + health.detail());
        out.flush();
        code = ExitCodes.FAILED;
        break;
      }
    }
    close(code == ExitCodes.OK);
    return code;
  }

  /** Drains and closes now. */
  void close(boolean told) throws InterruptedException {
    try {
      if (told) {
        out.println("Stopping: taking no new work, finishing what is under way …");
        out.flush();
      }
      boolean all = server.drain();
      server.close();
      if (told) {
        out.println(all ? "Stopped." : "Stopped; some requests did not end in time.");
        out.flush();
      }
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
  }
}
