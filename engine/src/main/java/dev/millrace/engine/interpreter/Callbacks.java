package dev.millrace.engine.interpreter;

import dev.millrace.engine.Command;
import dev.millrace.engine.Decision;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.Reason;
import dev.millrace.engine.Reply;
import dev.millrace.engine.Status;
import dev.millrace.engine.Wait;
import dev.millrace.engine.graph.Outcomes;

/** Calls to the callback addresses of nodes. */
final class Callbacks {

  private Callbacks() {}

  /** Ends the wait of the oldest run that the call fits; a held instance keeps it. */
  static Decision complete(InstanceState state, Command.CompleteCallback command, Turn turn) {
    if (!state.life().executionUid().equals(command.executionUid())) {
      return Turn.rejected(
          state,
          Reply.Rejected.of(
              Reason.NOT_FOUND, "no execution " + command.executionUid() + " of this instance"));
    }
    if (!turn.graph.nodes().containsKey(command.nodeId())) {
      return Turn.rejected(
          state, Reply.Rejected.of(Reason.NOT_FOUND, "no task " + command.nodeId()));
    }
    boolean held = state.life().status() == Status.SUSPENDED;
    if (!state.life().status().terminal()) {
      for (NodeRun run : state.openRuns()) {
        if (fits(run, command) && !turn.waits.calledBack(run)) {
          if (held) {
            turn.emit(kept(run, command, turn));
          } else {
            turn.nodes.complete(run, command.payload(), Outcomes.SUCCESS);
            turn.run();
          }
          return turn.decision(Reply.OK);
        }
      }
    }
    return Turn.rejected(
        state,
        Reply.Rejected.of(
            Reason.ALREADY_SUBMITTED,
            "task "
                + command.nodeId()
                + (command.index() == null ? "" : " (index " + command.index() + ")")
                + " waits for no callback now"));
  }

  private static boolean fits(NodeRun run, Command.CompleteCallback command) {
    return run.waitsFor() instanceof Wait.ForCallback
        && run.place().nodeId().equals(command.nodeId())
        && (command.index() == null || command.index() == run.place().index());
  }

  private static HistoryEvent kept(NodeRun run, Command.CompleteCallback command, Turn turn) {
    return new HistoryEvent.EventRaised(
        turn.now(), Waits.CALLBACK, String.valueOf(run.id()), command.payload(), "", null);
  }
}
