package dev.millrace.runtime.lane;

import dev.millrace.engine.Command;
import dev.millrace.engine.Effect;
import dev.millrace.engine.EndReason;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.Moment;
import dev.millrace.engine.ParentRef;
import dev.millrace.engine.Reason;
import dev.millrace.engine.Reply;
import dev.millrace.engine.Slot;
import dev.millrace.engine.Slot.OnLimit;
import dev.millrace.engine.Status;
import org.jspecify.annotations.Nullable;

/** Decides which starts begin, where a process limits how many run at once. Lane thread only. */
final class SlotWork {

  private final LaneMemory memory;
  private final Instances instances;

  SlotWork(LaneMemory memory, Instances instances) {
    this.memory = memory;
    this.instances = instances;
  }

  /**
   * A start with the slot it has or waits for.
   *
   * @param refusal why it is not to be; null when it is
   */
  record Asked(Command.StartInstance command, Reply.@Nullable Rejected refusal) {}

  /** Finds out whether a start has a slot. Nothing is changed. */
  Asked ask(Command.StartInstance command) {
    if (memory.definitions.graph(command.definition()).settings().rules().concurrency() == null) {
      return new Asked(command, null);
    }
    Slot slot;
    try {
      Moment moment = new Moment(memory.ports.clock().now(), memory.ports.seeds().getAsLong());
      slot = memory.decider.slot(command, moment);
    } catch (IllegalArgumentException e) {
      return refused(command, Reason.INVALID_INPUT, String.valueOf(e.getMessage()));
    } catch (RuntimeException | StackOverflowError e) {
      instances.quarantine(command.key(), e);
      return new Asked(command, instances.refusal(command.key()));
    }
    if (slot == null || memory.slots.free(slot)) {
      return new Asked(command.with(slot), null);
    }
    return late(command, slot);
  }

  private Asked late(Command.StartInstance command, Slot slot) {
    ParentRef parent = command.parent();
    boolean waits = slot.onLimit() == OnLimit.QUEUE || slot.onLimit() == OnLimit.CANCEL_OLDEST;
    if (waits && parent != null && parent.waits() && parent.holds(slot.group())) {
      return refused(
          command,
          Reason.INVALID_STATE,
          "it needs %s, which are held by an instance above that waits for it"
              .formatted(slot.words()));
    }
    if (slot.onLimit() == OnLimit.REJECT) {
      return refused(command, Reason.RATE_LIMITED, taken(slot));
    }
    if (waits && memory.slots.full(slot)) {
      return refused(
          command,
          Reason.RATE_LIMITED,
          "expected at most %d instances that wait for %s, found as many"
              .formatted(Slots.WAITING_MAX, slot.words()));
    }
    return new Asked(command.with(slot.late()), null);
  }

  private static String taken(Slot slot) {
    return "expected at most %d running at once (concurrency), found as many: none is free of %s"
        .formatted(slot.limit(), slot.words());
  }

  private static Asked refused(Command.StartInstance command, Reason reason, String message) {
    return new Asked(command, Reply.Rejected.of(reason, message));
  }

  /** What a child that is refused for its slot fails with; {@code constraint} for other reasons. */
  static String failureType(Reply.Rejected rejected) {
    return switch (rejected.reason()) {
      case RATE_LIMITED -> "resource_unavailable";
      case INVALID_STATE -> "deadlock";
      case NOT_FOUND,
          ALREADY_EXISTS,
          INVALID_INPUT,
          NOT_STARTABLE,
          ALREADY_SUBMITTED,
          FORBIDDEN,
          TOO_LARGE,
          BUSY,
          QUARANTINED ->
          "constraint";
    };
  }

  /** Stops those in whose place a new instance is to begin. */
  void begun(@Nullable InstanceState state) {
    Slot slot = state == null ? null : state.awaitedSlot();
    if (state == null || slot == null || slot.onLimit() != OnLimit.CANCEL_OLDEST) {
      return;
    }
    InstanceKey key = state.header().key();
    String message =
        "canceled: instance %s began in its place, at most %d run at once"
            .formatted(key.uid(), slot.limit());
    for (InstanceKey oldest : memory.slots.surplus(slot)) {
      instances.send(
          memory.cache.get(key),
          memory.partition(key),
          new Effect.SendToInstance(
              new Command.TerminateInstance(oldest, EndReason.SYSTEM, message)),
          oldest);
    }
  }

  /** Lets an instance begin that was called, unless it has ended since or was set aside. */
  void admit(InstanceKey key) {
    if (!memory.slots.called(key)) {
      memory.tally.ignored.increment();
      return;
    }
    InstanceCache.Entry entry = memory.cache.get(key);
    if (entry != null && !memory.quarantine.contains(key)) {
      instances.decide(entry, new Command.AdmitInstance(key));
    }
    if (memory.quarantine.contains(key)) {
      memory.slots.missed(key);
    } else if (entry == null) {
      memory.slots.gone(key);
    } else {
      // Counted by what it is, not by what was expected: called in vain once is not called again.
      memory.slots.follow(entry.state);
    }
  }

  /** Decides a command for an instance, unless it would run and there is no slot for it. */
  Reply apply(InstanceCache.Entry entry, Command command) {
    Slot slot = entry.state.header().slot();
    boolean again =
        command instanceof Command.RerunInstance && entry.state.life().status() == Status.FAILED;
    if (slot != null && again && !memory.slots.free(slot)) {
      return Reply.Rejected.of(Reason.RATE_LIMITED, taken(slot) + "; run it again when one is");
    }
    if (command instanceof Command.AdmitInstance) {
      return Reply.Rejected.of(
          Reason.INVALID_INPUT, "an instance begins by itself when a slot is free");
    }
    return instances.decide(entry, command).reply();
  }

  /** Counts an instance again that was set aside. */
  void released(InstanceState state) {
    memory.slots.missed(state.header().key());
    memory.slots.follow(state);
  }
}
