package dev.millrace.systemtests;

import dev.millrace.systemtests.CrashDoor.Told;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import tools.jackson.databind.JsonNode;

/** A client that reads instances, so that the run knows which ends were seen. One thread. */
final class CrashReader implements Runnable {

  private static final List<String> FINAL = List.of("completed", "failed", "stopped");
  private static final Duration PAUSE = Duration.ofMillis(20);

  private final CrashDoor door;
  private final CrashLedger ledger;
  private final Random random;
  private final AtomicBoolean enough;

  CrashReader(CrashDoor door, CrashLedger ledger, long seed, AtomicBoolean enough) {
    this.door = door;
    this.ledger = ledger;
    this.random = new Random(seed);
    this.enough = enough;
  }

  @Override
  public void run() {
    while (!enough.get()) {
      CrashLedger.Start start = ledger.start(1 + random.nextInt(Math.max(1, ledger.made())));
      if (start != null) {
        Told told = door.insist(api -> api.get("/api/processInst/" + start.id()));
        if (!told.ok()) {
          ledger.found(
              "%s was answered %d %s"
                  .formatted(start, told.answer().status(), told.answer().text()));
        } else {
          JsonNode instance = told.answer().json();
          if (FINAL.contains(Api.status(instance))) {
            ledger.ended(
                start,
                new CrashLedger.Seen(Api.status(instance), Json.plain(instance.path("output"))));
          }
        }
      }
      CrashDoor.pause(PAUSE);
    }
  }
}
