package dev.millrace.simulator;

import dev.millrace.engine.Command;
import dev.millrace.engine.Decision;
import dev.millrace.engine.Effect;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.Moment;
import dev.millrace.engine.Slot;
import dev.millrace.runtime.Decider;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Passes everything on; broken rules override what they break. */
class PassingRules implements Decider {

  private final Decider rules;

  PassingRules(Decider rules) {
    this.rules = rules;
  }

  @Override
  public Decision decide(@Nullable InstanceState state, Command command, Moment moment) {
    return rules.decide(state, command, moment);
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
    return rules.resume(state, moment);
  }
}
