package dev.millrace.format.nocobase.node;

import dev.millrace.engine.expression.ExpressionException;
import dev.millrace.engine.graph.NodeContext;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Work on the records of a collection. A variable of its filter that does not exist must not widen
 * it: as a plain value it is an error, as the operand of an operator it matches nothing.
 */
final class DataNode extends ActivityNode {

  private static final String PARAMS = "params";
  private static final String FILTER = "filter";

  private final NocoBaseExpressions expressions;

  DataNode(NocoBaseExpressions expressions, String type, String summary) {
    super(expressions, type, false, summary);
    this.expressions = expressions;
  }

  @Override
  Map<String, @Nullable Object> resolved(NodeContext context, Map<?, ?> config) {
    Map<String, @Nullable Object> resolved = super.resolved(context, config);
    if (config.get(PARAMS) instanceof Map<?, ?> params && params.containsKey(FILTER)) {
      Map<String, @Nullable Object> with = new LinkedHashMap<>();
      if (resolved.get(PARAMS) instanceof Map<?, ?> known) {
        known.forEach((name, value) -> with.put(String.valueOf(name), value));
      }
      with.put(FILTER, filter("", params.get(FILTER), context));
      resolved.put(PARAMS, with);
    }
    return resolved;
  }

  private @Nullable Object filter(String field, @Nullable Object template, NodeContext context) {
    return switch (template) {
      case Map<?, ?> map -> {
        Map<String, @Nullable Object> resolved = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          String name = String.valueOf(entry.getKey());
          boolean missing =
              entry.getValue() instanceof String text
                  && expressions.undefined(text, context.scope());
          if (missing && name.startsWith("$")) {
            resolved.put("$in", List.of());
          } else {
            resolved.put(name, filter(name, entry.getValue(), context));
          }
        }
        yield resolved;
      }
      case List<?> list ->
          list.stream().<@Nullable Object>map(one -> filter(field, one, context)).toList();
      case String text -> {
        if (!field.startsWith("$") && expressions.undefined(text, context.scope())) {
          throw new ExpressionException(
              "WHERE parameter \"" + field + "\" has invalid \"undefined\" value");
        }
        yield resolve(text, context);
      }
      case null, default -> template;
    };
  }
}
