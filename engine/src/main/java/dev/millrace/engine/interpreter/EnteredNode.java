package dev.millrace.engine.interpreter;

import dev.millrace.engine.Command;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.NodeRun.Place;
import dev.millrace.engine.ParentRef;
import dev.millrace.engine.expression.ExpressionScope;
import dev.millrace.engine.expression.Expressions;
import dev.millrace.engine.expression.Schemas;
import dev.millrace.engine.graph.Node;
import dev.millrace.engine.graph.NodeContext;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The context of a node that is being entered. */
record EnteredNode(
    Turn turn,
    Node node,
    Map<String, @Nullable Object> parameters,
    RunScope runScope,
    Nodes.Extras extras)
    implements NodeContext {

  private static final int ID_LETTERS = 9;
  private static final int ALPHABET = 36;

  @Override
  public ExpressionScope scope() {
    return runScope;
  }

  @Override
  public Expressions expressions() {
    return turn.ports.expressions();
  }

  @Override
  public Schemas schemas() {
    return turn.ports.schemas();
  }

  @Override
  public Instant now() {
    return turn.now();
  }

  @Override
  public InstanceKey instance() {
    return turn.draft.header().key();
  }

  @Override
  public long instanceId() {
    return turn.draft.header().id();
  }

  @Override
  public Command.Origin origin() {
    return turn.draft.header().origin();
  }

  @Override
  public NodeRun run() {
    return runScope.run();
  }

  @Override
  public boolean hasNode(String nodeId) {
    return turn.graph.nodes().containsKey(nodeId);
  }

  @Override
  public int index() {
    return runScope.run().place().index();
  }

  @Override
  public String newId(String prefix) {
    long drawn = turn.draw() >>> 1;
    StringBuilder id = new StringBuilder(prefix);
    for (int i = 0; i < ID_LETTERS; i++) {
      id.append(Character.forDigit((int) (drawn % ALPHABET), ALPHABET));
      drawn /= ALPHABET;
    }
    return id.toString();
  }

  @Override
  public boolean atStart() {
    Place place = runScope.run().place();
    return place.from().isEmpty() && turn.graph.roots().contains(place.nodeId());
  }

  @Override
  public InstanceKey childKey(String definition) {
    return ChildKeys.of(turn.draft.header().key(), runScope.run(), definition);
  }

  @Override
  public int depth() {
    ParentRef parent = turn.draft.header().parent();
    return parent == null ? 0 : parent.depth();
  }

  @Override
  public @Nullable Object joined() {
    return extras.joined();
  }
}
