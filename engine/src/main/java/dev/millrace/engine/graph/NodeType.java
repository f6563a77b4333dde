package dev.millrace.engine.graph;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A kind of node: one class each, listed in {@link NodeTypes}. The declaration validates
 * definitions, feeds the catalogue of templates and is tested by {@code NodeTypeContract}.
 * Stateless and thread-safe; {@link #enter} is pure.
 */
public interface NodeType {

  /** The canonical name, as {@code database-handler}. */
  String name();

  /** Other names that definitions may use. */
  default List<String> aliases() {
    return List.of();
  }

  /** One sentence for the catalogue. */
  String summary();

  /** What it belongs to in the process API's three types. */
  Category category();

  /** How it uses the world. */
  Nature nature();

  /** Its parameters, in the order shown. */
  List<ParameterSpec> parameters();

  /**
   * The outcomes it can have besides {@code error} and {@code timeout}; {@code *} for names that
   * the definition chooses.
   */
  default Set<String> outcomes() {
    return Set.of(Outcomes.SUCCESS);
  }

  /** An example of its parameter values that validates and runs. */
  Map<String, Object> example();

  /**
   * Whether its parameters may refer to secrets: it hands them to somebody outside, and neither its
   * output nor an expression gives them back.
   */
  default boolean takesSecrets() {
    return false;
  }

  /** Runs the node up to its end or to its wait. */
  Step enter(NodeContext context);

  /** The process API's three types. */
  enum Category {
    TASK,
    EVENT,
    GATEWAY
  }

  /** Whether a node is computed at once, waits, or hands work to an activity. */
  enum Nature {
    PURE,
    WAIT,
    ACTIVITY
  }

  /**
   * A parameter.
   *
   * @param type {@code string, integer, number, boolean, array, object, any}
   * @param raw whether expressions inside are left alone (code, expressions of the node itself)
   */
  record ParameterSpec(
      String name, String type, boolean required, boolean raw, String description) {

    public static ParameterSpec required(String name, String type, String description) {
      return new ParameterSpec(name, type, true, false, description);
    }

    public static ParameterSpec optional(String name, String type, String description) {
      return new ParameterSpec(name, type, false, false, description);
    }

    /** The same parameter, its expressions left alone. */
    public ParameterSpec asRaw() {
      return new ParameterSpec(name, type, required, true, description);
    }
  }
}
