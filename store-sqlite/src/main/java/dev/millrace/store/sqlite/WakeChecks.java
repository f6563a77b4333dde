package dev.millrace.store.sqlite;

import dev.millrace.engine.Command;
import dev.millrace.engine.Effect;
import dev.millrace.engine.HumanTask;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.Status;
import dev.millrace.engine.Wait;
import dev.millrace.store.codec.Codec;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Whether a live instance will be woken: each thing it waits for must have what brings it, a timer,
 * a work item, a child, or a server that takes it up again. Used for one instance, by one thread.
 */
final class WakeChecks {

  /** Timer ids as the engine gives them. */
  private static final String INSTANCE_TIMER = "instance";

  private static final String DUE = "due:";
  private static final String RETRY = "retry:";
  private static final String TIMEOUT = "timeout:";

  private final Connection connection;
  private final long id;
  private final InstanceState state;
  private final Consumer<String> violations;

  WakeChecks(Connection connection, long id, InstanceState state, Consumer<String> violations) {
    this.connection = connection;
    this.id = id;
    this.state = state;
    this.violations = violations;
  }

  void run() throws SQLException {
    if (state.code() != null) {
      // It may wait for events that only its code knows of.
      return;
    }
    if (state.life().status() == Status.PENDING) {
      // Woken by whoever gives a slot back; a server that starts counts them anew.
      if (state.header().slot() == null) {
        violations.accept("it has not begun and waits for no slot");
      }
      return;
    }
    boolean running = state.life().status() == Status.RUNNING;
    boolean heldLoop =
        state.graph().loops().values().stream()
            .anyMatch(loop -> !loop.closed() && loop.count().active() == 0);
    boolean held = !state.graph().parked().isEmpty() || heldLoop;
    boolean activity =
        state.openRuns().stream().anyMatch(run -> run.waitsFor() instanceof Wait.ForActivity);
    if ((activity || state.header().fast() || (running && held)) && openWork() == 0) {
      violations.accept("it has open work, and its row says that it has none");
    }
    if (state.header().fast()) {
      return;
    }
    if (running && state.openRuns().isEmpty() && !held) {
      violations.accept("it waits for nothing and has not ended");
    }
    timers(running);
    bodies(running);
    for (NodeRun run : state.openRuns()) {
      if (run.waitsFor() instanceof Wait.ForChild child) {
        child(run, child.child());
      } else if (run.waitsFor() instanceof Wait.ForPeople people
          && people.tasks().values().stream().map(HumanTask::state).noneMatch(s -> s.open())) {
        violations.accept("run " + run.id() + " waits for people and has no open work item");
      }
    }
  }

  /**
   * A body was opened by a run that waits for it, and something in it goes on; one that is to begin
   * or to be closed needs a server.
   */
  private void bodies(boolean running) throws SQLException {
    Set<Integer> waitedFor = new HashSet<>();
    boolean due = false;
    for (InstanceState.Scope scope : state.graph().scopes().values()) {
      InstanceState.Body body = scope.body();
      if (body == null) {
        continue;
      }
      waitedFor.add(body.run());
      NodeRun opener = state.graph().runs().get(body.run());
      if (opener == null || !(opener.waitsFor() instanceof Wait.ForBodies)) {
        violations.accept(
            "body %d is open, and run %d does not wait for it".formatted(scope.id(), body.run()));
      }
      due |= !body.entered() || !moves(scope.id());
    }
    if (running && due && openWork() == 0) {
      violations.accept("a body is to begin or to end, and its row says that it has no open work");
    }
    for (NodeRun run : state.openRuns()) {
      if (run.waitsFor() instanceof Wait.ForBodies && !waitedFor.contains(run.id())) {
        violations.accept("run " + run.id() + " waits for bodies and has none open");
      }
    }
  }

  /** Whether anything is left in a body that will go on: a run, a token, a loop, a join. */
  private boolean moves(int body) {
    InstanceState.GraphState graph = state.graph();
    return state.openRuns().stream().anyMatch(run -> bodyOf(run.place().scope()) == body)
        || graph.parked().stream().anyMatch(token -> bodyOf(token.scope()) == body)
        || graph.loops().values().stream()
            .anyMatch(loop -> !loop.closed() && bodyOf(loop.place().scope()) == body)
        || graph.joins().values().stream()
            .anyMatch(
                join -> !join.done() && !join.arrivals().isEmpty() && bodyOf(join.scope()) == body);
  }

  /** The innermost body that a scope lies in or is, 0 for none. */
  private int bodyOf(int scope) {
    InstanceState.Scope found = state.graph().scopes().get(scope);
    while (found != null && found.body() == null) {
      found = state.graph().scopes().get(found.parent());
    }
    return found == null ? 0 : found.id();
  }

  private long openWork() throws SQLException {
    return ReadPool.number(connection, "SELECT open_work FROM mr_instance WHERE id = ?", id);
  }

  /** A suspended instance may have lost timers that came due; resuming arms them again. */
  private void timers(boolean running) throws SQLException {
    Map<String, Instant> wanted = new HashMap<>();
    put(wanted, INSTANCE_TIMER, state.life().timeoutAt());
    if (running) {
      for (NodeRun run : state.openRuns()) {
        put(wanted, TIMEOUT + run.id(), run.timeoutAt());
        switch (run.waitsFor()) {
          case Wait.ForTime time -> put(wanted, DUE + run.id(), time.dueAt());
          case Wait.ForRetry retry -> put(wanted, RETRY + run.id(), retry.dueAt());
          case null, default -> {
            // Nothing else is brought by a timer of its own.
          }
        }
      }
    }
    Map<String, Long> found = new HashMap<>();
    InstanceKey key = state.header().key();
    ReadPool.rows(
            connection,
            "SELECT timer_id, due_at FROM mr_timer WHERE namespace = ? AND uid = ?",
            row -> Map.entry(row.getString(1), row.getLong(2)),
            key.namespace(),
            key.uid())
        .forEach(timer -> found.put(timer.getKey(), timer.getValue()));
    wanted.forEach((timer, due) -> {
      Long at = found.get(timer);
      if (at == null) {
        violations.accept("timer %s, due at %s, is missing".formatted(timer, due));
      } else if (at != due.toEpochMilli()) {
        violations.accept(
            "timer %s is due at %s, not at %s".formatted(timer, Instant.ofEpochMilli(at), due));
      }
    });
  }

  private static void put(Map<String, Instant> timers, String name, @Nullable Instant due) {
    if (due != null) {
      timers.put(name, due);
    }
  }

  /** A child that is waited for is live, or a message about its start or its end is on its way. */
  private void child(NodeRun run, InstanceKey child) throws SQLException {
    long live =
        ReadPool.number(
            connection,
            """
            SELECT count(*) FROM mr_instance WHERE uid = ? AND namespace = ?
              AND status IN ('PENDING', 'RUNNING', 'SUSPENDED')
            """,
            child.uid(),
            child.namespace());
    if (live == 0 && !announced(child)) {
      violations.accept(
          "run %d waits for child %s, which is not live and of which no message is on its way"
              .formatted(run.id(), child));
    }
  }

  private boolean announced(InstanceKey child) throws SQLException {
    List<Effect> messages =
        ReadPool.rows(
            connection,
            "SELECT message FROM mr_outbox",
            row -> Codec.decodeEffect(Payloads.resolve(connection, row.getString(1))));
    return messages.stream().anyMatch(message -> isAbout(message, child));
  }

  private static boolean isAbout(Effect message, InstanceKey child) {
    return switch (message) {
      case Effect.StartChild start -> start.key().equals(child);
      case Effect.SendToInstance send ->
          send.command() instanceof Command.ChildEnded ended && ended.child().equals(child);
      default -> false;
    };
  }
}
