package dev.millrace.engine.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A vertex of a graph.
 *
 * @param type the canonical name of its {@link NodeType}
 * @param edges its outgoing edges in order, those of branch parameters and catches included
 * @param opensScope whether a token leaving it over and/or edges is given a new fork scope
 * @param bodies the first node of each body that it may open, by the body's name; what follows from
 *     there by edges belongs to the body, and no edge leads into it or out of it
 * @param config what its type reads by itself: never resolved, checked or recorded by the engine
 */
public record Node(
    String id,
    String name,
    String type,
    Map<String, Parameter> parameters,
    List<Edge> edges,
    Split split,
    boolean opensScope,
    Policies policies,
    Map<String, String> bodies,
    Map<String, @Nullable Object> config) {

  /** A node without a configuration. */
  public Node(
      String id,
      String name,
      String type,
      Map<String, Parameter> parameters,
      List<Edge> edges,
      Split split,
      boolean opensScope,
      Policies policies,
      Map<String, String> bodies) {
    this(id, name, type, parameters, edges, split, opensScope, policies, bodies, Map.of());
  }

  /** A node without bodies. */
  public Node(
      String id,
      String name,
      String type,
      Map<String, Parameter> parameters,
      List<Edge> edges,
      Split split,
      boolean opensScope,
      Policies policies) {
    this(id, name, type, parameters, edges, split, opensScope, policies, Map.of());
  }

  /**
   * How it runs.
   *
   * @param join null where each arrival runs it again
   * @param loop null where it runs once per arrival
   * @param compensate the node that undoes it, empty for none
   * @param output template of what is stored as output, over {@code $result}; null for as it is
   * @param timeoutMillis per attempt, for waits the whole wait; 0 for none
   * @param ignored whether tokens just pass through
   * @param pinned output used in test runs, or null
   */
  public record Policies(
      ErrorPolicy errors,
      @Nullable LoopPolicy loop,
      @Nullable JoinPolicy join,
      String compensate,
      @Nullable Object output,
      long timeoutMillis,
      boolean ignored,
      @Nullable Pinned pinned) {
    public static final Policies DEFAULT =
        new Policies(ErrorPolicy.STOP, null, null, "", null, 0, false, null);
  }

  /** An output used in place of running; null is a possible output. */
  public record Pinned(@Nullable Object output) {}

  /** The nodes that its edges and catches lead to; bodies and compensation are none of them. */
  public List<String> next() {
    List<String> next = new ArrayList<>();
    edges.forEach(edge -> next.add(edge.to()));
    policies.errors().catches().forEach(one -> next.add(one.branch()));
    return next;
  }

  /** How taken edges are selected. */
  public enum Split {
    /** All candidates, guards ignored. */
    AND,
    /** All unguarded ones and those whose guard holds. */
    OR,
    /** The first that may be taken. */
    XOR
  }

  /**
   * A parameter of the node.
   *
   * @param type {@code string, integer, float, number, boolean, array, object, any}, or empty
   * @param value template: the value, or the default where the value was empty
   * @param secret masked wherever it is stored or shown
   * @param bounds JSON Schema that a value of it satisfies; empty for any value
   */
  public record Parameter(
      String type,
      @Nullable Object value,
      boolean required,
      boolean secret,
      Map<String, @Nullable Object> bounds) {

    /** One that a definition leaves out. */
    public static Parameter absent(boolean required) {
      return new Parameter("", null, required, false, Map.of());
    }
  }
}
