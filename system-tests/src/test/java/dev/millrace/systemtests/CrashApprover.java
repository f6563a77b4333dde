package dev.millrace.systemtests;

import dev.millrace.systemtests.CrashDoor.Told;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import tools.jackson.databind.JsonNode;

/** A person who agrees to everything on the list. One thread, the only one of that person. */
final class CrashApprover implements Runnable {

  private static final Duration PAUSE = Duration.ofMillis(60);

  private final CrashDoor door;
  private final CrashLedger ledger;
  private final String user;
  private final AtomicBoolean over;

  CrashApprover(CrashDoor door, CrashLedger ledger, String user, AtomicBoolean over) {
    this.door = door;
    this.ledger = ledger;
    this.user = user;
    this.over = over;
  }

  @Override
  public void run() {
    while (!over.get()) {
      Told list = door.insist(api -> api.get("/api/taskInsts?user=" + user + "&limit=20&offset=0"));
      if (!list.ok()) {
        ledger.found(
            "the list of %s was answered %d %s"
                .formatted(user, list.answer().status(), list.answer().text()));
      } else {
        for (JsonNode item : list.answer().json().at("/response/list")) {
          agree(item.path("id").asString(""), item.path("processInstId").asString(""));
        }
      }
      CrashDoor.pause(PAUSE);
    }
  }

  private void agree(String item, String instance) {
    if (ledger.hasAgreed(item)) {
      ledger.found("item %s of %s is open after it was acknowledged".formatted(item, user));
      return;
    }
    Told told =
        door.insist(api -> api.postAs(user, "/api/taskInst/" + item, Map.of("operation", "agree")));
    if (told.ok() || told.doneBefore()) {
      ledger.agreed(item, instance);
    } else {
      ledger.found(
          "item %s of %s, instance %s: answered %d %s"
              .formatted(item, user, instance, told.answer().status(), told.answer().text()));
    }
  }
}
