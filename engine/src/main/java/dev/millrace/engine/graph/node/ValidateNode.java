package dev.millrace.engine.graph.node;

import dev.millrace.engine.expression.Schemas;
import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.Step;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A value tested against a schema. */
final class ValidateNode implements NodeType {
  private static final String VALID = "valid";
  private static final String INVALID = "invalid";

  @Override
  public String name() {
    return "validate";
  }

  @Override
  public String summary() {
    return "Tests a value against a schema; its output is {valid, violations, value} with "
        + "defaults filled in.";
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
        ParameterSpec.required("schema", "object", "JSON Schema, or the fields of inputDataSchema.")
            .as(Content.SCHEMA),
        ParameterSpec.optional("value", "any", "What is tested, may be null but must be given."));
  }

  @Override
  public Set<String> outcomes() {
    return Set.of(VALID, INVALID);
  }

  @Override
  public Map<String, Object> example() {
    return Map.of(
        "value",
        Map.of("days", 3L),
        "schema",
        Map.of("days", Map.of("type", "integer", "min", 1L, "required", true)));
  }

  @Override
  public Step enter(NodeContext context) {
    return NodeParameters.read(
        context,
        parameters -> {
          Object schema = parameters.value("schema");
          List<Schemas.Violation> faults = context.schemas().check(schema);
          if (schema == null || !faults.isEmpty()) {
            throw NodeParameters.mismatch(
                "schema", "a usable schema", schema == null ? null : faults.getFirst().message());
          }
          if (!parameters.given("value") && !context.parameters().containsKey("value")) {
            throw new ConstraintException("parameter value is required, found nothing");
          }
          Schemas.Validation result =
              context.schemas().validate(schema, context.parameters().get("value"));
          Map<String, @Nullable Object> output = new LinkedHashMap<>();
          output.put("valid", result.valid());
          output.put("violations", result.violations().stream().map(ValidateNode::json).toList());
          output.put("value", result.value());
          return new Step.Done(
              Collections.unmodifiableMap(output), result.valid() ? VALID : INVALID);
        });
  }

  private static Object json(Schemas.Violation violation) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("path", violation.path());
    json.put("keyword", violation.keyword());
    json.put("message", violation.message());
    return Collections.unmodifiableMap(json);
  }
}
