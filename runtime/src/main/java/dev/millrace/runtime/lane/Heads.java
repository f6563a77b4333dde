package dev.millrace.runtime.lane;

import dev.millrace.runtime.definition.Head;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The newest revision of each definition in use, by id and by number in decimal. Right after a save
 * or removal it knows more than the store. Lane thread only.
 */
final class Heads {

  private final Map<String, Head> byName = new HashMap<>();
  private final Set<String> removed = new HashSet<>();

  /** The head, or null when there is none or it was not read yet. */
  @Nullable Head get(String name) {
    return byName.get(name);
  }

  /** Whether the answer of {@link #get} is known to be right. */
  boolean known(String name) {
    return byName.containsKey(name) || removed.contains(name);
  }

  /** Takes what was read, unless the lane knows better by now. That there is none is not kept. */
  void read(String name, Optional<Head> read) {
    if (read.isPresent()) {
      String id = read.get().ref().id();
      if (!removed.contains(id)) {
        byName.putIfAbsent(id, read.get());
        byName.putIfAbsent(name, byName.getOrDefault(id, read.get()));
      }
    }
  }

  void saved(Head head) {
    byName.put(head.ref().id(), head);
    byName.put(Long.toString(head.number()), head);
  }

  void removed(Head head) {
    for (String name : new String[] {head.ref().id(), Long.toString(head.number())}) {
      byName.remove(name);
      removed.add(name);
    }
  }

  /** Forgets all when there are many; allowed only while nothing is uncommitted or being read. */
  void trim() {
    if (byName.size() + removed.size() > LaneSettings.HEADS) {
      byName.clear();
      removed.clear();
    }
  }
}
