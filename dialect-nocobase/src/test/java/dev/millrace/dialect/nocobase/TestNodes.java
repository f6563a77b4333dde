package dev.millrace.dialect.nocobase;

import dev.millrace.engine.expression.ExpressionScope;
import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.NodeTypes;
import dev.millrace.engine.graph.Step;
import dev.millrace.format.nocobase.NocoBaseNodeTypes;
import dev.millrace.format.nocobase.node.JobStatus;
import dev.millrace.format.nocobase.node.NocoBaseExpressions;
import dev.millrace.format.nocobase.node.NocoBaseNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The node types of the format, and plain stand-ins for those it does not have (yet). */
final class TestNodes {
  private TestNodes() {}

  static NodeTypes all() {
    List<NodeType> types = new ArrayList<>(NocoBaseNodeTypes.all(new PlainExpressions()));
    for (NodeType type : List.of(new Literal())) {
      if (types.stream().noneMatch(known -> known.name().equals(type.name()))) {
        types.add(type);
      }
    }
    return new NodeTypes(types);
  }

  /** Templates stay as they are; a condition is what its expression says. */
  private static final class PlainExpressions implements NocoBaseExpressions {
    @Override
    public @Nullable Object resolve(
        @Nullable Object template, ExpressionScope scope, Map<String, @Nullable Object> roots) {
      return template;
    }

    @Override
    public boolean undefined(String template, ExpressionScope scope) {
      return false;
    }

    @Override
    public Outcome condition(Map<?, ?> config, ExpressionScope scope) {
      return Outcome.of(!"false".equals(config.get("expression")));
    }
  }

  /** Gives {@code expression}; {@code !text} is an error. */
  private static final class Literal extends NocoBaseNode {
    Literal() {
      super("calculation", "Gives a text.", Nature.PURE);
    }

    @Override
    protected Step run(NodeContext context, Map<?, ?> config) {
      Object value = config.get("expression");
      return value instanceof String text && text.startsWith("!")
          ? JobStatus.error(text.substring(1))
          : Step.Done.of(value);
    }
  }
}
