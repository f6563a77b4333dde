package dev.millrace.dialect.process.definition;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.Deque;
import java.util.List;

/**
 * A directed graph over the positions of tasks, walked depth first from some entries. An edge to a
 * node that the walk stands on is a back edge; without those the graph has no cycle.
 */
final class Flow {
  private final List<List<Integer>> successors;
  private final List<List<Integer>> forward = new ArrayList<>();
  private final List<Integer> order = new ArrayList<>();
  private final BitSet reached = new BitSet();

  /**
   * Walks a graph.
   *
   * @param successors distinct targets by node
   * @param entries where walks begin, in this order
   */
  Flow(List<List<Integer>> successors, List<Integer> entries) {
    this.successors = successors;
    for (int i = 0; i < successors.size(); i++) {
      forward.add(new ArrayList<>());
    }
    BitSet open = new BitSet();
    int[] position = new int[successors.size()];
    for (int entry : entries) {
      if (!reached.get(entry)) {
        walk(entry, open, position);
      }
    }
    Collections.reverse(order);
  }

  /** Without recursion, as a chain may be longer than a thread's stack is deep. */
  private void walk(int entry, BitSet open, int[] position) {
    Deque<Integer> stack = new ArrayDeque<>();
    stack.push(entry);
    reached.set(entry);
    open.set(entry);
    while (!stack.isEmpty()) {
      int node = stack.element();
      if (position[node] == successors.get(node).size()) {
        stack.pop();
        open.clear(node);
        order.add(node);
        continue;
      }
      int next = successors.get(node).get(position[node]++);
      if (!open.get(next)) {
        forward.get(node).add(next);
      }
      if (!reached.get(next)) {
        reached.set(next);
        open.set(next);
        stack.push(next);
      }
    }
  }

  int size() {
    return successors.size();
  }

  /** The nodes reached, each before those its forward edges lead to. */
  List<Integer> order() {
    return order;
  }

  boolean reached(int node) {
    return reached.get(node);
  }

  /** The targets of its edges that are no back edges; empty for a node that wasn't reached. */
  List<Integer> forward(int node) {
    return forward.get(node);
  }

  /** Which nodes some forward edge leads to. */
  BitSet withIncoming() {
    BitSet incoming = new BitSet();
    forward.forEach(targets -> targets.forEach(incoming::set));
    return incoming;
  }

  /**
   * The nearest node that every path from an entry to a node passes; -1 for none.
   *
   * @param entries the entries of this walk
   */
  int[] dominators(List<Integer> entries) {
    int unknown = -2;
    int[] dominators = new int[size()];
    int[] depths = new int[size()];
    Arrays.fill(dominators, unknown);
    entries.forEach(entry -> dominators[entry] = -1);
    for (int node : order) {
      depths[node] = dominators[node] < 0 ? 0 : depths[dominators[node]] + 1;
      for (int next : forward.get(node)) {
        dominators[next] =
            dominators[next] == unknown
                ? node
                : nearestCommon(node, dominators[next], dominators, depths);
      }
    }
    return dominators;
  }

  private static int nearestCommon(int node, int other, int[] dominators, int[] depths) {
    int left = node;
    int right = other;
    while (left != right) {
      if (left < 0 || right < 0) {
        return -1;
      }
      if (depths[left] >= depths[right]) {
        left = dominators[left];
      } else {
        right = dominators[right];
      }
    }
    return left;
  }

  /** Which of some nodes lie on forward paths from each node, itself not counted. */
  List<BitSet> reachable(BitSet among) {
    List<BitSet> reachable = new ArrayList<>();
    for (int i = 0; i < size(); i++) {
      reachable.add(new BitSet());
    }
    for (int i = order.size() - 1; i >= 0; i--) {
      int node = order.get(i);
      for (int next : forward.get(node)) {
        reachable.get(node).or(reachable.get(next));
        if (among.get(next)) {
          reachable.get(node).set(next);
        }
      }
    }
    return reachable;
  }

  /**
   * The nodes from which a node is reached, over back edges too, passing neither it nor another.
   */
  BitSet upstream(int node, int excluded, List<List<Integer>> predecessors) {
    BitSet upstream = new BitSet();
    Deque<Integer> stack = new ArrayDeque<>();
    stack.push(node);
    while (!stack.isEmpty()) {
      for (int before : predecessors.get(stack.pop())) {
        if (before != node && before != excluded && !upstream.get(before)) {
          upstream.set(before);
          stack.push(before);
        }
      }
    }
    return upstream;
  }

  /** The sources of the edges to each node, in order. */
  static List<List<Integer>> reversed(List<List<Integer>> successors) {
    List<List<Integer>> reversed = new ArrayList<>();
    for (int i = 0; i < successors.size(); i++) {
      reversed.add(new ArrayList<>());
    }
    for (int node = 0; node < successors.size(); node++) {
      for (int next : successors.get(node)) {
        reversed.get(next).add(node);
      }
    }
    return reversed;
  }
}
