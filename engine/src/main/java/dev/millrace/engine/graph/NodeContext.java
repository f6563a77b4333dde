package dev.millrace.engine.graph;

import dev.millrace.engine.Command;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.expression.ExpressionScope;
import dev.millrace.engine.expression.Expressions;
import dev.millrace.engine.expression.Schemas;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a node type sees when it is entered. */
public interface NodeContext {

  /** The root under which the variables of the bodies around a node stand, by node id. */
  String SCOPES = "$scopes";

  Node node();

  /** The parameters: resolved, except the raw ones; typed as declared; absent ones are missing. */
  Map<String, @Nullable Object> parameters();

  ExpressionScope scope();

  Expressions expressions();

  Schemas schemas();

  Instant now();

  InstanceKey instance();

  /** The number of the instance. */
  long instanceId();

  /** Where the start of the instance came from. */
  Command.Origin origin();

  /** Counts the runs of this node from 0. */
  int index();

  /** The run as it is: at the entry a new one that nothing is recorded of yet. */
  NodeRun run();

  /** Whether the graph has a node. */
  boolean hasNode(String nodeId);

  /** A new identifier for something this run opens; recorded in the event. */
  String newId(String prefix);

  /** Whether the start of the instance led here, and no other node. */
  boolean atStart();

  /** The child of a definition that this attempt starts; the same whenever it is asked. */
  InstanceKey childKey(String definition);

  /** How many instances lie above this one. */
  int depth();

  /** The outputs of the arrivals of a join, already merged; null for other nodes. */
  @Nullable Object joined();

  /** What expressions inside a body of this node would see, opened with these variables. */
  default ExpressionScope within(Map<String, @Nullable Object> variables) {
    return new BodyScope(scope(), node().id(), variables);
  }

  /** A text parameter, or the fallback when it is absent or null. */
  default String text(String name, String fallback) {
    Object value = parameters().get(name);
    return value == null ? fallback : value.toString();
  }
}
