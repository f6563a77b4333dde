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
   * What must be given besides the required parameters: of the names of each list at least one. A
   * node without them can only fail.
   */
  default List<List<String>> requiredChoices() {
    return List.of();
  }

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

  /** What the value of a parameter is written in. */
  enum Content {
    /** Any JSON, its expressions resolved before the node is entered. */
    TEMPLATE,
    /** Something of its own, as code, an SQL statement or the id of a node. */
    OWN,
    /** The source of an expression. */
    EXPRESSION,
    /** A condition, or a list of those. */
    CONDITION,
    /** A list of objects with a template {@code value} or a condition {@code when}. */
    CASES,
    /** A schema. */
    SCHEMA
  }

  /**
   * A parameter.
   *
   * @param type {@code string, integer, number, boolean, array, object, any}
   * @param words what it may be, in any case; empty for any value
   */
  record ParameterSpec(
      String name,
      String type,
      boolean required,
      Content content,
      List<String> words,
      String description) {

    public static ParameterSpec required(String name, String type, String description) {
      return new ParameterSpec(name, type, true, Content.TEMPLATE, List.of(), description);
    }

    public static ParameterSpec optional(String name, String type, String description) {
      return new ParameterSpec(name, type, false, Content.TEMPLATE, List.of(), description);
    }

    /** The same parameter, which has one of some words as its value. */
    public ParameterSpec of(String... allowed) {
      return new ParameterSpec(name, type, required, content, List.of(allowed), description);
    }

    /** Whether expressions inside are left alone: the node reads them itself. */
    public boolean raw() {
      return content != Content.TEMPLATE;
    }

    /** The same parameter, its expressions left alone. */
    public ParameterSpec asRaw() {
      return as(Content.OWN);
    }

    /** The same parameter, written in something else. */
    public ParameterSpec as(Content other) {
      return new ParameterSpec(name, type, required, other, words, description);
    }
  }
}
