package dev.millrace.engine.interpreter;

import dev.millrace.engine.Failure;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.NodeRun.Result;
import dev.millrace.engine.expression.ExpressionException;
import dev.millrace.engine.graph.Edge;
import dev.millrace.engine.graph.Node;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a run is about to end: its shaped output and the edges it takes, or the failure that shaping
 * or choosing met. Found before the end is recorded, so that a run is never recorded as done and
 * then fails.
 *
 * @param edges empty for rounds of loops and for undo runs, which take none
 */
record Ending(Result result, List<Edge> edges, @Nullable Failure failure) {

  static Ending of(Turn turn, Node node, NodeRun run, Result result) {
    try {
      Result shaped = shape(turn, node, run, result);
      if (run.place().loop() != 0 || run.place().from().equals(Nodes.COMPENSATION)) {
        return new Ending(shaped, List.of(), null);
      }
      RunScope scope = new RunScope(turn, run.ended(shaped), Nodes.Extras.NONE);
      Edges.Choice choice = turn.edges.choose(node, shaped.outcome(), scope);
      return new Ending(shaped, choice.edges(), choice.failure());
    } catch (ExpressionException fault) {
      return new Ending(
          result, List.of(), Failure.of("expression", String.valueOf(fault.getMessage())));
    }
  }

  private static Result shape(Turn turn, Node node, NodeRun run, Result result) {
    Object template = node.policies().output();
    if (template == null) {
      return result;
    }
    RunScope scope =
        new RunScope(turn, run.ended(result), Nodes.Extras.NONE).with("result", result.output());
    return new Result(
        result.status(),
        result.outcome(),
        turn.ports.expressions().resolve(template, scope),
        result.failure(),
        result.endAt());
  }
}
