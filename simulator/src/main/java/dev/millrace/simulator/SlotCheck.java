package dev.millrace.simulator;

import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.Slot;
import dev.millrace.store.Batch;
import dev.millrace.store.Rows;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Whether a process that limits how many instances run at once is obeyed, by the committed rows
 * alone: never more than the limit have begun and not ended, and who waited longest begins first.
 */
final class SlotCheck {

  private static final String LAW = "slots";

  private final World world;

  SlotCheck(World world) {
    this.world = world;
  }

  /** Looks at the groups that a batch has touched, after its rows were taken. */
  void check(Batch batch, CommitCheck known) {
    Set<String> groups = new HashSet<>();
    for (Rows.InstanceRow row : batch.instances) {
      Slot slot = row.state().header().slot();
      if (slot != null) {
        groups.add(slot.group());
      }
    }
    if (groups.isEmpty()) {
      return;
    }
    Set<InstanceKey> admitted = admitted(batch);
    for (String group : groups) {
      check(group, admitted, known);
    }
  }

  private static Set<InstanceKey> admitted(Batch batch) {
    Set<InstanceKey> admitted = new HashSet<>();
    for (Rows.HistoryChunk chunk : batch.history) {
      if (chunk.events().stream().anyMatch(HistoryEvent.InstanceAdmitted.class::isInstance)) {
        admitted.add(chunk.key());
      }
    }
    return admitted;
  }

  private void check(String group, Set<InstanceKey> admitted, CommitCheck known) {
    List<InstanceState> holders = new ArrayList<>();
    List<InstanceState> waiting = new ArrayList<>();
    int most = 0;
    for (InstanceState state : known.states()) {
      Slot slot = state.header().slot();
      if (slot == null || !slot.group().equals(group) || state.life().status().terminal()) {
        continue;
      }
      if (state.awaitedSlot() != null) {
        waiting.add(state);
      } else {
        holders.add(state);
        most = Math.max(most, slot.limit());
      }
    }
    world.verdict.require(
        holders.size() <= most,
        LAW,
        "%d instances of %s run, at most %d may: %s"
            .formatted(holders.size(), group, most, keys(holders)));
    if (!waiting.isEmpty()) {
      world.fault("slot awaited");
    }
    for (InstanceState holder : holders) {
      if (!admitted.contains(holder.header().key())) {
        continue;
      }
      for (InstanceState other : waiting) {
        Slot slot = other.header().slot();
        // With a slot left it has been called as well, and its state is being read.
        boolean called = slot != null && holders.size() < slot.limit();
        world.verdict.require(
            called || other.header().id() > holder.header().id(),
            LAW,
            "%s began before %s, which waited longer"
                .formatted(holder.header().key(), other.header().key()));
      }
    }
  }

  private static List<InstanceKey> keys(List<InstanceState> states) {
    return states.stream().map(state -> state.header().key()).toList();
  }
}
