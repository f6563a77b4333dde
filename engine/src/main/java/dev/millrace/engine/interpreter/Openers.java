package dev.millrace.engine.interpreter;

import dev.millrace.engine.Effect;
import dev.millrace.engine.Failure;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceState.BodyOutcome;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.NodeRun.Result;
import dev.millrace.engine.NodeRun.RunStatus;
import dev.millrace.engine.Wait;
import dev.millrace.engine.expression.ExpressionException;
import dev.millrace.engine.graph.BranchingNodeType;
import dev.millrace.engine.graph.Node;
import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.Outcomes;
import dev.millrace.engine.graph.ScopeEnd;
import dev.millrace.engine.graph.Step;
import dev.millrace.engine.graph.WaitingNodeType;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Asks nodes that wait or branch how they go on, and does what they answer. */
final class Openers {

  private final Turn turn;

  Openers(Turn turn) {
    this.turn = turn;
  }

  /** Whether a node is asked when what it waited for has come. */
  boolean asks(Node node) {
    return type(node) instanceof WaitingNodeType;
  }

  private @Nullable NodeType type(Node node) {
    return turn.ports.types().find(node.type()).orElse(null);
  }

  /** A body of a run has ended. */
  void scopeEnded(NodeRun run, ScopeEnd end) {
    ask(
        run,
        0,
        (type, context) ->
            type instanceof BranchingNodeType branching
                ? branching.scopeEnded(context, end)
                : Step.Failed.of(
                    "constraint", "template " + context.node().type() + " has no bodies"));
  }

  /** What a run waits for has come. */
  void waitEnded(NodeRun run, String outcome, @Nullable Object output) {
    ask(run, 0, (type, context) -> type.waitEnded(context, outcome, output));
  }

  /** What a run waits for has failed. */
  void waitFailed(NodeRun run, Failure failure, long leastDelayMillis) {
    ask(run, leastDelayMillis, (type, context) -> type.waitFailed(context, failure));
  }

  /** A run is settled from outside. */
  void settle(NodeRun run, @Nullable Object value) {
    Node node = turn.graph.node(run.place().nodeId());
    if (!asks(node)) {
      release(run);
      finish(node, run, value, Outcomes.SUCCESS);
      return;
    }
    ask(
        run,
        0,
        (type, context) -> {
          Step step = type.settled(context, value);
          Step bare = step instanceof Step.Recorded more ? more.step() : step;
          if (!(bare instanceof Step.Stay)) {
            release(run);
          }
          return step;
        });
  }

  private void release(NodeRun run) {
    turn.emit(new HistoryEvent.NodeSettled(turn.now(), run.id()));
    turn.endings.release(run);
  }

  /** What a node type is shown of an open run. */
  EnteredNode context(NodeRun run) {
    Node node = turn.graph.node(run.place().nodeId());
    RunScope scope = new RunScope(turn, run, Nodes.Extras.NONE);
    Parameters parameters = Parameters.again(turn, node, scope);
    return new EnteredNode(turn, node, parameters.resolved(), scope, Nodes.Extras.NONE);
  }

  /** Asks the type of an open run how it goes on, and does it. */
  void ask(NodeRun run, long delayMillis, BiFunction<WaitingNodeType, NodeContext, Step> question) {
    Node node = turn.graph.node(run.place().nodeId());
    RunScope scope = new RunScope(turn, run, Nodes.Extras.NONE);
    Parameters parameters = Parameters.again(turn, node, scope);
    Step step;
    if (parameters.failure() != null) {
      step = new Step.Failed(parameters.failure());
    } else if (type(node) instanceof WaitingNodeType type) {
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
    answered(new Asked(node, run, parameters, scope, delayMillis), step);
  }

  private record Asked(
      Node node, NodeRun run, Parameters parameters, RunScope scope, long delayMillis) {}

  private void answered(Asked asked, Step step) {
    Node node = asked.node();
    NodeRun run = asked.run();
    switch (step) {
      case Step.Recorded more -> {
        if (more.notes() != null) {
          turn.emit(new HistoryEvent.NodeNoted(turn.now(), run.id(), more.notes()));
        }
        turn.nodes.recordOthers(run, more.others());
        NodeRun noted = turn.draft.run(run.id());
        answered(
            new Asked(node, noted, asked.parameters(), asked.scope(), asked.delayMillis()),
            more.step());
      }
      case Step.Stay _ -> stay(node, run);
      case Step.Open open -> turn.bodies.more(node, run, open);
      case Step.Waiting waiting -> {
        leave(run);
        turn.nodes.waitAgain(node, run, asked.parameters(), asked.scope(), waiting.waitsFor());
      }
      case Step.Failed failed -> turn.errors.fail(run, failed, asked.delayMillis());
      case Step.Done done -> finish(node, run, done.output(), done.outcome());
      case Step.SetOutput set -> {
        turn.emit(new HistoryEvent.OutputSet(turn.now(), set.output()));
        finish(node, run, set.output(), Outcomes.SUCCESS);
      }
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
        Result result = turn.endings.lastResult(node, end);
        record(run, result);
        turn.endings.end(end.status(), end.reason(), end.output(), result.failure());
      }
      case Step.EndBody end -> endBody(node, run, end);
      case Step.StartAndGo _, Step.Race _ ->
          turn.errors.fail(
              run,
              Failure.of(
                  "constraint", "node " + node.id() + " cannot start this once it has begun"),
              0);
    }
  }

  /** Goes on waiting; with bodies that are all closed there is nothing to wait for. */
  private void stay(Node node, NodeRun run) {
    if (run.waitsFor() instanceof Wait.ForBodies bodies) {
      turn.bodies.more(node, run, Step.Open.none(bodies.progress()));
    }
  }

  private void endBody(Node node, NodeRun run, Step.EndBody end) {
    int body = turn.bodies.around(run.place().scope());
    if (body == 0) {
      finish(node, run, end.output(), Outcomes.SUCCESS);
      return;
    }
    record(run, new Result(RunStatus.DONE, Outcomes.SUCCESS, end.output(), null, turn.now()));
    turn.bodies.settle(body, new BodyOutcome(end.outcome(), end.output(), null), true);
  }

  private void finish(Node node, NodeRun run, @Nullable Object output, String outcome) {
    turn.bodies.closeAll(run);
    turn.waits.closePeople(run);
    turn.nodes.finish(node, turn.draft.run(run.id()), output, outcome);
  }

  private void leave(NodeRun run) {
    turn.bodies.closeAll(run);
    turn.waits.closePeople(run);
    turn.waits.cancelTimers(run);
  }

  private void record(NodeRun run, Result result) {
    leave(run);
    turn.emit(new HistoryEvent.NodeCompleted(turn.now(), run.id(), result));
  }
}
