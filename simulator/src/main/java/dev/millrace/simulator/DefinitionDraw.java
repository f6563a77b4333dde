package dev.millrace.simulator;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Draws process documents: blocks with one way in and one way out, in chains and inside each other.
 * Maps keep their order, so that equal seeds give equal documents.
 */
final class DefinitionDraw {

  /** The events that signal tasks wait for. */
  static final List<String> SIGNALS = List.of("paid", "shipped", "called");

  /** The users who are asked. */
  static final List<String> USERS = List.of("ann", "ben", "li");

  private static final int DEPTH = 2;

  /** So many that snapshots are taken. */
  private static final int ROUNDS_MANY = 140;

  private static final int ROUNDS_FEW = 5;

  private static final int PROCESS_TIMEOUT_SECONDS = 3_600;

  private final SplittableRandom random;
  private final List<String> children;
  private final boolean fast;
  private final List<Object> tasks = new ArrayList<>();
  private int drawn;

  /** A block: where it is entered and the task it is left from. */
  private record Block(String entry, Map<String, Object> exit) {}

  private DefinitionDraw(SplittableRandom random, List<String> children) {
    this.random = random;
    this.children = children;
    this.fast = random.nextInt(10) == 0;
  }

  /**
   * Draws a document.
   *
   * @param children ids of definitions that it may start
   */
  static Map<String, Object> draw(SplittableRandom random, String name, List<String> children) {
    return new DefinitionDraw(random, children).document(name);
  }

  private Map<String, Object> document(String name) {
    Map<String, Object> first = task("manual");
    Block body = chain(DEPTH);
    connect(first, body.entry());
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("name", name);
    document.put("engine", fast ? "fast" : "standard");
    document.put("status", "enabled");
    if (!fast && random.nextInt(6) == 0) {
      document.put("timeout", (long) random.nextInt(60, PROCESS_TIMEOUT_SECONDS));
    }
    Map<String, Object> extension = new LinkedHashMap<>();
    if (random.nextInt(3) == 0) {
      extension.put("concurrency", concurrency());
    }
    if (!children.isEmpty() && random.nextInt(4) == 0) {
      Map<String, Object> onFailure = new LinkedHashMap<>();
      onFailure.put("process", pick(children));
      extension.put("onFailure", onFailure);
    }
    document.put("extension", extension);
    document.put("tasks", tasks);
    return document;
  }

  /** Few at once, with or without groups. */
  private Map<String, Object> concurrency() {
    Map<String, Object> concurrency = new LinkedHashMap<>();
    concurrency.put("limit", (long) random.nextInt(1, 4));
    concurrency.put("onLimit", pick(List.of("queue", "queue", "reject", "skip", "cancelOldest")));
    if (random.nextInt(3) == 0) {
      concurrency.put("key", "$input.n > 5");
    }
    return concurrency;
  }

  private Block chain(int depth) {
    Block first = block(depth);
    Map<String, Object> exit = first.exit();
    for (int more = random.nextInt(depth + 2); more > 0; more--) {
      Block next = block(depth);
      connect(exit, next.entry());
      exit = next.exit();
    }
    return new Block(first.entry(), exit);
  }

  private Block block(int depth) {
    if (fast) {
      return switch (random.nextInt(depth > 0 ? 5 : 4)) {
        case 0, 1 -> single(script());
        case 2, 3 -> single(pure());
        default -> repeated(depth - 1);
      };
    }
    return switch (random.nextInt(depth > 0 ? 23 : 11)) {
      case 0 -> single(pure());
      case 1, 2 -> single(script());
      case 3 -> single(interval());
      case 4 -> waiting(signal());
      case 5 -> approval();
      case 6 -> waiting(form());
      case 7 -> child();
      case 8 -> loop();
      case 9 -> waiting(task("callback"));
      case 10 -> counter();
      case 11, 12, 13 -> fork(depth - 1);
      case 14 -> choice(depth - 1);
      case 15 -> race();
      case 16 -> caught(depth - 1);
      case 17, 18, 19 -> repeated(depth - 1);
      default -> compensated(depth - 1);
    };
  }

  private static Block single(Map<String, Object> task) {
    return new Block(id(task), task);
  }

  private Map<String, Object> pure() {
    return parameter(task("transform"), "expression", "$input.n + 1");
  }

  private Map<String, Object> script() {
    Map<String, Object> script = parameter(task("script"), "code", "return 1");
    if (random.nextInt(4) == 0) {
      script.put("timeout", (long) random.nextInt(1, 90));
    }
    if (random.nextInt(3) != 0) {
      script.put("errorHandler", errors(random.nextInt(3) == 0 ? "incident" : "ignore"));
    }
    return script;
  }

  /** A retry that ends in the operation, or the operation alone. */
  private Map<String, Object> errors(String operation) {
    Map<String, Object> errors = new LinkedHashMap<>();
    if (fast || random.nextBoolean()) {
      Map<String, Object> retry = new LinkedHashMap<>();
      retry.put("count", (long) random.nextInt(1, 5));
      retry.put("interval", (long) random.nextInt(1, 40));
      retry.put("backoff", pick(List.of("fixed", "linear", "exponential")));
      retry.put("jitter", pick(List.of("none", "full", "equal")));
      retry.put("maxInterval", 200L);
      retry.put("then", fast ? "ignore" : operation);
      errors.put("operation", "retry");
      errors.put("retry", retry);
    } else {
      errors.put("operation", operation);
    }
    return errors;
  }

  private Map<String, Object> interval() {
    return parameter(task("interval"), "interval", (long) random.nextInt(0, 700));
  }

  private Map<String, Object> signal() {
    return parameter(task("signal"), "name", pick(SIGNALS));
  }

  private Map<String, Object> form() {
    return parameter(task("form-task"), "assignees", users());
  }

  private List<Object> users() {
    List<Object> users = new ArrayList<>(USERS);
    users.remove(random.nextInt(users.size()));
    if (random.nextBoolean()) {
      users.removeFirst();
    }
    return users;
  }

  /** A wait, sometimes with a timeout after which it goes on as well. */
  private Block waiting(Map<String, Object> wait) {
    if (random.nextBoolean()) {
      return single(wait);
    }
    wait.put("timeout", (long) random.nextInt(1, 600));
    Map<String, Object> after = pure();
    connect(wait, id(after));
    connect(wait, id(after), "timeout");
    return new Block(id(wait), after);
  }

  /** An approval whose rejection ends the process, goes on, or goes back. */
  private Block approval() {
    Map<String, Object> before = pure();
    Map<String, Object> approval = parameter(task("approval"), "members", users());
    parameter(approval, "attr", random.nextBoolean() ? "all" : "any");
    connect(before, id(approval));
    Map<String, Object> after = pure();
    connect(approval, id(after));
    switch (random.nextInt(3)) {
      case 0 -> parameter(approval, "false_branch", id(before));
      case 1 -> parameter(approval, "false_branch", id(after));
      default -> {}
    }
    return new Block(id(before), after);
  }

  private Block child() {
    if (children.isEmpty()) {
      return single(script());
    }
    Map<String, Object> child =
        parameter(task("sub-workflow"), "child_workflow_id", pick(children));
    parameter(child, "operation", random.nextInt(4) == 0 ? "async" : "sync");
    parameter(child, "whenParentComplete", random.nextBoolean() ? "terminate" : "continue");
    if (random.nextInt(3) != 0) {
      child.put("errorHandler", errors("ignore"));
    }
    if (random.nextInt(4) == 0) {
      child.put("loopHandler", rounds(ROUNDS_FEW));
    } else if (random.nextInt(4) == 0) {
      child.put("timeout", (long) random.nextInt(1, 600));
    }
    return single(child);
  }

  private Map<String, Object> rounds(int most) {
    Map<String, Object> loop = new LinkedHashMap<>();
    if (random.nextBoolean()) {
      loop.put("loopType", "forEach");
      loop.put("items", "{{input.items}}");
      loop.put("concurrency", (long) random.nextInt(0, 4));
    } else {
      loop.put("loopType", "for");
      loop.put("times", (long) random.nextInt(most == ROUNDS_FEW ? 0 : most / 2, most));
    }
    loop.put("onItemError", pick(List.of("stop", "continue", "break")));
    return loop;
  }

  private Block loop() {
    Map<String, Object> body =
        switch (random.nextInt(4)) {
          case 0 -> interval();
          case 1 -> signal();
          default -> script();
        };
    boolean quick = "script".equals(body.get("template"));
    body.put("loopHandler", rounds(quick && random.nextInt(8) == 0 ? ROUNDS_MANY : ROUNDS_FEW));
    return single(body);
  }

  /** A loop over a part of the graph, with all that may be in one. */
  private Block repeated(int depth) {
    Map<String, Object> loop = task("loop");
    loop.put("loopHandler", rounds(ROUNDS_FEW));
    parameter(loop, "body", chain(depth).entry());
    if (random.nextInt(3) == 0) {
      loop.put("errorHandler", errors("ignore"));
    }
    if (!fast && random.nextInt(6) == 0) {
      loop.put("timeout", (long) random.nextInt(1, 600));
    }
    return single(loop);
  }

  private Block counter() {
    Map<String, Object> counter = parameter(task("variable"), "key", "count");
    parameter(counter, "scope", random.nextBoolean() ? "local" : "env");
    parameter(counter, "operation", "increment");
    return single(counter);
  }

  private Block fork(int depth) {
    Map<String, Object> fork = task("parallel");
    Map<String, Object> join = task("aggregation");
    parameter(join, "relation", pick(List.of("all", "all", "any", "n")));
    parameter(join, "n", 2L);
    parameter(join, "rest", random.nextBoolean() ? "cancel" : "ignore");
    for (int branches = random.nextInt(2, 4); branches > 0; branches--) {
      Block branch = chain(depth);
      connect(fork, branch.entry());
      connect(branch.exit(), id(join));
    }
    Map<String, Object> after = pure();
    connect(join, id(after));
    if (random.nextInt(3) == 0) {
      join.put("timeout", (long) random.nextInt(1, 600));
      connect(join, id(after), "timeout");
    }
    return new Block(id(fork), after);
  }

  private Block choice(int depth) {
    Map<String, Object> choice = pure();
    choice.put("split", "xor");
    Map<String, Object> after = pure();
    Block some = chain(depth);
    Block other = chain(depth);
    Map<String, Object> guarded = edge(some.entry());
    guarded.put("when", "$input.n > 5");
    Map<String, Object> otherwise = edge(other.entry());
    otherwise.put("default", true);
    connections(choice).add(guarded);
    connections(choice).add(otherwise);
    connect(some.exit(), id(after));
    connect(other.exit(), id(after));
    return new Block(id(choice), after);
  }

  /** The first of some waits goes on, the others are stopped. */
  private Block race() {
    Map<String, Object> gateway = task("event-gateway");
    Map<String, Object> after = pure();
    for (Map<String, Object> runner : List.of(signal(), interval(), form())) {
      connect(gateway, id(runner));
      connect(runner, id(after));
    }
    return new Block(id(gateway), after);
  }

  private Block caught(int depth) {
    Map<String, Object> risky = parameter(task("script"), "code", "return 1");
    Block rescue = chain(depth);
    Map<String, Object> after = pure();
    Map<String, Object> errors = new LinkedHashMap<>();
    errors.put("operation", "catch");
    errors.put("exception_branch", rescue.entry());
    risky.put("errorHandler", errors);
    connect(risky, id(after));
    connect(rescue.exit(), id(after));
    return new Block(id(risky), after);
  }

  private Block compensated(int depth) {
    Map<String, Object> booked = script();
    Map<String, Object> undo = parameter(task("script"), "code", "return 0");
    booked.put("compensate", id(undo));
    Block between = chain(depth);
    Map<String, Object> risky = parameter(task("script"), "code", "return 1");
    Map<String, Object> errors = new LinkedHashMap<>();
    errors.put("operation", "compensate");
    risky.put("errorHandler", errors);
    connect(booked, between.entry());
    connect(between.exit(), id(risky));
    return new Block(id(booked), risky);
  }

  private Map<String, Object> task(String template) {
    Map<String, Object> task = new LinkedHashMap<>();
    task.put("instId", "t" + ++drawn);
    task.put("name", template + " " + drawn);
    task.put("template", template);
    tasks.add(task);
    return task;
  }

  private static Map<String, Object> parameter(
      Map<String, Object> task, String name, Object value) {
    Map<String, Object> parameter = new LinkedHashMap<>();
    parameter.put("value", value);
    object(task, "parameters").put(name, parameter);
    return task;
  }

  @SuppressWarnings("unchecked") // only maps are put there
  private static Map<String, Object> object(Map<String, Object> task, String member) {
    return (Map<String, Object>) task.computeIfAbsent(member, _ -> new LinkedHashMap<>());
  }

  @SuppressWarnings("unchecked") // only lists are put there
  private static List<Object> connections(Map<String, Object> task) {
    return (List<Object>) task.computeIfAbsent("connections", _ -> new ArrayList<>());
  }

  private static void connect(Map<String, Object> from, String to) {
    connections(from).add(to);
  }

  private static void connect(Map<String, Object> from, String to, String outcome) {
    Map<String, Object> edge = edge(to);
    edge.put("on", outcome);
    connections(from).add(edge);
  }

  private static Map<String, Object> edge(String to) {
    Map<String, Object> edge = new LinkedHashMap<>();
    edge.put("to", to);
    return edge;
  }

  private static String id(Map<String, Object> task) {
    return String.valueOf(task.get("instId"));
  }

  private <T> T pick(List<T> values) {
    return values.get(random.nextInt(values.size()));
  }
}
