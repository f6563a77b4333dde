package dev.millrace.runtime.local;

import dev.millrace.engine.Command;
import dev.millrace.engine.Decision;
import dev.millrace.engine.Effect;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.Moment;
import dev.millrace.engine.Slot;
import dev.millrace.engine.interpreter.Engine;
import dev.millrace.runtime.Decider;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The interpreter as the runtime asks it; thread-safe, as the interpreter is. */
public record EngineDecider(Engine engine) implements Decider {

  @Override
  public Decision decide(@Nullable InstanceState state, Command command, Moment moment) {
    return engine.decide(state, command, moment);
  }

  @Override
  public @Nullable Slot slot(Command.StartInstance command, Moment moment) {
    return engine.slot(command, moment);
  }

  @Override
  public InstanceState apply(@Nullable InstanceState state, HistoryEvent event) {
    return engine.apply(state, event);
  }

  @Override
  public InstanceState fold(@Nullable InstanceState state, List<HistoryEvent> events) {
    return engine.fold(state, events);
  }

  @Override
  public List<Effect> resume(InstanceState state, Moment moment) {
    return engine.recover(state, moment);
  }

  @Override
  public boolean settled(InstanceState state) {
    return Engine.settled(state);
  }

  @Override
  public int openWork(InstanceState state) {
    return Engine.openWork(state);
  }
}
