package dev.millrace.engine.interpreter;

import dev.millrace.engine.code.CodeEvent;
import dev.millrace.engine.code.PropagatedHistory;
import dev.millrace.engine.code.Propagation;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Cuts what activities and children are shown of a run's history. Pure. */
final class Propagating {

  private Propagating() {}

  /**
   * What an activity or child is shown; null when it asks for nothing.
   *
   * @param self the run that asks
   * @param history of the run, in which what was asked for stands
   * @param id of what was asked for: events after it are not shown
   */
  static @Nullable PropagatedHistory shown(
      CodeEvent.ExecutionStarted self,
      String app,
      List<CodeEvent> history,
      int id,
      @Nullable Propagation scope) {
    if (scope == null || scope == Propagation.NONE) {
      return null;
    }
    int end = history.size();
    while (end > 0 && history.get(end - 1).eventId() != id) {
      end--;
    }
    return assembled(self, app, history.subList(0, end), scope);
  }

  /**
   * What the next run of a workflow is shown: only one that was shown something itself goes on so.
   *
   * @param history of the run that ends
   */
  static @Nullable PropagatedHistory forNextRun(
      CodeEvent.ExecutionStarted self, String app, List<CodeEvent> history) {
    PropagatedHistory received = self.propagated();
    return received == null ? null : assembled(self, app, history, received.scope());
  }

  private static PropagatedHistory assembled(
      CodeEvent.ExecutionStarted self, String app, List<CodeEvent> events, Propagation scope) {
    List<PropagatedHistory.Chunk> chunks = new ArrayList<>();
    PropagatedHistory received = self.propagated();
    if (scope == Propagation.LINEAGE && received != null) {
      chunks.addAll(received.chunks());
    }
    if (!events.isEmpty()) {
      chunks.add(
          new PropagatedHistory.Chunk(app, self.instanceId(), self.name(), List.copyOf(events)));
    }
    return new PropagatedHistory(scope, List.copyOf(chunks));
  }
}
