package dev.millrace.runtime.lane;

import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.code.CodeState;
import dev.millrace.runtime.activity.JsonSize;
import dev.millrace.runtime.worker.CodeSize;
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

  /** The size of a state that was read, with all payloads that it keeps. */
  static long state(InstanceState state) {
    long sum = STATE + JsonSize.of(state.header().input()) + JsonSize.of(state.life().output());
    for (NodeRun run : state.graph().runs().values()) {
      sum += RUN + JsonSize.of(run.input());
      if (run.result() != null) {
        sum += JsonSize.of(run.result().output());
      }
      if (run.notes() != null) {
        sum += JsonSize.of(run.notes().output());
      }
    }
    sum += JsonSize.of(state.graph().variables()) + JsonSize.of(state.graph().parameters());
    CodeState code = state.code();
    return code == null ? sum : sum + CodeSize.of(code.history()) + CodeSize.of(code.inbox());
  }

  private static long payload(HistoryEvent event) {
    return switch (event) {
      case HistoryEvent.InstanceStarted started -> JsonSize.of(started.input());
      case HistoryEvent.NodeRan ran ->
          JsonSize.of(ran.input()) + JsonSize.of(ran.result().output());
      case HistoryEvent.NodeEntered entered -> JsonSize.of(entered.input());
      case HistoryEvent.NodeNoted noted -> JsonSize.of(noted.notes().output());
      case HistoryEvent.OutputSet set -> JsonSize.of(set.output());
      case HistoryEvent.NodeCompleted completed -> JsonSize.of(completed.result().output());
      case HistoryEvent.BodyOpened body -> JsonSize.of(body.variables());
      case HistoryEvent.BodySettled body -> JsonSize.of(body.output());
      case HistoryEvent.LoopOpened loop -> JsonSize.of(loop.items());
      case HistoryEvent.VariablesSet set -> JsonSize.of(set.variables());
      case HistoryEvent.HumanTaskChanged changed -> JsonSize.of(changed.task().payload());
      case HistoryEvent.EventRaised raised -> JsonSize.of(raised.payload());
      case HistoryEvent.InstanceEnded ended -> JsonSize.of(ended.output());
      case HistoryEvent.InstanceRerun rerun -> JsonSize.of(rerun.parameters());
      case HistoryEvent.ParametersSet set -> JsonSize.of(set.parameters());
      case HistoryEvent.CodeArrived arrived -> CodeSize.payload(arrived.event());
      case HistoryEvent.TurnTaken taken ->
          JsonSize.of(taken.customStatus()) + CodeSize.of(taken.produced());
      case HistoryEvent.ContinuedAsNew again ->
          CodeSize.payload(again.started()) + CodeSize.of(again.carryover());
      case HistoryEvent.HistorySeeded seeded -> CodeSize.of(seeded.events());
      // The others carry names and numbers only.
      default -> 0;
    };
  }
}
