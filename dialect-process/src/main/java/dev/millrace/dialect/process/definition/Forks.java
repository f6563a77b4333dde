package dev.millrace.dialect.process.definition;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds for each join the fork whose scope separates its arrivals: the innermost split that lies on
 * every path to it and isn't closed on the way. A scope is closed by the join after which no other
 * join of the same fork can come; so whether a join closes depends on the forks of the later ones,
 * and the forks of those on what it closes. That is settled by repetition: all joins are taken to
 * close, those that turn out not to are remembered, until nothing changes.
 */
final class Forks {
  static final int ROOT = -1;

  private final Flow flow;
  private final BitSet splits;
  private final BitSet joins;
  private final int[] dominators;
  private final int[] forks;
  private final BitSet closing = new BitSet();
  private final BitSet opening = new BitSet();

  /**
   * Assigns forks.
   *
   * @param entries of the flow's walk
   * @param splits nodes that can put out several tokens at once
   */
  Forks(Flow flow, List<Integer> entries, BitSet splits, BitSet joins) {
    this.flow = flow;
    this.splits = splits;
    this.joins = joins;
    dominators = flow.dominators(entries);
    forks = new int[flow.size()];
    List<BitSet> laterJoins = flow.reachable(joins);
    BitSet staying = new BitSet();
    int before;
    do {
      before = staying.cardinality();
      assign(staying);
      findStaying(laterJoins, staying);
    } while (staying.cardinality() > before);
    joins.stream()
        .filter(join -> forks[join] != ROOT)
        .forEach(join -> {
          opening.set(forks[join]);
          closing.set(join, !staying.get(join));
        });
  }

  /** The forks open behind a node, innermost first. */
  private record Open(int fork, @Nullable Open outer) {}

  private void assign(BitSet staying) {
    @Nullable Open[] behind = new @Nullable Open[flow.size()];
    Arrays.fill(forks, ROOT);
    for (int node : flow.order()) {
      Open open = dominators[node] < 0 ? null : behind[dominators[node]];
      if (joins.get(node) && open != null) {
        forks[node] = open.fork();
        open = staying.get(node) ? open : open.outer();
      }
      behind[node] = splits.get(node) ? new Open(node, open) : open;
    }
  }

  private void findStaying(List<BitSet> laterJoins, BitSet staying) {
    Map<Integer, BitSet> joinsOfFork = new TreeMap<>();
    joins.stream()
        .forEach(join -> joinsOfFork.computeIfAbsent(forks[join], fork -> new BitSet()).set(join));
    // A path that starts behind a fork cannot pass it again without a back edge.
    joins.stream()
        .filter(join -> laterJoins.get(join).intersects(joinsOfFork.get(forks[join])))
        .forEach(staying::set);
  }

  /** The fork of a join, {@link #ROOT} for the scope of the whole run. */
  int fork(int join) {
    return forks[join];
  }

  boolean closes(int join) {
    return closing.get(join);
  }

  boolean opens(int split) {
    return opening.get(split);
  }
}
