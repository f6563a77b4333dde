package dev.millrace.runtime.lane;

import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceState;
import dev.millrace.runtime.activity.JsonSize;
import java.util.List;

/** Estimates of stored size in bytes; good enough to bound batches and memory. */
final class Weight {

  private static final int EVENT = 100;
  private static final int RUN = 400;
  private static final int STATE = 1000;

  private Weight() {}

  static long events(List<HistoryEvent> events) {
    long sum = 0;
    for (HistoryEvent event : events) {
      sum += EVENT + payload(event);
    }
    return sum;
  }

  /** The size of a state that was read, from the number of its runs. */
  static long state(InstanceState state) {
    return STATE + (long) RUN * state.graph().runs().size();
  }

  private static long payload(HistoryEvent event) {
    return switch (event) {
      case HistoryEvent.InstanceStarted started -> JsonSize.of(started.input());
      case HistoryEvent.NodeRan ran ->
          JsonSize.of(ran.input()) + JsonSize.of(ran.result().output());
      case HistoryEvent.NodeEntered entered -> JsonSize.of(entered.input());
      case HistoryEvent.NodeCompleted completed -> JsonSize.of(completed.result().output());
      case HistoryEvent.BodyOpened body -> JsonSize.of(body.variables());
      case HistoryEvent.BodySettled body -> JsonSize.of(body.output());
      case HistoryEvent.LoopOpened loop -> JsonSize.of(loop.items());
      case HistoryEvent.VariablesSet set -> JsonSize.of(set.variables());
      case HistoryEvent.HumanTaskChanged changed -> JsonSize.of(changed.task().payload());
      case HistoryEvent.EventRaised raised -> JsonSize.of(raised.payload());
      case HistoryEvent.InstanceEnded ended -> JsonSize.of(ended.output());
      case HistoryEvent.InstanceRerun rerun -> JsonSize.of(rerun.parameters());
      // The others carry names and numbers only.
      default -> 0;
    };
  }
}
