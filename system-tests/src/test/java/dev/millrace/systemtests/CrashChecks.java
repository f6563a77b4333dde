package dev.millrace.systemtests;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Compares what a server holds, after the last crash and with every instance ended, with what its
 * clients were promised. Adds what differs to the ledger's findings. One thread.
 */
final class CrashChecks {

  private static final int READERS = 4;
  private static final Set<String> OVER = Set.of("done", "failed", "stopped", "skipped", "timeout");
  private static final long INTERVAL_MILLIS =
      Duration.ofSeconds(CrashShape.INTERVAL_SECONDS).toMillis();

  private final TestServer server;
  private final Target target;
  private final CrashLedger ledger;
  private final long lastSpawnMillis;

  /**
   * Makes the checks.
   *
   * @param lastSpawnMillis when the last server was started: what began later saw no crash
   */
  CrashChecks(TestServer server, Target target, CrashLedger ledger, long lastSpawnMillis) {
    this.lastSpawnMillis = lastSpawnMillis;
    this.server = server;
    this.target = target;
    this.ledger = ledger;
  }

  void run() {
    Map<Integer, String> stored = storedStarts();
    acknowledgedStarts(stored);
    List<CrashLedger.Start> starts = new ArrayList<>(ledger.starts());
    ledger
        .unanswered()
        .forEach((number, shape) -> {
          String id = stored.get(number);
          if (id != null) {
            starts.add(new CrashLedger.Start(number, shape, id));
          }
        });
    Set<Integer> completed = ends(starts);
    approvals();
    children();
    doneTwice();
    calls(starts, completed);
  }

  /** The instances that are no children: ids by the number of the start. */
  private Map<Integer, String> storedStarts() {
    Map<Integer, String> stored = new HashMap<>();
    for (String row :
        server.queryTexts(
            "select (input ->> '$.number') || ' ' || uid from mr_instance"
                + " where parent_uid is null")) {
      int number = Integer.parseInt(row.substring(0, row.indexOf(' ')));
      String id = row.substring(row.indexOf(' ') + 1);
      String other = stored.put(number, id);
      if (other != null) {
        ledger.found("start %d made two instances, %s and %s".formatted(number, other, id));
      }
    }
    return stored;
  }

  private void acknowledgedStarts(Map<Integer, String> stored) {
    for (CrashLedger.Start start : ledger.starts()) {
      String id = stored.get(start.number());
      if (id == null) {
        ledger.found("acknowledged and lost: " + start);
      } else if (!id.equals(start.id())) {
        ledger.found("%s is stored as instance %s".formatted(start, id));
      }
    }
    stored.forEach((number, id) -> {
      if (ledger.start(number) == null && !ledger.unanswered().containsKey(number)) {
        ledger.found("instance %s of start %d, which nobody was told of".formatted(id, number));
      }
    });
  }

  /** Reads every instance; the numbers of those that completed. */
  private Set<Integer> ends(List<CrashLedger.Start> starts) {
    Set<Integer> completed = ConcurrentHashMap.newKeySet();
    try (ExecutorService readers = Executors.newFixedThreadPool(READERS)) {
      for (CrashLedger.Start start : starts) {
        readers.execute(() -> {
          if (end(start)) {
            completed.add(start.number());
          }
        });
      }
    }
    return completed;
  }

  private boolean end(CrashLedger.Start start) {
    Api.Answer answer = server.api().get("/api/processInst/" + start.id());
    if (answer.status() != 200) {
      ledger.found("%s was answered %d %s".formatted(start, answer.status(), answer.text()));
      return false;
    }
    JsonNode instance = answer.json();
    String status = Api.status(instance);
    Object output = Json.plain(instance.path("output"));
    ledger.ended(start, new CrashLedger.Seen(status, output));
    if (start.shape() == CrashShape.FAST
        && status.equals("failed")
        && Api.errorType(instance).equals("lost")
        && instance.path("startAt").asLong(Long.MAX_VALUE) < lastSpawnMillis) {
      return false;
    }
    Object expected = start.shape().output(start.number());
    if (!status.equals(start.shape().finalStatus()) || !Objects.equals(output, expected)) {
      ledger.found(
          "%s: expected %s with %s, found %s with %s, error %s"
              .formatted(
                  start,
                  start.shape().finalStatus(),
                  expected,
                  status,
                  output,
                  instance.path("errorDetail")));
    }
    runtimes(start, instance);
    return status.equals("completed");
  }

  private void runtimes(CrashLedger.Start start, JsonNode instance) {
    for (JsonNode task : instance.path("tasks")) {
      for (JsonNode runtime : task.path("runtimes")) {
        if (!OVER.contains(Api.status(runtime))) {
          ledger.found(
              "%s has ended, and its task %s is %s"
                  .formatted(start, task.path("instId"), Api.status(runtime)));
        }
        long took = runtime.path("endAt").asLong(0) - runtime.path("startAt").asLong(0);
        if (task.path("template").asString("").equals("interval") && took < INTERVAL_MILLIS) {
          ledger.found("%s: its timer fired after %d ms".formatted(start, took));
        }
      }
    }
  }

  private void approvals() {
    Set<String> stored =
        new HashSet<>(
            server.queryTexts(
                "select id from mr_human_task where state = 'COMPLETED' and operation = 'agree'"));
    ledger
        .agreed()
        .forEach((item, instance) -> {
          if (!stored.contains(item)) {
            ledger.found(
                "the acknowledged approval %s of instance %s is lost".formatted(item, instance));
          }
        });
  }

  private void children() {
    server
        .queryTexts(
            "select parent_uid || ' has ' || count(*) from mr_instance"
                + " where parent_uid is not null group by parent_uid having count(*) > 1")
        .forEach(row -> ledger.found("children: instance " + row));
  }

  private void doneTwice() {
    server
        .queryTexts(
            """
            select workflow_uid || ' ' || node_id || ' ' || "index" from node_inst
            where status = 'done'
            group by workflow_uid, generation, node_id, "index" having count(*) > 1
            """)
        .forEach(row -> ledger.found("done twice: instance, node, index " + row));
  }

  private void calls(List<CrashLedger.Start> starts, Set<Integer> completed) {
    Map<String, Integer> known = new HashMap<>();
    server
        .queryTexts(
            "select uid || ' ' || (input ->> '$.number') from mr_instance"
                + " where parent_uid is null union all"
                + " select c.uid || ' ' || (p.input ->> '$.number') from mr_instance c"
                + " join mr_instance p on p.uid = c.parent_uid and p.namespace = c.parent_namespace")
        .forEach(row ->
            known.put(
                row.substring(0, row.indexOf(' ')),
                Integer.parseInt(row.substring(row.indexOf(' ') + 1))));
    for (CrashLedger.Start start : starts) {
      start
          .shape()
          .calls(start.number())
          .forEach((path, keyEnd) -> called(start, path, keyEnd, known, completed));
    }
    for (Target.Hit hit : target.hits()) {
      if (hit.key() == null || !known.containsKey(uidOf(hit.key()))) {
        ledger.found(
            "%s was called under %s by no stored instance".formatted(hit.path(), hit.key()));
      }
    }
  }

  private void called(
      CrashLedger.Start start,
      String path,
      String keyEnd,
      Map<String, Integer> known,
      Set<Integer> completed) {
    List<@Nullable String> keys = target.keys(path);
    if (keys.isEmpty()) {
      if (completed.contains(start.number())) {
        ledger.found("%s is completed and never called %s".formatted(start, path));
      }
      return;
    }
    String key = keys.getFirst();
    if (keys.size() != 1
        || key == null
        || !key.equals(uidOf(key) + keyEnd)
        || !Objects.equals(known.get(uidOf(key)), start.number())) {
      ledger.found("%s called %s under the keys %s".formatted(start, path, keys));
    }
  }

  private static String uidOf(String key) {
    int slash = key.indexOf('/');
    return slash < 0 ? key : key.substring(0, slash);
  }
}
