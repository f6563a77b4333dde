package dev.millrace.sdkprogram;

import static dev.millrace.sdkprogram.Session.fresh;
import static dev.millrace.sdkprogram.Session.object;

import io.dapr.workflows.client.DaprWorkflowClient;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/** The scenarios by name. */
final class Scenarios {

  private static final int MANY = 50;
  private static final int BIG_REPEATS = 65_536;
  private static final long SETTLED_MILLIS = 300;

  private Scenarios() {}

  /** Plays one scenario and returns what was seen. */
  @FunctionalInterface
  interface Scenario {
    Object play(Session session) throws Exception;
  }

  static Map<String, Scenario> all() {
    return Map.ofEntries(
        Map.entry("chain", session -> session.run("Chain", 1)),
        Map.entry("fan_out", session -> session.run("FanOut", 20)),
        Map.entry("timer", Scenarios::timer),
        Map.entry("delayed_start", Scenarios::delayedStart),
        Map.entry("event", Scenarios::event),
        Map.entry("event_limited", Scenarios::eventLimited),
        Map.entry("child", session -> session.run("Delegating", 10)),
        Map.entry("children", session -> session.run("Parent", 10)),
        Map.entry("retries", Scenarios::retries),
        Map.entry("failure", session -> session.run("Failing", "once")),
        Map.entry("continue_as_new", session -> session.run("Counter", 1)),
        Map.entry("carry_over", Scenarios::carryOver),
        Map.entry("suspend", Scenarios::suspend),
        Map.entry("terminate", Scenarios::terminate),
        Map.entry("purge", Scenarios::purge),
        Map.entry("big", Scenarios::big),
        Map.entry("unicode", Scenarios::unicode),
        Map.entry("state", Scenarios::state),
        Map.entry("duplicate", Scenarios::duplicate),
        Map.entry("many", Scenarios::many),
        Map.entry("unknown_workflow", session -> session.run("NobodyKnowsIt", 1)),
        Map.entry("manage", session -> manage(session.client)));
  }

  private static Object timer(Session session) throws TimeoutException {
    Instant begin = Instant.now();
    Map<String, Object> instance = session.run("Sleep", 2);
    return object("instance", instance, "millis", millisSince(begin));
  }

  private static long millisSince(Instant begin) {
    return Duration.between(begin, Instant.now()).toMillis();
  }

  private static Object delayedStart(Session session) throws TimeoutException {
    Instant begin = Instant.now();
    String id = session.startAt("Chain", 1, begin.plusSeconds(2));
    String before = session.status(id);
    Map<String, Object> instance = session.end(id);
    return object("before", before, "instance", instance, "millis", millisSince(begin));
  }

  /** With the name exactly as awaited: this SDK minds the case. */
  private static Object event(Session session) throws TimeoutException {
    String id = session.started("WaitEvent", null);
    session.client.raiseEvent(id, "Go", Map.of("answer", 42));
    return session.end(id);
  }

  private static Object eventLimited(Session session) throws TimeoutException {
    String late = session.start("WaitEventLimited", 1);
    String early = session.started("WaitEventLimited", 600);
    session.client.raiseEvent(early, "Go", "it");
    return object("late", session.end(late), "early", session.end(early));
  }

  private static Object retries(Session session) throws TimeoutException {
    return object(
        "healed", session.run("Retrying", fresh("key")),
        "exhausted", session.run("Exhausting", "again"));
  }

  private static Object carryOver(Session session) throws TimeoutException {
    String id = session.started("Collector", Map.of("wanted", 5, "items", List.of()));
    for (int number = 1; number <= 5; number++) {
      session.client.raiseEvent(id, "Item", number);
    }
    return session.end(id);
  }

  private static Object suspend(Session session) throws TimeoutException {
    DaprWorkflowClient client = session.client;
    String id = session.started("WaitEvent", null);
    List<String> seen = new ArrayList<>();
    client.suspendWorkflow(id, "paused by a test");
    client.suspendWorkflow(id, "paused again");
    seen.add(session.until(id, "SUSPENDED"));
    client.resumeWorkflow(id, "resumed by a test");
    client.resumeWorkflow(id, "resumed again");
    seen.add(session.until(id, "RUNNING"));
    client.suspendWorkflow(id, null);
    seen.add(session.until(id, "SUSPENDED"));
    client.raiseEvent(id, "Go", "held");
    Session.nap(SETTLED_MILLIS);
    seen.add(session.status(id));
    client.resumeWorkflow(id, null);
    return object("seen", seen, "instance", session.end(id));
  }

  private static Object terminate(Session session) throws TimeoutException {
    String child = fresh("child");
    String id = session.started("WaitingParent", child);
    session.until(child, "RUNNING");
    session.client.terminateWorkflow(id, "stopped");
    Map<String, Object> instance = session.end(id);
    // This SDK does not ask for recursion: the child goes on.
    String status = session.status(child);
    session.client.terminateWorkflow(child, "stopped too");
    return object("instance", instance, "child", status);
  }

  private static Object purge(Session session) throws TimeoutException {
    String id = session.start("Chain", 1);
    session.end(id);
    session.client.purgeWorkflow(id);
    String after = session.status(id);
    session.start("Chain", 2, id);
    return object("after", after, "again", session.end(id));
  }

  private static Object big(Session session) throws TimeoutException {
    String text = "0123456789abcdef".repeat(BIG_REPEATS);
    Map<String, Object> instance = session.run("EchoAll", text);
    String output = String.valueOf(instance.get("output"));
    return object(
        "status", instance.get("status"),
        "length", output.length(),
        "same", output.equals(text));
  }

  private static Object unicode(Session session) throws TimeoutException {
    String id = "订单-" + fresh("é");
    session.start("EchoAll", Map.of("größe", "世界 🎉 ¿\u0001\"\\"), id);
    return session.end(id);
  }

  private static Object state(Session session) throws TimeoutException {
    List<Object> list = new ArrayList<>(List.of(1, 2.5));
    list.add(null);
    String id = session.started("WaitEvent", Map.of("a", list));
    Map<String, Object> running = Session.view(session.client.getWorkflowState(id, true));
    session.client.raiseEvent(id, "Go", "now");
    return object("running", running, "ended", session.end(id));
  }

  private static Object duplicate(Session session) throws TimeoutException {
    String id = session.started("WaitEvent", null);
    String error = "";
    try {
      session.start("WaitEvent", null, id);
    } catch (RuntimeException refused) {
      error = String.valueOf(refused.getMessage());
    }
    session.client.raiseEvent(id, "Go", 1);
    Map<String, Object> first = session.end(id);
    session.start("Chain", 5, id);
    return object("error", error, "first", first, "again", session.end(id));
  }

  private static Object many(Session session) throws TimeoutException {
    List<String> ids = new ArrayList<>();
    for (int number = 1; number <= MANY; number++) {
      ids.add(session.start("Chain", number));
    }
    List<Object> outputs = new ArrayList<>();
    for (String id : ids) {
      outputs.add(session.end(id).get("output"));
    }
    return object("outputs", outputs);
  }

  /** The calls of the page "how to manage workflows", in its order and under its names. */
  @SuppressWarnings("removal") // The page's names are the older ones.
  private static Object manage(DaprWorkflowClient client) throws TimeoutException {
    Duration minute = Duration.ofSeconds(60);
    List<String> seen = new ArrayList<>();
    String id = client.scheduleNewWorkflow("WaitEvent", "input data");
    seen.add(client.getInstanceState(id, true).getInstanceId().equals(id) ? "FOUND" : "ABSENT");
    seen.add(client.waitForInstanceStart(id, minute, true).getRuntimeStatus().name());
    client.raiseEvent(id, "TestEvent", "TestEventPayload");
    client.raiseEvent(id, "event1", "TestEvent 1 Payload");
    client.raiseEvent(id, "Go", "TestEvent 2 Payload");
    seen.add(client.waitForInstanceCompletion(id, minute, true).getRuntimeStatus().name());
    seen.add(client.purgeInstance(id) ? "PURGED" : "NOT PURGED");
    String second = client.scheduleNewWorkflow("WaitEvent", "input data");
    client.terminateWorkflow(second, null);
    seen.add(client.waitForInstanceCompletion(second, minute, true).getRuntimeStatus().name());
    return object("seen", seen);
  }
}
