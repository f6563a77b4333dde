package dev.millrace.runtime.lane;

import dev.millrace.engine.Command;
import dev.millrace.engine.Decision;
import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.Effect;
import dev.millrace.engine.Failure;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.ParentRef;
import dev.millrace.engine.Reason;
import dev.millrace.engine.Reply;
import dev.millrace.engine.Status;
import dev.millrace.engine.code.CodeEvent;
import dev.millrace.engine.code.CodeStart;
import dev.millrace.engine.code.FailureDetails;
import dev.millrace.runtime.EngineApi;
import dev.millrace.runtime.EngineUnavailableException;
import dev.millrace.runtime.definition.Head;
import dev.millrace.store.Rows;
import dev.millrace.store.StoreException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Does one work, all that it needs being in memory. Lane thread only. */
final class WorkRunner {

  private final LaneMemory memory;
  private final Instances instances;
  private final DefinitionWork definitionWork;

  WorkRunner(LaneMemory memory) {
    this.memory = memory;
    this.instances = new Instances(memory);
    this.definitionWork = new DefinitionWork(memory);
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
      case Work.Start start -> start(start, fault, remembered);
      case Work.Read ask -> read(ask);
      case Work.AwaitKnown await -> await(await);
      case Work.Await await -> await(await);
      case Work.StartCode start ->
          memory.building.answer(
              start.future(), unchecked(start) ? LaneApi.CHILDREN_UNKNOWN : startCode(start));
      case Work.StartForked start ->
          memory.building.answer(
              start.future(),
              startForked(
                  new Command.StartForkedInstance(start.key(), 0, start.seed(), Borders.ORIGIN)));
      case Work.Save save -> definitionWork.save(save, fault, remembered);
      case Work.Remove remove -> definitionWork.remove(remove);
      case Work.Deliver message -> deliver(message, fault);
      case Work.Fire fire -> fire(fire.armed());
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
    if (found.state().header().fast() && !found.state().life().status().terminal()) {
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
      return instances.decide(entry, Borders.incoming(entry.state, command)).reply();
    }
    return memory.quarantine.contains(command.key())
        ? instances.refusal(command.key())
        : Reply.Rejected.of(Reason.NOT_FOUND, "no instance " + command.key());
  }

  private void start(Work.Start start, String fault, Rows.@Nullable IdempotencyRow remembered) {
    EngineApi.StartRequest wanted = start.wanted();
    Work.Request request = start.request();
    Reply answer = request == null ? null : Remembered.answer(memory, request, remembered);
    if (answer == null) {
      answer =
          DefinitionRef.codeApp(wanted.definition()) == null
              ? begin(
                  start.key(),
                  wanted.definition(),
                  wanted.revision(),
                  fault,
                  new Beginning(wanted.input(), wanted.origin(), null, start.settled()))
              : beginCode(start);
      if (request != null && answer instanceof Reply.Accepted accepted) {
        Remembered.keep(memory, memory.partition(start.key()), request, accepted.value());
      }
    }
    memory.building.answer(start.future(), answer);
  }

  private Reply beginCode(Work.Start start) {
    Reply reply = startCode(Borders.codeStart(start.key(), start.wanted()));
    InstanceCache.Entry entry = memory.cache.get(start.key());
    if (reply instanceof Reply.Accepted && entry != null) {
      memory.tellSettled(start.key(), entry.state, start.settled());
    }
    return reply;
  }

  /**
   * What an instance begins with.
   *
   * @param settled who waits until it has settled, or null
   */
  private record Beginning(
      @Nullable Object input,
      Command.Origin origin,
      @Nullable ParentRef parent,
      @Nullable CompletableFuture<InstanceState> settled) {}

  private Reply begin(
      InstanceKey key, String definition, int revision, String fault, Beginning with) {
    Head head = memory.heads.get(definition);
    if (head == null) {
      return Reply.Rejected.of(Reason.NOT_FOUND, "no definition " + definition);
    }
    if (!head.enabled() && !with.origin().disabledToo()) {
      return Reply.Rejected.of(
          Reason.NOT_STARTABLE, "definition %s is not enabled".formatted(definition));
    }
    if (!fault.isEmpty()) {
      return Reply.Rejected.of(Reason.NOT_STARTABLE, fault);
    }
    if (memory.quarantine.contains(key)) {
      return instances.refusal(key);
    }
    if (memory.cache.contains(key)) {
      return Reply.Rejected.of(Reason.ALREADY_EXISTS, "instance %s exists".formatted(key));
    }
    DefinitionRef newest = head.ref();
    DefinitionRef ref = revision == 0 ? newest : new DefinitionRef(newest.id(), revision);
    long id = ++memory.lastInstanceId;
    Decision decision =
        instances.start(
            new Command.StartInstance(key, id, ref, with.input(), with.origin(), with.parent()));
    if (decision.reply() instanceof Reply.Rejected) {
      return decision.reply();
    }
    InstanceState begun = decision.state();
    if (begun != null) {
      memory.tellSettled(key, begun, with.settled());
    }
    Map<String, @Nullable Object> value = new LinkedHashMap<>();
    value.put("uid", key.uid());
    value.put("id", id);
    return new Reply.Accepted(value);
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
          startCodeChild(start);
      case Effect.SendToInstance send -> applyOrHold(send.command());
      case Effect.StartChild child when DefinitionRef.codeApp(child.definition()) != null ->
          startCodeChild(Borders.codeChild(child));
      case Effect.StartChild child -> startChild(child, fault);
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

  private Reply startCode(Command.StartCodeInstance wanted) {
    Command.StartCodeInstance command =
        new Command.StartCodeInstance(
            wanted.key(),
            ++memory.lastInstanceId,
            wanted.start(),
            wanted.origin(),
            wanted.parent());
    return begun(command);
  }

  private Reply startCode(Work.StartCode start) {
    return startCode(
        new Command.StartCodeInstance(start.key(), 0, start.start(), Borders.ORIGIN, null));
  }

  /** Whether it would replace an instance whose children may be active. */
  private boolean unchecked(Work.StartCode start) {
    InstanceCache.Entry existing = memory.cache.get(start.key());
    return !start.checked()
        && existing != null
        && existing.state.life().status().terminal()
        && existing.state.code() != null
        && start.start().conflict() == CodeStart.Conflict.REPLACE_ENDED
        && existing.state.code().history().stream()
            .anyMatch(CodeEvent.ChildCreated.class::isInstance);
  }

  private Reply startForked(Command.StartForkedInstance wanted) {
    return begun(
        new Command.StartForkedInstance(
            wanted.key(), ++memory.lastInstanceId, wanted.seed(), wanted.origin()));
  }

  /** Decides a start that may find an instance in its place. */
  private Reply begun(Command command) {
    InstanceKey key = command.key();
    if (memory.quarantine.contains(key)) {
      return instances.refusal(key);
    }
    InstanceCache.Entry existing = memory.cache.get(key);
    Decision decision =
        existing == null ? instances.start(command) : instances.decide(existing, command);
    InstanceCache.Entry entry = memory.cache.get(key);
    if (decision.reply() instanceof Reply.Rejected || entry == null) {
      return decision.reply();
    }
    Map<String, @Nullable Object> value = new LinkedHashMap<>();
    value.put("uid", key.uid());
    value.put("id", entry.state.header().id());
    return new Reply.Accepted(value);
  }

  private void startCodeChild(Command.StartCodeInstance start) {
    Reply reply = startCode(start);
    ParentRef parent = start.parent();
    if (reply instanceof Reply.Rejected rejected && parent != null && parent.waits()) {
      String type =
          rejected.reason() == Reason.ALREADY_EXISTS ? FailureDetails.ALREADY_EXISTS : "constraint";
      refuseChild(parent, start.key(), Failure.of(type, rejected.message()));
    }
  }

  private void refuseChild(ParentRef parent, InstanceKey child, Failure failure) {
    instances.send(
        null,
        memory.partition(child),
        new Effect.SendToInstance(
            new Command.ChildEnded(
                parent.key(),
                parent.generation(),
                parent.runId(),
                child,
                Status.FAILED,
                failure.toJson(),
                parent.execution())),
        parent.key());
  }

  private void startChild(Effect.StartChild child, String fault) {
    Reply reply =
        begin(
            child.key(),
            child.definition(),
            child.revision(),
            fault,
            new Beginning(
                child.input(),
                new Command.Origin(child.executor(), "sub-workflow", false, child.labels()),
                child.parent(),
                null));
    if (reply instanceof Reply.Rejected rejected && child.parent().waits()) {
      refuseChild(
          child.parent(),
          child.key(),
          Failure.of("constraint", "the child cannot be started: " + rejected.message()));
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
    }
    memory.timers.readAgain(memory.ports.clock().now());
    memory.building.answer(
        takeUp.future(),
        memory.quarantine.contains(takeUp.key()) ? instances.refusal(takeUp.key()) : Reply.OK);
  }
}
