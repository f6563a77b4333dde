package dev.millrace.systemtests;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Kills a loaded server again and again, lets everything end, and looks for broken promises. Run
 * once, by one thread.
 */
final class CrashCampaign {

  private static final int STARTERS = 12;
  private static final double KILLED_WHILE_STARTING = 0.25;

  /** Of the kills of a ready server: while it takes up what the last one left. */
  private static final double KILLED_EARLY = 0.35;

  private static final int EARLY_MILLIS = 300;
  private static final int LATE_MILLIS = 1_200;

  /** Of the later kills: much later, so that what is slow on a server just started ends too. */
  private static final double KILLED_MUCH_LATER = 0.12;

  private static final int MUCH_LATER_MILLIS = 5_000;

  /** How long the load goes on after the last start. */
  private static final Duration CALM = Duration.ofSeconds(3);

  /** A start is killed within this many times its usual length, so a few come too late. */
  private static final double START_STRETCH = 1.2;

  /** How often, about, what a kill left is verified. */
  private static final int VERIFICATIONS = 5;

  private static final int VERIFIED_LEAST = 2;
  private static final int DELAY_MILLIS_MAX = 60;
  private static final int DELAY_PRIME = 7;
  private static final long PROGRESS_MILLIS = 5_000;
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration ANSWER_POLL = Duration.ofMillis(5);
  private static final Duration POLL = Duration.ofMillis(250);
  private static final int EXPLAINED_MAX = 20;
  private static final String LIVE =
      "select uid from mr_instance where status in ('PENDING', 'RUNNING', 'SUSPENDED')";

  private final CrashOptions options;
  private final PrintStream out;
  private final Random random;
  private final CrashLedger ledger = new CrashLedger();
  private final CrashFigures figures = new CrashFigures();
  private final AtomicBoolean enough = new AtomicBoolean();
  private final AtomicBoolean over = new AtomicBoolean();
  private final List<Future<?>> starters = new ArrayList<>();
  private final List<Future<?>> approvers = new ArrayList<>();
  private long began;
  private long printed;
  private long lastSpawnMillis;

  CrashCampaign(CrashOptions options, PrintStream out) {
    this.options = options;
    this.out = out;
    this.random = new Random(options.seed());
  }

  /**
   * Runs.
   *
   * @param javaOptions of the server's Java
   * @return the broken promises, empty when all were kept
   */
  List<String> run(List<String> javaOptions) {
    began = System.nanoTime();
    TestServer server = TestServer.start(javaOptions);
    CrashDoor door = new CrashDoor(server.newApi());
    boolean finished = false;
    try (Target target = Target.start();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      target.otherwise(CrashCampaign::reply);
      try {
        load(threads, door, definitions(server, target));
        cycles(server, door);
        settle(server, target, door);
        finished = true;
      } finally {
        enough.set(true);
        over.set(true);
        door.close();
      }
      server.stop();
      verify(server, "at the end");
    } finally {
      if (finished && ledger.findings().isEmpty()) {
        server.close();
      } else {
        out.println("the data and the server's log are left in " + server.abandon());
      }
    }
    return ledger.findings();
  }

  /** The first call of a task that retries fails; all others give their path, some of them late. */
  private static Target.Reply reply(Target.Hit hit, int number) {
    if (hit.path().startsWith("/retry/") && number == 1) {
      return Target.Reply.now(503, "not yet");
    }
    int delay = Math.floorMod(hit.path().hashCode() * DELAY_PRIME, DELAY_MILLIS_MAX);
    return new Target.Reply(
        200,
        hit.path(),
        new CompletableFuture<Void>().completeOnTimeout(null, delay, TimeUnit.MILLISECONDS));
  }

  private static Map<CrashShape, String> definitions(TestServer server, Target target) {
    String child = server.api().create(CrashShape.child(target));
    Map<CrashShape, String> ids = new EnumMap<>(CrashShape.class);
    for (CrashShape shape : CrashShape.values()) {
      ids.put(shape, server.api().create(shape.definition(target, child)));
    }
    return ids;
  }

  private void load(ExecutorService threads, CrashDoor door, Map<CrashShape, String> definitions) {
    door.open();
    for (int i = 0; i < STARTERS; i++) {
      starters.add(
          threads.submit(new CrashStarter(door, ledger, definitions, random.nextLong(), enough)));
    }
    starters.add(threads.submit(new CrashReader(door, ledger, random.nextLong(), enough)));
    for (String user : CrashShape.USERS) {
      approvers.add(threads.submit(new CrashApprover(door, ledger, user, over)));
    }
  }

  private void cycles(TestServer server, CrashDoor door) {
    boolean ready = true;
    for (int cycle = 1; cycle <= options.cycles(); cycle++) {
      if (ready) {
        awaitReadyMoment(server, door);
        figures.killedWhileReady();
      } else {
        long usual = Math.max(1, (long) (figures.recoveryMedianMillis() * START_STRETCH));
        CrashDoor.pause(Duration.ofMillis(random.nextLong(usual)));
        figures.killedWhileStarting();
      }
      if (!server.process().isAlive()) {
        ledger.found("the server ended by itself in cycle %d".formatted(cycle));
      }
      server.kill();
      door.shut();
      if (cycle % Math.max(VERIFIED_LEAST, options.cycles() / VERIFICATIONS) == 0) {
        // What a crash leaves must be sound too, before anything is taken up again.
        verify(server, "after the kill in cycle " + cycle);
      }
      ready =
          cycle == options.cycles()
              || figures.recoveryMedianMillis() == 0
              || random.nextDouble() >= KILLED_WHILE_STARTING;
      long spawned = System.nanoTime();
      lastSpawnMillis = System.currentTimeMillis();
      server.spawn();
      if (ready) {
        server.awaitReady();
        figures.recovered(Duration.ofNanos(System.nanoTime() - spawned));
        door.open();
      }
      progress(cycle);
    }
  }

  /**
   * Waits until the moment of the kill of a ready server. Some kills come right after readiness,
   * when it takes up what the last kill left; the others after it has answered, so that a slow
   * machine does not keep the run from getting on.
   */
  private void awaitReadyMoment(TestServer server, CrashDoor door) {
    boolean early = random.nextDouble() < KILLED_EARLY;
    int later = random.nextDouble() < KILLED_MUCH_LATER ? MUCH_LATER_MILLIS : LATE_MILLIS;
    int millis = random.nextInt(early ? EARLY_MILLIS : later);
    long answered = door.answers();
    long patient = System.nanoTime() + PATIENCE.toNanos();
    while (!early && door.answers() < answered + STARTERS && server.process().isAlive()) {
      if (System.nanoTime() > patient) {
        ledger.found("the server was ready and answered nothing for " + PATIENCE);
        return;
      }
      CrashDoor.pause(ANSWER_POLL);
    }
    CrashDoor.pause(Duration.ofMillis(millis));
  }

  private void progress(int cycle) {
    long now = System.nanoTime();
    if (cycle == options.cycles() || now - printed > Duration.ofMillis(PROGRESS_MILLIS).toNanos()) {
      printed = now;
      out.printf(
          "%4d s  cycle %d of %d, starts acknowledged %d, approvals %d, %s%n",
          Duration.ofNanos(now - began).toSeconds(),
          cycle,
          options.cycles(),
          ledger.starts().size(),
          ledger.agreed().size(),
          ledger.findings().isEmpty() ? "0 findings" : ledger.findings().size() + " FINDINGS");
      out.flush();
    }
  }

  private void settle(TestServer server, Target target, CrashDoor door) {
    CrashDoor.pause(CALM);
    enough.set(true);
    join("clients", starters);
    long patient = System.nanoTime() + PATIENCE.toNanos();
    List<String> live = server.queryTexts(LIVE);
    while (!live.isEmpty() && System.nanoTime() < patient) {
      CrashDoor.pause(POLL);
      live = server.queryTexts(LIVE);
    }
    over.set(true);
    join("approvers", approvers);
    for (String id : live.subList(0, Math.min(live.size(), EXPLAINED_MAX))) {
      ledger.found(
          "instance %s has not ended: %s"
              .formatted(
                  id, server.api().get("/api/processInst/" + id + "/actions/explain").text()));
    }
    if (live.size() > EXPLAINED_MAX) {
      ledger.found("%d instances have not ended".formatted(live.size()));
    }
    new CrashChecks(server, target, ledger, lastSpawnMillis).run();
    CrashServers.troubles(server).forEach(ledger::found);
    figures(server, target, door);
  }

  private void join(String who, List<Future<?>> threads) {
    for (Future<?> thread : threads) {
      try {
        thread.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        ledger.found("one of the %s failed: %s".formatted(who, e.getCause()));
      } catch (TimeoutException e) {
        ledger.found("one of the %s still waits for an answer".formatted(who));
        thread.cancel(true);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void figures(TestServer server, Target target, CrashDoor door) {
    figures.add("starts made", ledger.made());
    figures.add("starts acknowledged", ledger.starts().size());
    figures.add("approvals acknowledged", ledger.agreed().size());
    figures.add("other acknowledged requests", ledger.acknowledgedRequests());
    figures.add("answers lost", door.lostAnswers());
    figures.add("ends compared", ledger.seenEnds());
    for (String row :
        server.queryTexts(
            "select iif(fast, 'fast', 'standard') || ' ' || lower(status) || '=' || count(*)"
                + " from mr_instance group by fast, status order by 1")) {
      int equals = row.indexOf('=');
      figures.add("instances, " + row.substring(0, equals), row.substring(equals + 1));
    }
    figures.add("calls of the target", target.hits().size());
  }

  private void verify(TestServer server, String when) {
    try {
      Path scratch = Files.createTempDirectory("millrace-crash-verify-");
      CrashServers.Ended ended = CrashServers.verify(server.dataDirectory(), scratch);
      if (ended.code() != 0) {
        ledger.found("verify %s ended with %d: %s".formatted(when, ended.code(), ended.output()));
      }
      figures.verified(ended.code() == 0);
      TestServer.deleteDirectory(scratch);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The figures, once the run is over. */
  String table() {
    figures.add("seconds", Duration.ofNanos(System.nanoTime() - began).toSeconds());
    return "  %-28s %d%n  %-28s %d%n".formatted("seed", options.seed(), "cycles", options.cycles())
        + figures.table();
  }
}
