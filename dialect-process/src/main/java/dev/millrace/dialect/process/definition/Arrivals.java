package dev.millrace.dialect.process.definition;

import dev.millrace.dialect.process.definition.Arrow.Branch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How many tokens can come to a join at most before it passes: every split is taken to send a token
 * over each of its edges. Several can come over one edge, where branches meet without a join.
 */
final class Arrivals {
  /** What a cycle can send. */
  static final long UNBOUNDED = Long.MAX_VALUE;

  private final Layout layout;
  private final int[] positions;
  private final long[] arriving;
  private final long[] mostOfOneSource;

  private Arrivals(Layout layout) {
    this.layout = layout;
    int size = layout.plans().size();
    positions = new int[size];
    arriving = new long[size];
    mostOfOneSource = new long[size];
    Arrays.fill(positions, -1);
    List<Integer> order = layout.flow().order();
    for (int i = 0; i < order.size(); i++) {
      positions[order.get(i)] = i;
    }
  }

  /** The most for one scope of the join's fork; {@link #UNBOUNDED} with a cycle before it. */
  static long most(Layout layout, int join) {
    return new Arrivals(layout).count(join);
  }

  private long count(int join) {
    int fork = layout.forks().fork(join);
    NodeSet upstream = layout.upstream(join);
    if (fork == Forks.ROOT) {
      layout.entries().forEach(entry -> arrive(entry, 1));
    } else {
      arrive(fork, 1);
    }
    for (int node : layout.flow().order()) {
      boolean before = node == fork || upstream.contains(layout.id(node));
      if (before && arriving[node] > 0 && !send(node)) {
        return UNBOUNDED;
      }
    }
    return arriving[join];
  }

  private void arrive(int node, long tokens) {
    long sum = arriving[node] + tokens;
    arriving[node] = sum < 0 ? UNBOUNDED : sum;
    mostOfOneSource[node] = Math.max(mostOfOneSource[node], tokens);
  }

  /** Sends on what came; false when an edge leads back. */
  private boolean send(int node) {
    TaskPlan plan = layout.plans().get(node);
    // A join makes one of what comes from different tasks.
    long each = plan.join() == null ? arriving[node] : mostOfOneSource[node];
    Map<Integer, Long> sent = new LinkedHashMap<>();
    List<String> targets = new ArrayList<>();
    plan.arrows().forEach(arrow -> targets.add(arrow.edge().to()));
    plan.errors().branches().stream().map(Branch::to).forEach(targets::add);
    for (String id : targets) {
      int target = layout.index(id);
      if (target >= 0) {
        if (positions[target] <= positions[node]) {
          return false;
        }
        sent.merge(target, each, (one, more) -> one + more < 0 ? UNBOUNDED : one + more);
      }
    }
    sent.forEach(this::arrive);
    return true;
  }
}
