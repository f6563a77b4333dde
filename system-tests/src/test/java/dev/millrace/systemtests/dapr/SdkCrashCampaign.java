package dev.millrace.systemtests.dapr;

import dev.millrace.systemtests.Api;
import dev.millrace.systemtests.CrashServers;
import dev.millrace.systemtests.TestServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionTimeoutException;
import tools.jackson.databind.JsonNode;

/**
 * Chains of activities on two workers of one SDK, while the server is killed and restarted and
 * workers are killed and replaced. Run once, by one thread.
 */
final class SdkCrashCampaign {

  private static final int STEPS = 5;
  private static final String ORDER = "{\"steps\":" + STEPS + ",\"millis\":150}";
  private static final String RESULT = "[0,1,2,3,4]";

  /** Of the kills: while it takes up what the last one left. */
  private static final double EARLY = 0.3;

  private static final int EARLY_MILLIS = 400;
  private static final int LATE_MILLIS = 1_500;

  private static final double WORKER_KILLED = 0.4;
  private static final int START_SPREAD_MILLIS = 800;

  /** An SDK waits up to 15 s before it tries again to connect. */
  private static final Duration PROGRESS_PATIENCE = Duration.ofSeconds(25);

  private static final Duration START_PATIENCE = Duration.ofMinutes(2);
  private static final Duration POLL = Duration.ofMillis(25);
  private static final Duration RETRY = Duration.ofMillis(100);

  private final Sdk sdk;
  private final int kills;
  private final int chains;
  private final Random random;
  private final Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
  private final Queue<String> findings = new ConcurrentLinkedQueue<>();
  private final Map<String, Object> figures = new LinkedHashMap<>();
  private final AtomicInteger lostAnswers = new AtomicInteger();
  private final List<SdkProgram> workers = new ArrayList<>();
  private int workerKills;
  private int endedByThemselves;
  private int killsWhileStarting;

  SdkCrashCampaign(Sdk sdk, int kills, int chains, long seed) {
    this.sdk = sdk;
    this.kills = kills;
    this.chains = chains;
    this.random = new Random(seed);
  }

  /**
   * Runs.
   *
   * @param javaOptions of the server's Java
   * @return the broken promises, empty when all were kept
   */
  List<String> run(List<String> javaOptions, Path scratch) throws IOException {
    long began = System.nanoTime();
    Path journal = Files.createFile(scratch.resolve("journal-" + sdk + ".txt"));
    TestServer server = TestServer.start(javaOptions);
    try {
      cycles(server, journal, began);
      check(server, journal);
    } finally {
      workers.forEach(SdkProgram::close);
      server.stop();
    }
    CrashServers.checkAndClose(server, scratch, findings);
    figures.put("seconds", seconds(began));
    return List.copyOf(findings);
  }

  /** Ends when all starts are acknowledged, with a server that runs. */
  private void cycles(TestServer server, Path journal, long began) throws IOException {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      workers.add(SdkProgram.start(sdk, server, journal));
      workers.add(SdkProgram.start(sdk, server, journal));
      int started = 0;
      for (int kill = 1; kill <= kills; kill++) {
        int until = (int) ((long) chains * kill / kills);
        for (; started < until; started++) {
          String id = "chain-" + sdk + "-" + started;
          Duration after = Duration.ofMillis(random.nextInt(START_SPREAD_MILLIS));
          threads.execute(() -> start(server, id, after));
        }
        cycle(server, journal);
        System.out.printf(
            "%4d s  %s: kill %d of %d, starts acknowledged %d, findings %d%n",
            seconds(began), sdk, kill, kills, acknowledged.size(), findings.size());
      }
    }
  }

  private static long seconds(long began) {
    return Duration.ofNanos(System.nanoTime() - began).toSeconds();
  }

  /** One more start, tried until it is acknowledged; the id makes it one, however often it is. */
  private void start(TestServer server, String id, Duration after) {
    pause(after);
    try (Api api = server.newApi()) {
      WorkflowCalls calls = new WorkflowCalls(api);
      long deadline = System.nanoTime() + START_PATIENCE.toNanos();
      while (System.nanoTime() < deadline) {
        try {
          Api.Answer answer = calls.tryStart("Steps", id, ORDER);
          if (answer.status() == 202 || answer.text().contains("already exists")) {
            acknowledged.add(id);
            return;
          }
        } catch (UncheckedIOException away) {
          lostAnswers.incrementAndGet();
        }
        pause(RETRY);
      }
    }
    findings.add("the start of " + id + " was not acknowledged in " + START_PATIENCE);
  }

  private void cycle(TestServer server, Path journal) throws IOException {
    boolean early = random.nextDouble() < EARLY;
    if (!early) {
      awaitProgress(journal);
    }
    pause(Duration.ofMillis(random.nextInt(early ? EARLY_MILLIS : LATE_MILLIS)));
    if (CrashServers.killAndRestart(server, random, findings)) {
      killsWhileStarting++;
    }
    for (int i = 0; i < workers.size(); i++) {
      if (!workers.get(i).alive()) {
        endedByThemselves++;
        workers.get(i).close();
        workers.set(i, SdkProgram.start(sdk, server, journal));
      }
    }
    if (random.nextDouble() < WORKER_KILLED) {
      // None is connected for a moment now and then: the other may not have come back yet.
      int which = random.nextInt(workers.size());
      workers.get(which).kill();
      workers.get(which).close();
      workerKills++;
      workers.set(which, SdkProgram.start(sdk, server, journal));
    }
  }

  /** Waits until an activity has run, so that the workers are at it; all may have ended, too. */
  private static void awaitProgress(Path journal) throws IOException {
    long before = Files.size(journal);
    long deadline = System.nanoTime() + PROGRESS_PATIENCE.toNanos();
    while (Files.size(journal) == before && System.nanoTime() < deadline) {
      pause(POLL);
    }
  }

  private static void pause(Duration duration) {
    LockSupport.parkNanos(duration.toNanos());
  }

  private void check(TestServer server, Path journal) throws IOException {
    WorkflowCalls calls = new WorkflowCalls(server.api());
    if (acknowledged.size() != chains) {
      findings.add("%d of %d starts were acknowledged".formatted(acknowledged.size(), chains));
    }
    int completed = 0;
    for (String id : acknowledged) {
      completed += completed(calls, id) ? 1 : 0;
    }
    Map<String, Integer> runs = new HashMap<>();
    Files.readAllLines(journal).forEach(line -> runs.merge(line, 1, Integer::sum));
    for (String id : acknowledged) {
      IntStream.range(0, STEPS)
          .mapToObj(step -> id + " " + step)
          .filter(step -> !runs.containsKey(step))
          .forEach(step -> findings.add("the activity never ran: " + step));
    }
    long open = server.queryNumber("SELECT count(*) FROM mr_instance WHERE open_work > ?", "0");
    if (open > 0) {
      findings.add(open + " instances still have open work");
    }
    figures.put("sdk", sdk);
    figures.put("chains acknowledged", acknowledged.size());
    figures.put("chains completed, exact", completed);
    figures.put("kills of the server", kills + killsWhileStarting);
    figures.put("of them while starting", killsWhileStarting);
    figures.put("kills of workers", workerKills);
    figures.put("workers that gave up", endedByThemselves);
    figures.put("answers lost", lostAnswers.get());
    figures.put("activities", acknowledged.size() * STEPS);
    figures.put("runs of activities", runs.values().stream().mapToInt(Integer::intValue).sum());
  }

  private boolean completed(WorkflowCalls calls, String id) {
    JsonNode ended;
    try {
      ended = calls.awaitStatusAfterCrash(id, "COMPLETED");
    } catch (ConditionTimeoutException | AssertionError e) {
      Api.Answer found = calls.tryGet(id);
      findings.add(
          "%s has not completed: %s %s"
              .formatted(
                  id,
                  found.text(),
                  calls.api().get("/v1.0/workflows/dapr/" + id + "/explain").text()));
      return false;
    }
    String output = WorkflowCalls.property(ended, "output").replace(" ", "");
    if (!output.equals(RESULT)) {
      findings.add("%s: expected %s, found %s".formatted(id, RESULT, output));
      return false;
    }
    return true;
  }

  /** The figures, once the run is over. */
  String table() {
    StringBuilder table = new StringBuilder();
    figures.forEach((name, value) -> table.append("  %-28s %s%n".formatted(name, value)));
    return table.toString();
  }
}
