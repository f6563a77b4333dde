package dev.millrace.engine.graph.node;

import dev.millrace.engine.JsonValue;
import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.Step;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads or changes a variable of the instance or one that all processes of its owner share. A
 * change of a shared variable starts from its value at the moment of the decision: two instances
 * that change it at the same time may each start from the same value.
 */
final class VariableNode implements NodeType {

  private static final String VALUE = "value";
  private static final List<String> OPERATIONS =
      List.of("read", "write", "append", "increment", "delete");
  private static final List<String> TYPES =
      List.of("any", "string", "integer", "float", "number", "boolean", "array", "object");

  @Override
  public String name() {
    return "variable";
  }

  @Override
  public String summary() {
    return "Reads or changes a variable; its output is the value, after delete the one removed.";
  }

  @Override
  public Category category() {
    return Category.TASK;
  }

  @Override
  public Nature nature() {
    return Nature.PURE;
  }

  @Override
  public List<ParameterSpec> parameters() {
    return List.of(
        ParameterSpec.required("key", "string", "The name of the variable."),
        ParameterSpec.optional(
                "scope",
                "string",
                "local or process: of this instance; env or global: shared by all processes of the"
                    + " owner. local without it.")
            .of("local", "process", "env", "global"),
        ParameterSpec.optional(
                "operation",
                "string",
                "read, write, append (to a list), increment (a number) or delete; read without it.")
            .of("read", "write", "append", "increment", "delete"),
        ParameterSpec.optional(
                "type",
                "string",
                "What a written value is made: string, integer, float, number, boolean, array, object"
                    + " or any; any without it.")
            .of("any", "string", "integer", "float", "number", "boolean", "array", "object"),
        ParameterSpec.optional(
            VALUE, "any", "What is written or appended, or the step of increment (1 without it)."));
  }

  @Override
  public Map<String, Object> example() {
    return Map.of(
        "scope", "local", "operation", "write", "type", "integer", "key", "tries", VALUE, 1L);
  }

  @Override
  public Step enter(NodeContext context) {
    return NodeParameters.read(context, parameters -> step(context, parameters));
  }

  private static Step step(NodeContext context, NodeParameters parameters) {
    String key = parameters.requiredText("key");
    boolean shared =
        switch (parameters.choice("scope", List.of("local", "process", "env", "global"))) {
          case "env", "global" -> true;
          default -> false;
        };
    String type = parameters.choice("type", TYPES);
    Object before = JsonValue.get(context.scope().value(shared ? "env" : "process"), key);
    return switch (parameters.choice("operation", OPERATIONS)) {
      case "write" -> set(shared, key, typed(type, context.parameters().get(VALUE)));
      case "append" -> set(shared, key, appended(key, before, context.parameters().get(VALUE)));
      case "increment" -> set(shared, key, incremented(key, before, parameters.number(VALUE)));
      case "delete" ->
          shared
              ? new Step.SetEnvironment(key, null, before)
              : new Step.RemoveVariable(key, before);
      default -> Step.Done.of(before);
    };
  }

  private static Step set(boolean shared, String key, @Nullable Object value) {
    return shared
        ? new Step.SetEnvironment(key, value, value)
        : new Step.SetVariables(Collections.singletonMap(key, value), value);
  }

  private static Object appended(String key, @Nullable Object before, @Nullable Object value) {
    List<@Nullable Object> list = new ArrayList<>();
    switch (before) {
      case null -> {}
      case List<?> elements -> list.addAll(elements);
      default -> throw NodeParameters.mismatch("key", "a list in variable " + key, before);
    }
    list.add(value);
    return Collections.unmodifiableList(list);
  }

  private static Object incremented(
      String key, @Nullable Object before, @Nullable BigDecimal step) {
    BigDecimal start = before == null ? BigDecimal.ZERO : NodeParameters.decimal(before);
    if (start == null) {
      throw NodeParameters.mismatch("key", "a number in variable " + key, before);
    }
    return number(start.add(step == null ? BigDecimal.ONE : step));
  }

  private static @Nullable Object typed(String type, @Nullable Object value) {
    if (value == null) {
      return null;
    }
    Object typed =
        switch (type) {
          case "string" -> value instanceof List || value instanceof Map ? null : value.toString();
          case "integer" -> integer(value);
          case "float", "number" -> numberOrNull(value);
          case "boolean" -> bool(value);
          case "array" -> value instanceof List ? value : null;
          case "object" -> value instanceof Map ? value : null;
          default -> value;
        };
    if (typed == null) {
      throw NodeParameters.mismatch(VALUE, type, value);
    }
    return typed;
  }

  private static @Nullable Object integer(Object value) {
    BigDecimal number = NodeParameters.decimal(value);
    if (number == null || number.stripTrailingZeros().scale() > 0) {
      return null;
    }
    return JsonValue.of(number.toBigInteger());
  }

  private static @Nullable Object numberOrNull(Object value) {
    BigDecimal number = NodeParameters.decimal(value);
    return number == null ? null : number(number);
  }

  /** A number in the plain form: whole ones without a point are integers. */
  private static Object number(BigDecimal number) {
    if (number.scale() > 0) {
      return number;
    }
    BigInteger whole = number.toBigInteger();
    return whole.bitLength() < Long.SIZE ? (Object) whole.longValue() : whole;
  }

  private static @Nullable Object bool(Object value) {
    return switch (value.toString().strip().toLowerCase(Locale.ROOT)) {
      case "true" -> true;
      case "false" -> false;
      default -> null;
    };
  }
}
