package dev.millrace.format.nocobase;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Draws a workflow: chains of nodes, some of which have chains as branches. */
final class DrawnFlow {

  private static final int DEPTH_MAX = 3;
  private static final int LEAVES = 6;
  private static final int KINDS = 10;
  private static final long SECONDS_MAX = 9;

  private final Random random;
  private final Flow flow = new Flow();
  private int drawn;

  private DrawnFlow(long seed) {
    random = new Random(seed);
  }

  static Flow of(long seed) {
    DrawnFlow draw = new DrawnFlow(seed);
    draw.chain(0, "", 0);
    return draw.flow;
  }

  /** A chain; with an opener, a branch of it. */
  private void chain(int depth, String opener, long branch) {
    List<String> keys = new ArrayList<>();
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      String key = "n" + drawn++;
      Object[] node = node(depth);
      String type = node[0].toString();
      Object[] config = java.util.Arrays.copyOfRange(node, 1, node.length);
      if (keys.isEmpty() && !opener.isEmpty()) {
        flow.branch(opener, branch, key, type, config);
      } else if (keys.isEmpty()) {
        flow.then(key, type, config);
      } else {
        flow.after(keys.getLast()).then(key, type, config);
      }
      keys.add(key);
      branches(depth, key, type);
    }
  }

  private Object[] node(int depth) {
    int kind = depth < DEPTH_MAX ? random.nextInt(KINDS) : random.nextInt(LEAVES);
    return switch (depth == 0 ? Math.max(kind, LEAVES - 2) : kind) {
      case 0 -> new Object[] {"query", "value", "{{$context.data}}"};
      case 1 -> new Object[] {random.nextInt(3) == 0 ? "sql" : "query"};
      case 2 -> new Object[] {"delay", "duration", 1 + random.nextLong(SECONDS_MAX)};
      case 3 -> new Object[] {random.nextInt(6) == 0 ? "end" : "response-message"};
      case 4 -> manual();
      case 5 ->
          new Object[] {
            "condition", "rejectOnFalse", random.nextInt(4) == 0, "expression", random.nextBoolean()
          };
      case 6 -> new Object[] {"condition", "expression", random.nextBoolean()};
      case 7 ->
          new Object[] {"loop", "target", random.nextLong(4), "exit", (long) random.nextInt(3)};
      case 8 ->
          new Object[] {
            "parallel", "mode", List.of("all", "any", "race", "allSettled").get(random.nextInt(4))
          };
      default ->
          new Object[] {
            "multi-conditions",
            "conditions",
            List.of(Map.of("expression", random.nextBoolean())),
            "continueOnNoMatch",
            random.nextBoolean()
          };
    };
  }

  private Object[] manual() {
    Map<String, Object> form = new LinkedHashMap<>();
    form.put(
        "actions",
        List.of(
            Map.of("key", "ok", "status", 1L),
            Map.of("key", "no", "status", -1L),
            Map.of("key", "later", "status", 0L)));
    return new Object[] {
      "manual",
      "mode",
      random.nextInt(3) - 1L,
      "assignees",
      List.of(1L, 2L),
      "forms",
      Map.of("f", form)
    };
  }

  private void branches(int depth, String key, String type) {
    switch (type) {
      case "condition", "multi-conditions" -> {
        for (long branch = 0; branch < 2; branch++) {
          if (random.nextInt(4) > 0) {
            chain(depth + 1, key, branch);
          }
        }
      }
      case "loop" -> chain(depth + 1, key, 0);
      case "parallel" -> {
        for (long branch = random.nextInt(3); branch >= 0; branch--) {
          chain(depth + 1, key, branch);
        }
      }
      default -> {}
    }
  }
}
