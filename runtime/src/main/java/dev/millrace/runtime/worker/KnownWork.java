package dev.millrace.runtime.worker;

import dev.millrace.engine.Effect;
import dev.millrace.engine.InstanceKey;
import dev.millrace.runtime.worker.Pool.Slot;
import dev.millrace.runtime.worker.Pool.TaskName;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** All work that waits or is out, by what it is for. Guarded by the lock of {@link Workers}. */
final class KnownWork {

  private final Map<InstanceKey, Slot> turns = new HashMap<>();
  private final Map<InstanceKey, Map<TaskName, Slot>> tasks = new HashMap<>();

  @Nullable Slot turn(InstanceKey key) {
    return turns.get(key);
  }

  /** The turn of an instance, made if there is none. */
  Slot turn(InstanceKey key, Supplier<Slot> fresh) {
    return turns.computeIfAbsent(key, _ -> fresh.get());
  }

  @Nullable Slot task(InstanceKey key, TaskName name) {
    return tasks.getOrDefault(key, Map.of()).get(name);
  }

  /** Adds a task; null when it is known. */
  @Nullable Slot newTask(InstanceKey key, TaskName name, Supplier<Slot> fresh) {
    Map<TaskName, Slot> known = tasks.computeIfAbsent(key, _ -> new HashMap<>());
    if (known.containsKey(name)) {
      return null;
    }
    Slot slot = fresh.get();
    known.put(name, slot);
    return slot;
  }

  void remove(Slot slot) {
    if (slot.task == null) {
      turns.remove(slot.key, slot);
      return;
    }
    Map<TaskName, Slot> known = tasks.get(slot.key);
    if (known != null && known.remove(slot.task, slot) && known.isEmpty()) {
      tasks.remove(slot.key);
    }
  }

  /** Forgets what is known of a run. */
  void drop(InstanceKey key, String execution) {
    Slot turn = turns.get(key);
    if (turn != null
        && turn.newest instanceof Effect.DispatchTurn known
        && known.token().execution().equals(execution)) {
      turns.remove(key);
      Pool.dequeue(turn);
    }
    Map<TaskName, Slot> known = tasks.get(key);
    if (known == null) {
      return;
    }
    Iterator<Map.Entry<TaskName, Slot>> all = known.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<TaskName, Slot> entry = all.next();
      if (entry.getKey().execution().equals(execution)) {
        Pool.dequeue(entry.getValue());
        all.remove();
      }
    }
    if (known.isEmpty()) {
      tasks.remove(key);
    }
  }
}
