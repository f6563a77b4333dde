package dev.millrace.format.nocobase.node;

import dev.millrace.engine.graph.BranchingNodeType;
import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.ScopeEnd;
import dev.millrace.engine.graph.Step;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Runs its branches, each beginning when the one before it has ended or waits. Its result is the
 * list of their statuses, null for those that have not ended. A branch that is still waiting when
 * the node has ended is stopped.
 */
final class ParallelNode extends NocoBaseNode implements BranchingNodeType {

  ParallelNode() {
    super("parallel", "Runs its branches side by side.", Nature.WAIT);
  }

  @Override
  protected Step run(NodeContext context, Map<?, ?> config) {
    List<Step.Body> bodies = new ArrayList<>();
    context.node().bodies().keySet().forEach(name -> bodies.add(new Step.Body(name, Map.of())));
    // Without branches NocoBase hangs for ever; there is nothing to wait for.
    return bodies.isEmpty()
        ? Step.Done.of(List.of())
        : new Step.Open(bodies, Collections.nCopies(bodies.size(), null), true);
  }

  @Override
  public Step scopeEnded(NodeContext context, ScopeEnd end) {
    List<String> names = List.copyOf(context.node().bodies().keySet());
    List<@Nullable Object> statuses =
        new ArrayList<>(end.progress() instanceof List<?> list ? list : List.of());
    JobStatus status = end.failure() == null ? JobStatus.RESOLVED : JobStatus.of(end.failure());
    statuses.set(names.indexOf(end.body()), (long) status.number());
    List<@Nullable Object> result = Collections.unmodifiableList(statuses);
    boolean last = end.open() == 0;
    Step ended =
        end.failure() == null ? Step.Done.of(result) : new Step.Failed(end.failure(), result);
    Step waiting = Step.Open.none(result);
    return switch (String.valueOf(config(context).get("mode"))) {
      case "any" ->
          end.failure() == null
              ? ended
              : last ? JobStatus.FAILED.step(result, "no branch succeeded") : waiting;
      case "race" -> ended;
      case "allSettled" -> last ? Step.Done.of(result) : waiting;
      default -> end.failure() != null || last ? ended : waiting;
    };
  }
}
