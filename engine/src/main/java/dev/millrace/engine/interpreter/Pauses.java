package dev.millrace.engine.interpreter;

import dev.millrace.engine.Command;
import dev.millrace.engine.Decision;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.Reason;
import dev.millrace.engine.Reply;
import dev.millrace.engine.Slot;
import dev.millrace.engine.Status;
import dev.millrace.engine.Token;
import dev.millrace.engine.Wait;
import java.util.List;

/** Holding an instance, and letting it go on. */
final class Pauses {

  private Pauses() {}

  static Decision suspend(InstanceState state, Turn turn) {
    Slot awaited = state.awaitedSlot();
    if (awaited != null) {
      return Turn.rejected(
          state,
          Reply.Rejected.of(
              Reason.INVALID_STATE,
              "this instance has not begun, it waits for "
                  + awaited.words()
                  + "; it can be stopped"));
    }
    if (state.life().status() != Status.RUNNING) {
      return Turn.rejected(state, wrongState(state, "suspended", "started"));
    }
    if (state.header().fast()) {
      return Turn.rejected(
          state,
          Reply.Rejected.of(
              Reason.INVALID_STATE, "an instance of the fast engine cannot be suspended"));
    }
    turn.emit(new HistoryEvent.InstanceSuspended(turn.now()));
    return turn.decision(Reply.OK);
  }

  static Decision resume(InstanceState state, Turn turn) {
    if (state.life().status() != Status.SUSPENDED) {
      return Turn.rejected(state, wrongState(state, "resumed", "suspended"));
    }
    turn.emit(new HistoryEvent.InstanceResumed(turn.now()));
    state.openRuns().forEach(turn.waits::armTimers);
    turn.joins.armTimers();
    release(state, turn);
    for (NodeRun run : state.openRuns()) {
      if (run.waitsFor() instanceof Wait.ForEvent wanted) {
        turn.waits.takeKept(run, wanted);
      } else if (run.waitsFor() instanceof Wait.ForCallback) {
        turn.waits.takeCallback(run);
      }
    }
    turn.run();
    return turn.decision(Reply.OK);
  }

  /** Puts held tokens and loops on their way again. */
  private static void release(InstanceState state, Turn turn) {
    List<Token> parked = state.graph().parked();
    if (!parked.isEmpty()) {
      turn.emit(new HistoryEvent.TokensReleased(turn.now()));
      parked.forEach(turn::ready);
    }
    for (InstanceState.Loop loop : state.graph().loops().values()) {
      if (!loop.closed()) {
        turn.advanceLater(loop.id());
      }
    }
    turn.bodies.touchAll();
  }

  static Decision goOn(InstanceState state, Command.ContinueInstance command, Turn turn) {
    if (state.life().status() != Status.RUNNING
        || command.generation() != state.life().generation()) {
      return Turn.ignored(state, List.of());
    }
    release(state, turn);
    turn.run();
    return turn.decision(Reply.OK);
  }

  static Reply.Rejected wrongState(InstanceState state, String verb, String wanted) {
    return Reply.Rejected.of(
        Reason.INVALID_STATE,
        "only a "
            + wanted
            + " instance can be "
            + verb
            + "; this one is "
            + state.life().status().word());
  }
}
