package dev.millrace.runtime;

import dev.millrace.engine.Command;
import dev.millrace.engine.Decision;
import dev.millrace.engine.Effect;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.Moment;
import dev.millrace.engine.Slot;
import dev.millrace.engine.graph.Environment;
import dev.millrace.engine.graph.GraphSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The pure rules that the runtime asks. Folding is called by several threads at once, the others by
 * the lane thread only.
 */
public interface Decider {

  /**
   * Decides a command.
   *
   * @param state null for {@link Command.StartInstance} only
   */
  Decision decide(@Nullable InstanceState state, Command command, Moment moment);

  /**
   * Folds one event into a state.
   *
   * @param state null for {@link HistoryEvent.InstanceStarted} only
   */
  @Nullable InstanceState apply(@Nullable InstanceState state, HistoryEvent event);

  /**
   * The slot that a start needs, null where any number of its process runs at once.
   *
   * @throws IllegalArgumentException when the key of its group cannot be evaluated
   */
  default @Nullable Slot slot(Command.StartInstance command, Moment moment) {
    return null;
  }

  /** Folds events in order; rules that can do it faster than one by one say how. */
  default @Nullable InstanceState fold(@Nullable InstanceState state, List<HistoryEvent> events) {
    InstanceState folded = state;
    for (HistoryEvent event : events) {
      folded = apply(folded, event);
    }
    return folded;
  }

  /**
   * How many things of an instance need a running server. Not zero for all of which {@link #resume}
   * has something to say and for fast instances that have not ended: a restart looks only at these.
   */
  int openWork(InstanceState state);

  /** Whether an instance has ended or waits only for what comes from outside. */
  default boolean settled(InstanceState state) {
    return state.life().status().terminal() || openWork(state) == 0;
  }

  /**
   * The effects that a server must have again after a restart: activities in flight, parked tokens.
   * Timers and messages have rows of their own and need not be named.
   */
  List<Effect> resume(InstanceState state, Moment moment);

  /** Makes the rules over what the runtime keeps for them. */
  @FunctionalInterface
  interface Factory {

    /** Called once, while the runtime opens. Both arguments stay valid until it is closed. */
    Decider create(GraphSource graphs, Environment environment);
  }
}
