package dev.millrace.runtime.lane;

import dev.millrace.engine.Command;
import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.Effect;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.Reason;
import dev.millrace.engine.Reply;
import dev.millrace.runtime.EngineUnavailableException;
import dev.millrace.store.Rows;
import dev.millrace.store.StoreException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Does one work, all that it needs being in memory. Lane thread only. */
final class WorkRunner {

  private final LaneMemory memory;
  private final Instances instances;
  private final DefinitionWork definitionWork;
  private final SlotWork slots;
  private final StartWork starts;

  WorkRunner(LaneMemory memory) {
    this.memory = memory;
    this.instances = new Instances(memory);
    this.definitionWork = new DefinitionWork(memory);
    this.slots = new SlotWork(memory, instances);
    this.starts = new StartWork(memory, instances, slots);
  }

  /** The work of delivering a message. */
  static Work.Deliver deliver(Rows.OutboxRow row) {
    return switch (row.message()) {
      case Effect.SendToInstance send -> new Work.Deliver(row, send.command().key(), null);
      case Effect.StartChild start ->
          new Work.Deliver(
              row,
              start.key(),
              DefinitionRef.codeApp(start.definition()) == null ? start.definition() : null);
      case Effect other ->
          throw new IllegalArgumentException(
              "expected a message in the outbox, found " + other.getClass().getSimpleName());
    };
  }

  /** Runs work, with what was read for it. */
  void run(Work work, @Nullable Loaded read) {
    String fault = read == null ? "" : read.fault();
    if (read != null) {
      if (read.failure() != null && !survives(work, read.failure())) {
        return;
      }
      take(read, work);
    }
    Rows.IdempotencyRow remembered = read == null ? null : read.remembered();
    switch (work) {
      case Work.Submit submit -> submit(submit);
      case Work.Start start -> starts.start(start, fault, remembered);
      case Work.Read ask -> read(ask);
      case Work.AwaitKnown await -> await(await);
      case Work.Await await -> await(await);
      case Work.StartCode start -> starts.startCode(start);
      case Work.StartForked start -> starts.startForked(start);
      case Work.Save save -> definitionWork.save(save, fault, remembered);
      case Work.Remove remove -> definitionWork.remove(remove);
      case Work.Deliver message -> deliver(message, fault);
      case Work.Fire fire -> fire(fire.armed());
      case Work.Admit admit -> slots.admit(admit.key());
      case Work.Recover recover -> recover(recover.key());
      case Work.OfferAgain offer -> offerAgain(offer.key());
      case Work.Release release -> release(release);
      case Work.TakeUp takeUp -> takeUp(takeUp);
    }
  }

  /** Takes what was read into memory, unless memory knows better. */
  private void take(Loaded read, Work work) {
    String name = work.definition();
    if (name != null) {
      memory.heads.read(name, read.head());
    }
    Loaded.Instance found = read.instance();
    if (found == null || memory.cache.contains(found.state().header().key())) {
      return;
    }
    InstanceCache.Entry entry =
        new InstanceCache.Entry(found.state(), found.snapshotSeq(), Weight.state(found.state()));
    memory.cache.put(entry);
    if (found.state().header().fast()
        && !found.state().life().status().terminal()
        && found.state().awaitedSlot() == null) {
      // Its steps were in the memory of a server that is gone.
      instances.decide(entry, new Command.AbandonInstance(found.state().header().key()));
    }
  }

  /** Deals with a failed read; whether the work goes on nevertheless. */
  private boolean survives(Work work, RuntimeException failure) {
    InstanceKey key = work.instance();
    if (failure instanceof StoreException || key == null) {
      CompletableFuture<?> future = work.future();
      if (future != null) {
        String reason = "the store cannot be read: " + failure.getMessage();
        memory
            .ports
            .callbacks()
            .execute(() -> future.completeExceptionally(new EngineUnavailableException(reason)));
      } else {
        throw new EngineUnavailableException(
            "recovery cannot read the store: " + failure.getMessage());
      }
      return false;
    }
    instances.quarantine(key, failure);
    return true;
  }

  private void submit(Work.Submit submit) {
    Command command = submit.command();
    Reply reply =
        command instanceof Command.StartInstance
                || command instanceof Command.StartCodeInstance
                || command instanceof Command.StartForkedInstance
            ? Reply.Rejected.of(
                Reason.INVALID_INPUT, "an instance is started with start, not with a command")
            : apply(command);
    if (submit.future() != null) {
      memory.building.answer(submit.future(), reply);
    }
  }

  private Reply apply(Command command) {
    InstanceCache.Entry entry = memory.cache.get(command.key());
    if (entry != null) {
      return slots.apply(entry, Borders.incoming(entry.state, command));
    }
    return memory.quarantine.contains(command.key())
        ? instances.refusal(command.key())
        : Reply.Rejected.of(Reason.NOT_FOUND, "no instance " + command.key());
  }

  private void read(Work.Read ask) {
    InstanceCache.Entry entry = memory.cache.get(ask.key());
    if (entry == null && memory.quarantine.contains(ask.key())) {
      fail(ask.future(), "instance %s cannot be read: it is set aside".formatted(ask.key()));
      return;
    }
    if (entry == null && memory.knownGone(ask.key())) {
      memory.building.answer(ask.future(), Optional.empty());
    } else if (entry == null) {
      memory.answerAtOnce(ask.future(), Optional.empty());
    } else {
      memory.answer(entry, ask.future(), Optional.of(entry.state));
    }
  }

  private void await(Work.AwaitKnown await) {
    InstanceCache.Entry entry = memory.cache.get(await.key());
    if (entry == null) {
      fail(await.future(), "no instance %s that could be waited for".formatted(await.key()));
    } else if (memory.reached(entry.state, await.milestone())) {
      memory.answer(entry, await.future(), entry.state);
    } else {
      memory.await(await.key(), await.milestone(), await.future());
    }
  }

  private void await(Work.Await await) {
    InstanceCache.Entry entry = memory.cache.get(await.key());
    if (entry != null && memory.reached(entry.state, await.milestone())) {
      memory.building.answer(await.future(), entry.state);
    } else {
      memory.await(await.key(), await.milestone(), await.future());
    }
  }

  private void fail(CompletableFuture<?> future, String reason) {
    memory
        .ports
        .callbacks()
        .execute(() -> future.completeExceptionally(new EngineUnavailableException(reason)));
  }

  private void deliver(Work.Deliver message, String fault) {
    Rows.OutboxRow row = message.row();
    Rows.OutboxKey name = new Rows.OutboxKey(row.source(), row.target(), row.seq());
    if (!memory.messages.take(row)) {
      memory.tally.duplicates.increment();
      memory.building.rows.outboxRemoved(name);
      return;
    }
    memory.tally.messages.increment();
    memory.building.rows.consumed(name);
    switch (row.message()) {
      case Effect.SendToInstance send
          when send.command() instanceof Command.StartCodeInstance start ->
          starts.startCodeChild(start);
      case Effect.SendToInstance send -> applyOrHold(send.command());
      case Effect.StartChild child when DefinitionRef.codeApp(child.definition()) != null ->
          starts.startCodeChild(Borders.codeChild(child));
      case Effect.StartChild child -> starts.startChild(child, fault);
      case Effect other ->
          throw new IllegalArgumentException("not a message: " + other.getClass().getName());
    }
  }

  /** A message is not lost because its instance is set aside, by it or before. */
  private void applyOrHold(Command message) {
    apply(message);
    if (memory.quarantine.contains(message.key())) {
      instances.hold(new Effect.SendToInstance(message));
    }
  }

  private void fire(TimerHeap.Armed armed) {
    if (!memory.timers.isCurrent(armed)) {
      memory.tally.ignored.increment();
      return;
    }
    Rows.TimerRow row = armed.row();
    if (memory.quarantine.contains(row.key())) {
      // The row stays for the day it is released.
      memory.timers.drop(armed);
      return;
    }
    memory.tally.timersFired.increment();
    InstanceCache.Entry entry = memory.cache.get(row.key());
    if (entry != null) {
      instances.decide(
          entry, new Command.FireTimer(row.key(), row.generation(), row.timerId(), row.dueAt()));
      if (memory.quarantine.contains(row.key())) {
        memory.timers.drop(armed);
        return;
      }
    }
    if (memory.timers.isCurrent(armed)) {
      memory.timers.finish(armed, memory.building.number);
      if (armed.stored()) {
        memory.building.rows.timerRemoved(row.partition(), armed.key());
      }
    }
  }

  private void recover(InstanceKey key) {
    InstanceCache.Entry entry = memory.cache.get(key);
    if (entry != null
        && !entry.state.header().fast()
        && entry.state.header().id() <= memory.inheritedUpTo
        && (!entry.state.life().status().terminal() || entry.state.code() != null)
        && !memory.quarantine.contains(key)) {
      instances.resume(entry);
    }
  }

  private void offerAgain(InstanceKey key) {
    InstanceCache.Entry entry = memory.cache.get(key);
    if (entry != null && !entry.state.header().fast() && !memory.quarantine.contains(key)) {
      instances.offerAgain(entry);
    }
  }

  /**
   * Begins to release an instance. Its state is read anew, as what memory has may be half of what
   * was decided; so all that was decided must be written first.
   */
  private void release(Work.Release release) {
    InstanceKey key = release.key();
    if (!memory.quarantine.contains(key)) {
      memory.building.answer(
          release.future(),
          Reply.Rejected.of(Reason.INVALID_STATE, "instance %s is not set aside".formatted(key)));
      return;
    }
    memory.building.rows.touch(memory.partition(key));
    memory.building.after(() -> {
      Quarantine.Released released = memory.quarantine.remove(key);
      if (released == null) {
        memory.answerAtOnce(release.future(), Reply.OK);
      } else {
        memory.cache.remove(key);
        memory.internal.add(new Work.TakeUp(key, released, release.future()));
      }
    });
  }

  /** Goes on with an instance that was set aside, where the store says it stands. */
  private void takeUp(Work.TakeUp takeUp) {
    Quarantine.Released released = takeUp.released();
    memory.building.rows.released(released.row());
    released.held().forEach(this::applyOrHold);
    InstanceCache.Entry entry = memory.cache.get(takeUp.key());
    if (entry != null && !memory.quarantine.contains(takeUp.key())) {
      instances.resume(entry);
      slots.released(entry.state);
    }
    memory.timers.readAgain(memory.ports.clock().now());
    memory.building.answer(
        takeUp.future(),
        memory.quarantine.contains(takeUp.key()) ? instances.refusal(takeUp.key()) : Reply.OK);
  }
}
