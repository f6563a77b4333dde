package dev.millrace.simulator;

import dev.millrace.engine.HumanTask;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.Status;
import dev.millrace.engine.Wait;
import java.time.Duration;
import java.util.List;

/** Gives every instance what it waits for, until all have ended. One thread. */
final class Healer {

  private static final Duration ROUND = Duration.ofSeconds(10);
  private static final int SHOWN = 5;

  private final World world;

  Healer(World world) {
    this.world = world;
  }

  void begin() {
    if (world.server() != null) {
      live().forEach(this::tend);
    }
    if (!done()) {
      world.agenda.after(ROUND, this::begin);
    }
  }

  /** Whether nothing lives and nothing is on its way that could begin to. */
  boolean done() {
    return world.clients.quiet() && world.rows.outbox().isEmpty() && live().isEmpty();
  }

  /** What the instances that have not ended wait for. */
  String remaining() {
    StringBuilder text = new StringBuilder();
    for (InstanceState state : live().stream().limit(SHOWN).toList()) {
      text.append(
          "%n  %s (%s, %s) waits for %s"
              .formatted(
                  state.header().key(),
                  state.header().definition(),
                  state.life().status(),
                  state.openRuns().stream()
                      .map(run -> run.place().nodeId() + " " + run.waitsFor())
                      .toList()));
    }
    return text.toString();
  }

  private List<InstanceState> live() {
    return world.commits.states().stream()
        .filter(state -> !state.life().status().terminal())
        .toList();
  }

  private void tend(InstanceState state) {
    InstanceKey key = state.header().key();
    if (state.life().status() == Status.SUSPENDED) {
      world.clients.resume(key);
      return;
    }
    if (state.incident()) {
      world.clients.rerun(key);
    }
    for (NodeRun run : state.openRuns()) {
      switch (run.waitsFor()) {
        case Wait.ForEvent event -> world.clients.raise(key, event.name(), -1);
        case Wait.ForCallback _ -> world.clients.callBack(state, run);
        case Wait.ForPeople people ->
            people.tasks().values().stream()
                .filter(task -> task.state().open())
                .forEach((HumanTask task) -> world.clients.agree(key, task));
        case null, default -> {}
      }
    }
  }
}
