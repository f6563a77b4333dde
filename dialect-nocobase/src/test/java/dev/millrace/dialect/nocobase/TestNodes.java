package dev.millrace.dialect.nocobase;

import dev.millrace.engine.graph.NodeTypes;
import dev.millrace.format.nocobase.NocoBaseNodeTypes;
import dev.millrace.format.nocobase.pure.Languages;

/** The node types of the format. */
final class TestNodes {
  private TestNodes() {}

  static NodeTypes all() {
    return new NodeTypes(NocoBaseNodeTypes.standard(new Languages()));
  }
}
