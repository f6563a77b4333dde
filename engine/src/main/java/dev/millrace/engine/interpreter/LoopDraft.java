package dev.millrace.engine.interpreter;

import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceState.Loop;
import dev.millrace.engine.InstanceState.LoopCount;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.graph.Outcomes;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The loops of a draft. Not thread-safe. */
final class LoopDraft {

  private final CopiedMap<Integer, Loop> loops;

  LoopDraft(Map<Integer, Loop> shared) {
    loops = new CopiedMap<>(shared);
  }

  Map<Integer, Loop> freeze() {
    return loops.freeze();
  }

  @Nullable Loop find(int id) {
    return loops.get(id);
  }

  Collection<Loop> all() {
    return loops.read().values();
  }

  /**
   * Opens a loop, or a closed one again.
   *
   * @param runs of its node, where it was closed
   */
  void open(HistoryEvent.LoopOpened opened, List<NodeRun> runs) {
    List<Integer> kept = kept(loops.get(opened.loop()), runs);
    int done = kept == null ? 0 : kept.size();
    put(
        new Loop(
            opened.loop(),
            opened.place(),
            opened.items(),
            opened.total(),
            opened.keepLast(),
            new LoopCount(done, done, 0),
            false,
            null,
            kept));
  }

  /** The positions of the rounds of a closed loop that need not run again; null for none. */
  private static @Nullable List<Integer> kept(@Nullable Loop before, List<NodeRun> runs) {
    if (before == null) {
      return null;
    }
    Set<Integer> done = new TreeSet<>();
    if (before.keepLast() > 0) {
      // Of rounds that were dropped, only their number is known.
      for (int i = 0; i < before.count().started(); i++) {
        done.add(i);
      }
    }
    for (NodeRun run : runs) {
      if (run.place().loop() == before.id() && run.result() != null) {
        if (accepted(run.result())) {
          done.add(run.place().loopIndex());
        } else {
          done.remove(run.place().loopIndex());
        }
      }
    }
    return done.isEmpty() ? null : List.copyOf(done);
  }

  /** Whether a round ended well, or its failure is ignored. */
  static boolean accepted(NodeRun.Result result) {
    return switch (result.status()) {
      case DONE -> true;
      case FAILED, TIMEOUT -> result.outcome().equals(Outcomes.SUCCESS);
      case TODO, OFFERED, ALLOCATED, STARTED, SUSPENDED, STOPPED, SKIPPED -> false;
    };
  }

  void close(HistoryEvent.LoopClosed closed) {
    Loop loop = loops.get(closed.loop());
    if (loop != null) {
      put(
          new Loop(
              loop.id(),
              loop.place(),
              null,
              loop.total(),
              loop.keepLast(),
              loop.count(),
              true,
              closed.output(),
              loop.kept()));
    }
  }

  void roundStarted(int id) {
    Loop loop = loops.get(id);
    if (loop != null) {
      LoopCount count = loop.count();
      count(loop, new LoopCount(count.started() + 1, count.done(), count.failed()));
    }
  }

  void roundEnded(Loop loop, boolean badly) {
    LoopCount count = loop.count();
    count(
        loop,
        new LoopCount(
            count.started(), count.done() + (badly ? 0 : 1), count.failed() + (badly ? 1 : 0)));
  }

  private void count(Loop loop, LoopCount count) {
    put(
        new Loop(
            loop.id(),
            loop.place(),
            loop.items(),
            loop.total(),
            loop.keepLast(),
            count,
            loop.closed(),
            loop.output(),
            loop.kept()));
  }

  private void put(Loop loop) {
    loops.write().put(loop.id(), loop);
  }
}
