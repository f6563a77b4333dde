package dev.millrace.systemtests;

import dev.millrace.systemtests.Api.Answer;
import dev.millrace.systemtests.CrashDoor.Told;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A client that starts instances and sends them the signals and actions that they wait for. What
 * was not answered it sends again, starts under the same key. One thread.
 */
final class CrashStarter implements Runnable {

  private static final int PAUSE_MILLIS_MAX = 40;
  private static final int SUSPENSION_MILLIS_MAX = 300;
  private static final double UNKEYED = 0.1;
  private static final double TWINS = 0.1;
  private static final double REPEATED = 0.1;

  private final CrashDoor door;
  private final CrashLedger ledger;
  private final Map<CrashShape, String> definitions;
  private final Random random;
  private final String keyPrefix;
  private final AtomicBoolean enough;

  CrashStarter(
      CrashDoor door,
      CrashLedger ledger,
      Map<CrashShape, String> definitions,
      long seed,
      AtomicBoolean enough) {
    this.door = door;
    this.ledger = ledger;
    this.definitions = definitions;
    this.random = new Random(seed);
    this.keyPrefix = "crash-" + seed + "-";
    this.enough = enough;
  }

  @Override
  public void run() {
    List<CrashShape> shapes = List.of(CrashShape.values());
    while (!enough.get()) {
      step(shapes.get(random.nextInt(shapes.size())));
      CrashDoor.pause(Duration.ofMillis(random.nextInt(PAUSE_MILLIS_MAX)));
    }
  }

  private void step(CrashShape shape) {
    int number = ledger.next();
    if (followed(shape) || random.nextDouble() >= UNKEYED) {
      String id = keyed(number, shape);
      if (id != null) {
        follow(shape, number, id);
      }
      return;
    }
    Answer answer = door.once(api -> api.post(path(shape), CrashShape.input(number)));
    if (answer == null || answer.status() == 503) {
      ledger.lost(number, shape);
    } else {
      acknowledge(number, shape, answer);
    }
  }

  /** Whether it would wait for ever if nobody knew its id. */
  private static boolean followed(CrashShape shape) {
    return switch (shape) {
      case SIGNAL, CALLBACK, PAUSED, STOPPED -> true;
      case CHAIN, FORK, RETRY, TIMER, APPROVAL, FAST, SUB_WORKFLOW, LOOP -> false;
    };
  }

  private String path(CrashShape shape) {
    return "/api/process/" + definitions.get(shape);
  }

  private @Nullable String keyed(int number, CrashShape shape) {
    if (random.nextDouble() < TWINS) {
      CompletableFuture<Void> twin =
          CompletableFuture.runAsync(
              () -> startOnce(number, shape), command -> Thread.ofVirtual().start(command));
      startOnce(number, shape);
      twin.join();
    } else {
      startOnce(number, shape);
    }
    if (random.nextDouble() < REPEATED) {
      startOnce(number, shape);
    }
    CrashLedger.Start start = ledger.start(number);
    return start == null ? null : start.id();
  }

  private void startOnce(int number, CrashShape shape) {
    Told told =
        door.insist(api -> api.postOnce(keyPrefix + number, path(shape), CrashShape.input(number)));
    acknowledge(number, shape, told.answer());
  }

  private void acknowledge(int number, CrashShape shape, Answer answer) {
    if (answer.status() == 200) {
      ledger.started(new CrashLedger.Start(number, shape, Api.idOf(answer)));
    } else {
      ledger.found(
          "start %d (%s) was answered %d %s"
              .formatted(number, shape, answer.status(), answer.text()));
    }
  }

  private void follow(CrashShape shape, int number, String id) {
    String ref = CrashShape.ref(number);
    switch (shape) {
      case SIGNAL ->
          done(
              shape,
              id,
              "/api/processInst/" + id + "/signals/" + CrashShape.SIGNAL_NAME,
              Json.object("id", ref, "payload", Map.of("said", ref)));
      case CALLBACK ->
          done(
              shape,
              id,
              "/callback/" + id + "/" + CrashShape.WAITING_TASK,
              Json.object("said", ref));
      case STOPPED -> done(shape, id, "/api/processInst/" + id + "/actions/stop", Json.object());
      case PAUSED -> pauseAndResume(id);
      case CHAIN, FORK, RETRY, TIMER, APPROVAL, FAST, SUB_WORKFLOW, LOOP -> {}
    }
  }

  private void done(CrashShape shape, String id, String path, Object body) {
    Told told = door.insist(api -> api.post(path, body));
    if (told.ok()) {
      ledger.acknowledged();
    } else if (!told.doneBefore()) {
      refused("the request that " + shape.word() + " waits for", id, told);
    }
  }

  private void pauseAndResume(String id) {
    Told suspended = door.insist(api -> api.act(id, "suspend"));
    if (suspended.ok()) {
      ledger.acknowledged();
    } else if (suspended.answer().status() != 409) {
      // 409: it has been suspended already, or its second is over.
      refused("suspend", id, suspended);
    }
    CrashDoor.pause(Duration.ofMillis(random.nextInt(SUSPENSION_MILLIS_MAX)));
    Told resumed = door.insist(api -> api.act(id, "resume"));
    if (resumed.ok()) {
      ledger.acknowledged();
    } else if (!resumed.doneBefore() && (suspended.ok() || resumed.answer().status() != 409)) {
      refused("resume after an acknowledged suspend", id, resumed);
    }
  }

  private void refused(String what, String id, Told told) {
    ledger.found(
        "%s, instance %s: answered %d %s%s"
            .formatted(
                what,
                id,
                told.answer().status(),
                told.answer().text(),
                told.repeated() ? ", sent more than once" : ""));
  }
}
