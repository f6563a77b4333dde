package dev.millrace.engine.interpreter;

import dev.millrace.engine.Effect;
import dev.millrace.engine.Failure;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceState.BodyOutcome;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.NodeRun.Result;
import dev.millrace.engine.NodeRun.RunStatus;
import dev.millrace.engine.expression.ExpressionException;
import dev.millrace.engine.graph.BranchingNodeType;
import dev.millrace.engine.graph.Node;
import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.Outcomes;
import dev.millrace.engine.graph.ScopeEnd;
import dev.millrace.engine.graph.Step;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Asks branching nodes how they go on, and does what they answer. */
final class Openers {

  private final Turn turn;

  Openers(Turn turn) {
    this.turn = turn;
  }

  /** Whether a node is asked when what it waited for has come. */
  boolean asks(Node node) {
    return type(node) instanceof BranchingNodeType;
  }

  private @Nullable NodeType type(Node node) {
    return turn.ports.types().find(node.type()).orElse(null);
  }

  /** A body of a run has ended. */
  void scopeEnded(NodeRun run, ScopeEnd end) {
    ask(run, (type, context) -> type.scopeEnded(context, end));
  }

  /** What a run waited for has come. */
  void waitEnded(NodeRun run, String outcome, @Nullable Object output) {
    ask(run, (type, context) -> type.waitEnded(context, outcome, output));
  }

  private void ask(NodeRun run, BiFunction<BranchingNodeType, NodeContext, Step> question) {
    Node node = turn.graph.node(run.place().nodeId());
    RunScope scope = new RunScope(turn, run, Nodes.Extras.NONE);
    Parameters parameters = Parameters.again(turn, node, scope);
    Step step;
    if (parameters.failure() != null) {
      step = new Step.Failed(parameters.failure());
    } else if (type(node) instanceof BranchingNodeType type) {
      try {
        step =
            question.apply(
                type, new EnteredNode(turn, node, parameters.resolved(), scope, Nodes.Extras.NONE));
      } catch (ExpressionException fault) {
        step = Step.Failed.of("expression", String.valueOf(fault.getMessage()));
      }
    } else {
      step = Step.Failed.of("constraint", "template " + node.type() + " has no bodies");
    }
    answered(node, run, parameters, scope, step);
  }

  private void answered(Node node, NodeRun run, Parameters parameters, RunScope scope, Step step) {
    switch (step) {
      case Step.Open open -> turn.bodies.more(node, run, open);
      case Step.Waiting waiting -> {
        leave(run);
        turn.nodes.waitAgain(node, run, parameters, scope, waiting.waitsFor());
      }
      case Step.Failed failed -> turn.errors.fail(run, failed.failure(), 0);
      case Step.Done done -> finish(node, run, done.output(), done.outcome());
      case Step.SetVariables set -> {
        turn.emit(new HistoryEvent.VariablesSet(turn.now(), set.variables()));
        finish(node, run, set.output(), Outcomes.SUCCESS);
      }
      case Step.RemoveVariable remove -> {
        turn.emit(new HistoryEvent.VariableRemoved(turn.now(), remove.name()));
        finish(node, run, remove.output(), Outcomes.SUCCESS);
      }
      case Step.SetEnvironment set -> {
        turn.effect(
            new Effect.SetEnvironment(turn.graph.settings().owner(), set.name(), set.value()));
        finish(node, run, set.output(), Outcomes.SUCCESS);
      }
      case Step.EndInstance end -> {
        record(run, end.output());
        turn.endings.end(end.status(), end.reason(), end.output(), null);
      }
      case Step.EndBody end -> {
        int body = turn.bodies.around(run.place().scope());
        if (body == 0) {
          finish(node, run, end.output(), Outcomes.SUCCESS);
        } else {
          record(run, end.output());
          turn.bodies.settle(body, new BodyOutcome(end.outcome(), end.output(), null), true);
        }
      }
      case Step.StartAndGo _, Step.Race _ ->
          turn.errors.fail(
              run,
              Failure.of(
                  "constraint", "node " + node.id() + " cannot start this once it has begun"),
              0);
    }
  }

  private void finish(Node node, NodeRun run, @Nullable Object output, String outcome) {
    turn.bodies.closeAll(run);
    turn.nodes.finish(node, run, output, outcome);
  }

  private void leave(NodeRun run) {
    turn.bodies.closeAll(run);
    turn.waits.cancelTimers(run);
  }

  private void record(NodeRun run, @Nullable Object output) {
    leave(run);
    Result result = new Result(RunStatus.DONE, Outcomes.SUCCESS, output, null, turn.now());
    turn.emit(new HistoryEvent.NodeCompleted(turn.now(), run.id(), result));
  }
}
