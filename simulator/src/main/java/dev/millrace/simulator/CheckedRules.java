package dev.millrace.simulator;

import dev.millrace.engine.Command;
import dev.millrace.engine.Decision;
import dev.millrace.engine.Effect;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.Moment;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.Slot;
import dev.millrace.engine.Wait;
import dev.millrace.runtime.Decider;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rules whose every decision is checked: no exception, the state is the fold of the events, equal
 * questions get equal answers, timers are not early, foreign results have no effect. One thread.
 */
final class CheckedRules implements Decider {

  /** One decision in so many is asked for twice. */
  private static final int ASKED_TWICE = 8;

  private final World world;
  private final Decider rules;
  private long decisions;
  private long stale;

  CheckedRules(World world, Decider rules) {
    this.world = world;
    this.rules = rules;
  }

  /** How many results of foreign attempts were decided. */
  long stale() {
    return stale;
  }

  @Override
  public Decision decide(@Nullable InstanceState state, Command command, Moment moment) {
    if (command instanceof Command.FireTimer fire) {
      world.verdict.require(
          !fire.dueAt().isAfter(world.clock.latest()),
          "I10",
          "timer %s is due %s and was fired at %s"
              .formatted(fire.timerId(), fire.dueAt(), world.clock.latest()));
      world.fired.add(fire);
    }
    Decision decision;
    try {
      decision = rules.decide(state, command, moment);
      if (decisions++ % ASKED_TWICE == 0) {
        world.verdict.require(
            decision.equals(rules.decide(state, command, moment)),
            "pure",
            "the same question was answered in two ways: " + command);
      }
      checkFold(state, command, decision);
    } catch (RuntimeException | StackOverflowError e) {
      world.verdict.breach("no exception", "deciding %s threw %s".formatted(command, describe(e)));
      throw e;
    }
    if (!decision.events().isEmpty()) {
      world.coverage.count(Coverage.Kind.COMMAND, command);
    }
    if (foreign(state, command)) {
      world.fault("foreign result");
      stale++;
      world.verdict.require(
          decision.ignored() && decision.events().isEmpty(),
          "I13",
          "a result of a foreign attempt was not ignored: %s led to %s"
              .formatted(command, decision.events()));
    }
    return decision;
  }

  private void checkFold(@Nullable InstanceState before, Command command, Decision decision) {
    if (decision.events().isEmpty()) {
      world.verdict.require(
          java.util.Objects.equals(before, decision.state())
              || (command instanceof Command.PurgeInstance
                  && decision.effects().contains(new Effect.Purge())),
          "I7",
          "the state changed without an event by " + command);
    } else {
      world.verdict.require(
          world.engine.fold(before, decision.events()).equals(decision.state()),
          "I7",
          "the state after %s is not the fold of its events %s"
              .formatted(command, decision.events()));
    }
  }

  /** Told from the state alone, not as the engine does it. */
  private static boolean foreign(@Nullable InstanceState state, Command command) {
    Command.WorkToken token =
        switch (command) {
          case Command.CompleteActivity complete -> complete.token();
          case Command.FailActivity fail -> fail.token();
          default -> null;
        };
    if (token == null || state == null) {
      return false;
    }
    NodeRun run = state.graph().runs().get(token.runId());
    return state.life().status().terminal()
        || token.generation() != state.life().generation()
        || run == null
        || run.result() != null
        || token.attempt() != run.attempts().size() + 1
        || !(run.waitsFor() instanceof Wait.ForActivity);
  }

  static String describe(Throwable thrown) {
    StackTraceElement[] stack = thrown.getStackTrace();
    StringBuilder text = new StringBuilder(thrown.toString());
    for (int i = 0; i < Math.min(8, stack.length); i++) {
      text.append(System.lineSeparator()).append("    at ").append(stack[i]);
    }
    return text.toString();
  }

  @Override
  public @Nullable InstanceState apply(@Nullable InstanceState state, HistoryEvent event) {
    return rules.apply(state, event);
  }

  @Override
  public @Nullable InstanceState fold(@Nullable InstanceState state, List<HistoryEvent> events) {
    return rules.fold(state, events);
  }

  @Override
  public @Nullable Slot slot(Command.StartInstance command, Moment moment) {
    return rules.slot(command, moment);
  }

  @Override
  public int openWork(InstanceState state) {
    return rules.openWork(state);
  }

  @Override
  public List<Effect> resume(InstanceState state, Moment moment) {
    try {
      return rules.resume(state, moment);
    } catch (RuntimeException | StackOverflowError e) {
      world.verdict.breach("no exception", "resuming threw " + describe(e));
      throw e;
    }
  }
}
