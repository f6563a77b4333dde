package dev.millrace.engine.interpreter;

import dev.millrace.engine.EndReason;
import dev.millrace.engine.Failure;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.NodeRun.Place;
import dev.millrace.engine.NodeRun.Result;
import dev.millrace.engine.NodeRun.RunStatus;
import dev.millrace.engine.Status;
import dev.millrace.engine.Token;
import dev.millrace.engine.Wait;
import dev.millrace.engine.expression.ExpressionException;
import dev.millrace.engine.graph.Edge;
import dev.millrace.engine.graph.ErrorPolicy;
import dev.millrace.engine.graph.ErrorPolicy.Catch;
import dev.millrace.engine.graph.ErrorPolicy.Operation;
import dev.millrace.engine.graph.Node;
import dev.millrace.engine.graph.Outcomes;
import dev.millrace.engine.graph.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What happens to a failure, in this order: retry, edges and catches of the node, its operation,
 * the global exception node, the process-wide policy, the end of the instance.
 */
final class Errors {

  /** No retry is put off longer than this: a year. */
  private static final long MAX_DELAY_MILLIS = 366L * 24 * 60 * 60 * 1000;

  /** The parameter of a global exception node that names types of errors. */
  private static final String ERRORS_TAKEN = "on";

  private final Turn turn;

  Errors(Turn turn) {
    this.turn = turn;
  }

  /** A node failed before it was run. */
  void failNew(Node node, Place place, Map<String, @Nullable Object> recorded, Failure failure) {
    failNew(node, turn.nodes.provisional(place), recorded, new Step.Failed(failure));
  }

  /** A node failed before it waited for anything. */
  void failNew(Node node, NodeRun run, Map<String, @Nullable Object> recorded, Step.Failed failed) {
    Failure seen = failed.failure().at(run, turn.now());
    int id = run.id();
    boolean held = canRetry(node, 0, turn.now(), seen) || incident(node, run);
    if (held) {
      turn.emit(
          new HistoryEvent.NodeEntered(
              turn.now(),
              id,
              run.place(),
              recorded,
              new Wait.ForTime(turn.now()),
              null,
              run.notes()));
      fail(turn.draft.run(id), new Step.Failed(seen, failed.output()), 0);
      return;
    }
    turn.emit(
        new HistoryEvent.NodeRan(
            turn.now(),
            id,
            run.place(),
            recorded,
            result(node, seen, failed.output()),
            run.notes()));
    after(node, turn.draft.run(id), seen);
  }

  /** Whether a failure waits for an operator; that of an undo always does, unless ignored. */
  private boolean incident(Node node, NodeRun run) {
    if (run.place().from().equals(Nodes.COMPENSATION)) {
      return node.policies().errors().operation() != Operation.IGNORE;
    }
    return node.policies().errors().operation() == Operation.INCIDENT
        || turn.graph.settings().rules().errors().operation() == Operation.INCIDENT;
  }

  /**
   * An attempt of an open run failed.
   *
   * @param leastDelayMillis before a retry, as the other side asked
   */
  void fail(NodeRun run, Failure failure, long leastDelayMillis) {
    fail(run, new Step.Failed(failure), leastDelayMillis);
  }

  /** The same for an attempt that gave an output nevertheless. */
  void fail(NodeRun run, Step.Failed failed, long leastDelayMillis) {
    Node node = turn.graph.node(run.place().nodeId());
    Failure seen = failed.failure().at(run, turn.now());
    turn.waits.cancelTimers(run);
    turn.waits.dropWork(run);
    turn.waits.closePeople(run);
    turn.bodies.closeAll(run);
    turn.waits.closeRace(run);
    if (canRetry(node, run.attempts().size(), run.startAt(), seen)) {
      Instant due = turn.now().plusMillis(delay(node, run.attempt(), leastDelayMillis));
      turn.emit(new HistoryEvent.NodeRetryScheduled(turn.now(), run.id(), seen, due));
      turn.waits.armTimers(turn.draft.run(run.id()));
      return;
    }
    boolean undo = run.place().from().equals(Nodes.COMPENSATION);
    if (incident(node, run) && (undo || !caught(node, seen))) {
      turn.emit(new HistoryEvent.NodeRetryScheduled(turn.now(), run.id(), seen, turn.now()));
      turn.emit(new HistoryEvent.NodeResumed(turn.now(), run.id(), new Wait.ForOperator(), null));
      return;
    }
    Result result = result(node, seen, failed.output());
    turn.emit(new HistoryEvent.NodeCompleted(turn.now(), run.id(), result));
    after(node, turn.draft.run(run.id()), seen);
  }

  private boolean caught(Node node, Failure failure) {
    return !turn.edges.candidates(node, Failures.label(failure)).isEmpty()
        || branch(node, failure) != null;
  }

  private boolean canRetry(Node node, int retries, Instant startAt, Failure failure) {
    ErrorPolicy.Retry retry = node.policies().errors().retry();
    if (retry == null || retries >= retry.count() || !Failures.retried(retry, failure)) {
      return false;
    }
    long elapsed = Duration.between(startAt, turn.now()).toMillis();
    return retry.maxElapsedMillis() == 0 || elapsed < retry.maxElapsedMillis();
  }

  /** The delay before retry number {@code k}, from 1. */
  private long delay(Node node, int k, long leastMillis) {
    ErrorPolicy.Retry retry = node.policies().errors().retry();
    if (retry == null) {
      return leastMillis;
    }
    double grown =
        switch (retry.backoff()) {
          case FIXED -> (double) retry.intervalMillis();
          case LINEAR -> (double) retry.intervalMillis() * k;
          case EXPONENTIAL -> (double) retry.intervalMillis() * Math.pow(retry.rate(), k - 1.0);
        };
    long bound = retry.maxIntervalMillis() > 0 ? retry.maxIntervalMillis() : MAX_DELAY_MILLIS;
    double delay = Math.min((double) bound, grown);
    double chance = (turn.draw() >>> 11) * 0x1.0p-53;
    double scattered =
        switch (retry.jitter()) {
          case NONE -> delay;
          case FULL -> delay * chance;
          case EQUAL -> delay / 2 + delay / 2 * chance;
        };
    return Math.max(Math.round(scattered), Math.min(leastMillis, bound));
  }

  private Result result(Node node, Failure failure, @Nullable Object output) {
    boolean timeout = failure.type().equals("timeout");
    RunStatus status = timeout ? RunStatus.TIMEOUT : RunStatus.FAILED;
    ErrorPolicy policy = node.policies().errors();
    boolean ignored = operation(node) == Operation.IGNORE && !caught(node, failure);
    return new Result(
        status,
        ignored ? Outcomes.SUCCESS : Failures.label(failure),
        ignored ? instead(policy) : output,
        failure,
        turn.now());
  }

  /** The output in place of an ignored failure, of the policy that says to ignore it. */
  private @Nullable Object instead(ErrorPolicy own) {
    return own.operation() == Operation.IGNORE
        ? own.value()
        : turn.graph.settings().rules().errors().value();
  }

  private Operation operation(Node node) {
    Operation own = node.policies().errors().operation();
    return own == Operation.STOP || own == Operation.CATCH
        ? turn.graph.settings().rules().errors().operation()
        : own;
  }

  private void after(Node node, NodeRun run, Failure failure) {
    if (run.place().loop() != 0) {
      turn.advanceLater(run.place().loop());
    } else if (run.place().from().equals(Nodes.COMPENSATION)) {
      turn.endings.compensated();
    } else {
      outward(node, run, failure);
    }
  }

  /** A final failure leaves its node. */
  void outward(Node node, NodeRun run, Failure failure) {
    List<Edge> edges = turn.edges.candidates(node, Failures.label(failure));
    int scope = run.place().scope();
    if (!edges.isEmpty()) {
      turn.edges.takeFailed(node, scope, run.id(), edges, failure);
      return;
    }
    String branch = branch(node, failure);
    if (branch != null) {
      turn.ready(new Token(branch, scope, node.id(), run.id(), failure));
      return;
    }
    Operation operation = operation(node);
    switch (operation) {
      case IGNORE -> goOn(node, run);
      case TERMINATE -> turn.endings.end(Status.TERMINATED, EndReason.SYSTEM, null, failure);
      case COMPENSATE -> {
        turn.leftovers.failed(run);
        turn.endings.compensate(failure);
      }
      case STOP, CATCH, THROW, INCIDENT -> unhandled(node, run, failure);
    }
  }

  /** Follows the edges of success after an ignored failure. */
  private void goOn(Node node, NodeRun run) {
    RunScope scope = new RunScope(turn, run, Nodes.Extras.NONE);
    Edges.Choice choice = turn.edges.choose(node, Outcomes.SUCCESS, scope);
    if (choice.failure() == null) {
      turn.edges.take(node, turn.waits.winRace(run), run.id(), choice.edges());
    } else {
      unhandled(node, run, choice.failure().at(node.id(), turn.now()));
    }
  }

  private void unhandled(Node node, NodeRun run, Failure failure) {
    int body = turn.bodies.around(run.place().scope());
    if (body != 0) {
      turn.bodies.fail(body, failure);
      return;
    }
    if (!node.bodies().isEmpty() && failure.type().equals(Outcomes.REJECTED)) {
      turn.endings.reject(failure);
      return;
    }
    String errorNode = errorNode(failure);
    boolean usable =
        !errorNode.isEmpty() && !errorNode.equals(node.id()) && turn.draft.caught() == null;
    if (usable) {
      turn.emit(new HistoryEvent.ErrorCaught(turn.now(), failure));
      turn.ready(new Token(errorNode, 0, node.id(), run.id(), failure));
      return;
    }
    turn.leftovers.failed(run);
    boolean none = turn.graph.settings().errorNode().isEmpty();
    if (none && turn.graph.settings().rules().siblingsFinish()) {
      turn.leftovers.recordFailed();
      if (turn.draft.caught() == null) {
        turn.emit(new HistoryEvent.ErrorCaught(turn.now(), failure));
      }
    } else {
      turn.endings.end(failure.status(), failure.reason(), null, failure);
    }
  }

  /** The first global exception node that takes a failure, empty for none. */
  private String errorNode(Failure failure) {
    String first = turn.graph.settings().errorNode();
    if (first.isEmpty()) {
      return first;
    }
    String type = turn.graph.node(first).type();
    return turn.graph.nodes().values().stream()
        .filter(node -> node.type().equals(type))
        .filter(node -> takes(node, failure))
        .map(Node::id)
        .findFirst()
        .orElse("");
  }

  /** Whether a global exception node names the type of a failure, or none. */
  private static boolean takes(Node errorNode, Failure failure) {
    Node.Parameter on = errorNode.parameters().get(ERRORS_TAKEN);
    List<String> named =
        switch (on == null ? null : on.value()) {
          case String text when !text.isBlank() -> List.of(text.strip());
          case List<?> list -> list.stream().map(String::valueOf).toList();
          case null, default -> List.of();
        };
    return named.isEmpty() || Failures.matches(named, failure.type());
  }

  /** The failure that ends the instance once its other branches have ended, or null. */
  @Nullable Failure pending() {
    return turn.graph.settings().errorNode().isEmpty() ? turn.draft.caught() : null;
  }

  private @Nullable String branch(Node node, Failure failure) {
    ErrorPolicy own = node.policies().errors();
    if (own.operation() == Operation.THROW) {
      return null;
    }
    String branch = match(own.catches(), failure);
    return branch != null
        ? branch
        : match(turn.graph.settings().rules().errors().catches(), failure);
  }

  private @Nullable String match(List<Catch> catches, Failure failure) {
    for (Catch candidate : catches) {
      if (Failures.matches(candidate.on(), failure.type()) && holds(candidate.when(), failure)) {
        return candidate.branch();
      }
    }
    return null;
  }

  private boolean holds(@Nullable Object when, Failure failure) {
    if (when == null) {
      return true;
    }
    RunScope scope = RunScope.ofInstance(turn).with("error", Failures.event(turn, failure));
    try {
      return turn.ports.expressions().test(when, scope);
    } catch (ExpressionException fault) {
      return false;
    }
  }
}
