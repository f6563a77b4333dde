package dev.millrace.store.sqlite;

import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.Wait;
import dev.millrace.store.query.Queries.NumberedEvent;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the events of one instance promise among themselves: time does not go back, an end is final
 * until a rerun, a node run is begun once and ended once, a body is opened by a run that waits and
 * nothing is decided about it once it is closed, a timer does not fire early. Used for one
 * instance, by one thread.
 */
final class HistoryChecks {

  private final Consumer<String> violations;
  private final Set<Integer> begun = new HashSet<>();
  private final Set<Integer> ended = new HashSet<>();
  private final Set<Integer> bodies = new HashSet<>();
  private final Map<Integer, Instant> dueAt = new HashMap<>();
  private @Nullable Instant last;
  private boolean over;
  private int generation = 1;

  HistoryChecks(Consumer<String> violations) {
    this.violations = violations;
  }

  void run(List<NumberedEvent> events) {
    for (NumberedEvent numbered : events) {
      HistoryEvent event = numbered.event();
      Instant before = last;
      if (before != null && event.at().isBefore(before)) {
        broken(numbered, "is at %s, before the event before it".formatted(event.at()));
      }
      last = event.at();
      ends(numbered, event);
      runs(numbered, event);
      if (numbered.generation() != generation) {
        broken(numbered, "is stored in generation %d".formatted(numbered.generation()));
        generation = numbered.generation();
      }
    }
  }

  private void broken(NumberedEvent numbered, String what) {
    violations.accept(
        "event %d, %s, %s"
            .formatted(numbered.seq(), numbered.event().getClass().getSimpleName(), what));
  }

  private void ends(NumberedEvent numbered, HistoryEvent event) {
    boolean mayFollow =
        event instanceof HistoryEvent.InstanceRerun
            || event instanceof HistoryEvent.VariablesSet
            || event instanceof HistoryEvent.VariableRemoved;
    if (over && !mayFollow) {
      broken(numbered, "follows the end of the instance");
    }
    if (event instanceof HistoryEvent.InstanceEnded) {
      over = true;
    } else if (event instanceof HistoryEvent.InstanceRerun rerun) {
      over = false;
      generation = rerun.generation();
    }
  }

  private void runs(NumberedEvent numbered, HistoryEvent event) {
    switch (event) {
      case HistoryEvent.NodeRan ran -> {
        begin(numbered, ran.runId());
        end(numbered, ran.runId());
      }
      case HistoryEvent.NodeEntered entered -> {
        begin(numbered, entered.runId());
        waits(entered.runId(), entered.waitsFor());
      }
      case HistoryEvent.NodeRetryScheduled retry -> dueAt.put(retry.runId(), retry.dueAt());
      case HistoryEvent.NodeResumed resumed -> {
        notEarly(numbered, resumed.runId());
        waits(resumed.runId(), resumed.waitsFor());
      }
      case HistoryEvent.NodeCompleted completed -> {
        if (completed.result().status() == NodeRun.RunStatus.DONE) {
          notEarly(numbered, completed.runId());
        }
        end(numbered, completed.runId());
      }
      case HistoryEvent.NodeSettled settled -> dueAt.remove(settled.runId());
      case HistoryEvent.NodeRunDiscarded discarded -> {
        begun.remove(discarded.runId());
        ended.remove(discarded.runId());
      }
      case HistoryEvent.BodyOpened opened -> {
        if (!begun.contains(opened.runId()) || ended.contains(opened.runId())) {
          broken(numbered, "opens a body of run %d, which is not open".formatted(opened.runId()));
        }
        if (!bodies.add(opened.scope())) {
          broken(numbered, "opens body %d again".formatted(opened.scope()));
        }
      }
      case HistoryEvent.BodySettled settled -> {
        if (!bodies.contains(settled.scope())) {
          broken(numbered, "settles body %d, which is not open".formatted(settled.scope()));
        }
      }
      case HistoryEvent.ScopeClosed closed -> bodies.remove(closed.scope());
      default -> {
        // No other event is about the life of a run.
      }
    }
  }

  private void begin(NumberedEvent numbered, int run) {
    if (!begun.add(run)) {
      broken(numbered, "begins run %d again".formatted(run));
    }
  }

  private void end(NumberedEvent numbered, int run) {
    if (!begun.contains(run)) {
      broken(numbered, "ends run %d, which was not begun".formatted(run));
    }
    if (!ended.add(run)) {
      broken(numbered, "ends run %d again".formatted(run));
    }
    dueAt.remove(run);
  }

  private void waits(int run, Wait wait) {
    if (wait instanceof Wait.ForTime time) {
      dueAt.put(run, time.dueAt());
    } else {
      dueAt.remove(run);
    }
  }

  private void notEarly(NumberedEvent numbered, int run) {
    Instant due = dueAt.get(run);
    if (due != null && numbered.event().at().isBefore(due)) {
      broken(numbered, "is at %s, before run %d was due".formatted(numbered.event().at(), run));
    }
  }
}
