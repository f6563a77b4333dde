package dev.millrace.testkit;

import dev.millrace.engine.Effect;
import dev.millrace.engine.code.CodeAction;
import dev.millrace.engine.code.CodeEvent;
import dev.millrace.runtime.worker.WorkItem;
import dev.millrace.runtime.worker.Workers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.NullUnmarked;

/** A worker whose workflows are functions of the whole history and whose activities are counted. */
@NullUnmarked
final class ScriptedWorker implements AutoCloseable {

  private final Workers workers;
  private final String app;
  private final Map<String, Function<List<CodeEvent>, List<CodeAction>>> workflows =
      new ConcurrentHashMap<>();
  private final Map<String, Function<String, String>> activities = new ConcurrentHashMap<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  final AtomicInteger turns = new AtomicInteger();
  final AtomicInteger tasks = new AtomicInteger();
  private Workers.Connection connection;

  ScriptedWorker(Workers workers, String app) {
    this.workers = workers;
    this.app = app;
  }

  ScriptedWorker workflow(String name, Function<List<CodeEvent>, List<CodeAction>> code) {
    workflows.put(name, code);
    return this;
  }

  ScriptedWorker activity(String name, Function<String, String> code) {
    activities.put(name, code);
    return this;
  }

  ScriptedWorker connect(int capacity) {
    connection = workers.connect(app, capacity, item -> threads.execute(() -> run(item)));
    return this;
  }

  private void run(WorkItem item) {
    switch (item) {
      case WorkItem.Turn turn -> {
        turns.incrementAndGet();
        List<CodeEvent> all = new ArrayList<>(turn.turn().past());
        all.addAll(turn.turn().fresh());
        List<CodeAction> actions =
            workflows.get(turn.turn().started().name()).apply(List.copyOf(all));
        CompletableFuture<Void> _ =
            workers.completeTurn(item.key(), item.token(), fresh(turn.turn(), actions), null, null);
      }
      case WorkItem.Task task -> {
        tasks.incrementAndGet();
        Effect.DispatchTask wanted = task.task();
        Function<String, String> code = activities.get(wanted.task().name());
        String result = code.apply(wanted.task().input());
        if (result != null) {
          CompletableFuture<Void> _ =
              workers.completeTask(
                  app, item.key().uid(), wanted.task().eventId(), item.token(), result, null);
        }
      }
    }
  }

  /** Leaves out what the history shows as asked for. */
  private static List<CodeAction> fresh(Effect.DispatchTurn turn, List<CodeAction> wanted) {
    Map<Integer, CodeEvent> known = new HashMap<>();
    turn.past().forEach(event -> known.put(event.eventId(), event));
    return wanted.stream().filter(action -> !known.containsKey(action.id())).toList();
  }

  /** Leaves, with whatever it has. */
  void leave() {
    connection.close();
  }

  @Override
  public void close() {
    leave();
    threads.shutdownNow();
  }
}
