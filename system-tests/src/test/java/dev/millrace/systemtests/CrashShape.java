package dev.millrace.systemtests;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The kinds of processes that a crash run starts. An instance is told its {@code ref}, which is in
 * the path of every call it makes and in its output, so that nothing can be mistaken for another's.
 */
enum CrashShape {
  CHAIN,
  FORK,
  RETRY,
  TIMER,
  APPROVAL,
  FAST,
  SUB_WORKFLOW,
  LOOP,
  SIGNAL,
  CALLBACK,
  PAUSED,
  STOPPED;

  /** Who must both agree to an approval. */
  static final List<String> USERS = List.of("ann", "bob");

  /** What a signal's sender names. */
  static final String SIGNAL_NAME = "go";

  /** The task that waits for a signal or a callback. */
  static final String WAITING_TASK = "W";

  /** How long the interval tasks wait, in seconds. */
  static final int INTERVAL_SECONDS = 1;

  private static final int RETRIES = 20;
  private static final List<String> ITEMS = List.of("x", "y", "z");
  private static final String OWN_PATH = "{{A.output.body}}";

  /** The word of this kind in paths, names and outputs. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The definition of the child that {@link #SUB_WORKFLOW} starts. */
  static Definition child(Target target) {
    return Definition.of(
        "crash child", call("A", target, "/child/{{input.ref}}").to("B"), Task.echo("B", OWN_PATH));
  }

  /**
   * The definition of this kind.
   *
   * @param child the id of {@link #child}
   */
  Definition definition(Target target, String child) {
    String path = "/" + word() + "/{{input.ref}}";
    Task own = call("A", target, path);
    return switch (this) {
      case CHAIN ->
          named(
              Task.script("A", "return input.number + 1").to("B"),
              Task.script("B", "return params.value * 2")
                  .parameter("value", "{{A.output}}")
                  .to("C"),
              Task.script("C", "return input.ref + ' ' + params.value")
                  .parameter("value", "{{B.output}}"));
      case FORK ->
          named(
              Task.parallel("P").to("A", "B"),
              own.to("J"),
              call("B", target, "/fork2/{{input.ref}}").to("J"),
              Task.joinAll("J", "A", "B").to("D"),
              Task.script("D", "return params.a + ' ' + params.b")
                  .parameter("a", OWN_PATH)
                  .parameter("b", "{{B.output.body}}"));
      case RETRY ->
          named(
              own.onError("operation", "retry", "retryCount", RETRIES, "retryInterval", 1).to("B"),
              Task.echo("B", OWN_PATH));
      case TIMER -> named(interval("I").to("B"), Task.script("B", "return input.ref"));
      case APPROVAL ->
          named(
              Task.approval("P", "会签", USERS.toArray(String[]::new)).to("A"),
              own.to("B"),
              Task.echo("B", OWN_PATH));
      case FAST -> named(own.to("B"), Task.echo("B", OWN_PATH)).with("engine", "fast");
      case SUB_WORKFLOW ->
          named(
              Task.of("S", "sub-workflow")
                  .parameter("child_workflow_id", child)
                  .parameter("operation", "sync")
                  .parameter("input", Map.of("ref", "{{input.ref}}"))
                  .to("B"),
              Task.echo("B", "{{S.output}}"));
      case LOOP ->
          named(
              call("A", target, path + "/{{item}}")
                  .loop("loopType", "forEach", "items", ITEMS, "concurrency", 2)
                  .to("B"),
              Task.script("B", "return params.value.map(round => round.body).join(' ')")
                  .parameter("value", "{{A.output}}"));
      case SIGNAL ->
          named(
              Task.of(WAITING_TASK, "signal").parameter("name", SIGNAL_NAME).to("B"),
              Task.echo("B", "{{W.output.said}}"));
      case CALLBACK ->
          named(Task.of(WAITING_TASK, "callback").to("B"), Task.echo("B", "{{W.output.said}}"));
      case PAUSED -> named(interval("I").to("A"), own.to("B"), Task.echo("B", OWN_PATH));
      case STOPPED -> named(Task.of(WAITING_TASK, "signal").parameter("name", "never"));
    };
  }

  private Definition named(Task... tasks) {
    return Definition.of("crash " + word(), tasks);
  }

  private static Task call(String id, Target target, String path) {
    return Task.http(id, target.url(path));
  }

  private static Task interval(String id) {
    return Task.of(id, "interval").parameter("interval", INTERVAL_SECONDS);
  }

  /** What an instance is started with. */
  static Map<String, @Nullable Object> input(int number) {
    return Json.object("ref", ref(number), "number", number);
  }

  static String ref(int number) {
    return "r" + number;
  }

  /** The status in which an instance ends that nothing was lost of. */
  String finalStatus() {
    return this == STOPPED ? "stopped" : "completed";
  }

  /** Its output when it ends in {@link #finalStatus}. */
  @Nullable Object output(int number) {
    String ref = ref(number);
    return switch (this) {
      case CHAIN -> ref + " " + (number + 1) * 2;
      case FORK, LOOP -> String.join(" ", calls(number).keySet());
      case RETRY, APPROVAL, FAST, SUB_WORKFLOW, PAUSED -> calls(number).keySet().iterator().next();
      case TIMER, SIGNAL, CALLBACK -> ref;
      case STOPPED -> null;
    };
  }

  /** The paths that an instance calls, in order, and what its idempotency keys end with. */
  Map<String, String> calls(int number) {
    String ref = ref(number);
    String path = "/" + word() + "/" + ref;
    return switch (this) {
      case CHAIN, TIMER, SIGNAL, CALLBACK, STOPPED -> Map.of();
      case FORK -> inOrder(path, "/1/A/0", "/fork2/" + ref, "/1/B/0");
      case RETRY, APPROVAL, FAST, PAUSED -> Map.of(path, "/1/A/0");
      case SUB_WORKFLOW -> Map.of("/child/" + ref, "/1/A/0");
      case LOOP -> inOrder(path + "/x", "/1/A/0", path + "/y", "/1/A/1", path + "/z", "/1/A/2");
    };
  }

  private static Map<String, String> inOrder(String... pathsAndKeys) {
    Map<String, String> map = new LinkedHashMap<>();
    for (int i = 0; i < pathsAndKeys.length; i += 2) {
      map.put(pathsAndKeys[i], pathsAndKeys[i + 1]);
    }
    return map;
  }
}
