package dev.millrace.format.nocobase.node;

import dev.millrace.engine.graph.NodeContext;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tells users of something. What has no title of its own is called as the node is. */
final class CopyNode extends ActivityNode {
  private static final String TITLE = "title";

  CopyNode(NocoBaseExpressions expressions) {
    super(expressions, "cc", false, "Tells users, who need not answer.");
  }

  @Override
  Map<String, @Nullable Object> resolved(NodeContext context, Map<?, ?> config) {
    Map<String, @Nullable Object> resolved = super.resolved(context, config);
    Object title = resolved.get(TITLE);
    if (title == null || title.equals("")) {
      resolved.put(TITLE, context.node().name());
    }
    return resolved;
  }
}
