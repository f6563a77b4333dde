package dev.millrace.runtime.lane;

import dev.millrace.engine.Command;
import dev.millrace.engine.Decision;
import dev.millrace.engine.Effect;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.Moment;
import dev.millrace.engine.Reason;
import dev.millrace.engine.Reply;
import dev.millrace.engine.Status;
import dev.millrace.engine.WorkerActivity;
import dev.millrace.engine.graph.Graph;
import dev.millrace.runtime.trace.Tracing;
import dev.millrace.store.Rows;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Decides commands and puts what they change into the batch in the making. Lane thread only. */
final class Instances {

  private static final Logger LOG = System.getLogger(Instances.class.getName());

  private static final Effect PURGE = new Effect.Purge();
  private static final Effect FORGET = new Effect.Forget();

  private final LaneMemory memory;

  Instances(LaneMemory memory) {
    this.memory = memory;
  }

  /** Decides a command for an instance in memory; one that is set aside refuses. */
  Decision decide(InstanceCache.Entry entry, Command command) {
    InstanceKey key = command.key();
    Decision decision = ask(entry.state, command);
    if (memory.quarantine.contains(key)) {
      return decision;
    }
    try {
      if (decision.effects().contains(PURGE)) {
        purge(entry, decision);
      } else {
        record(entry, entry.state, decision);
      }
      return decision;
    } catch (RuntimeException e) {
      quarantine(key, e);
      return refused(key, entry.state);
    }
  }

  /** Decides the start of an instance that does not exist. */
  Decision start(Command command) {
    Decision decision = ask(null, command);
    InstanceState state = decision.state();
    if (state == null || decision.events().isEmpty()) {
      return decision;
    }
    InstanceCache.Entry entry = new InstanceCache.Entry(state, 0, Weight.state(state));
    try {
      record(entry, null, decision);
    } catch (RuntimeException e) {
      quarantine(command.key(), e);
      return refused(command.key(), null);
    }
    if (!decision.effects().contains(FORGET)) {
      memory.cache.put(entry);
    }
    memory.tally.started.increment();
    return decision;
  }

  /** Removes an instance, and begins another in its place if that was decided. */
  private void purge(InstanceCache.Entry old, Decision decision) {
    InstanceKey key = old.state.header().key();
    List<Effect> effects = decision.effects();
    int at = effects.indexOf(PURGE);
    effects.subList(0, at).forEach(effect -> effect(old, effect));
    memory.building.rows.purge(new Rows.PurgeRow(key, memory.partition(key)));
    memory.purged(key);
    memory.tally.purged.increment();
    InstanceState state = decision.state();
    if (state == null || decision.events().isEmpty()) {
      return;
    }
    InstanceCache.Entry entry = new InstanceCache.Entry(state, 0, Weight.state(state));
    Decision begun =
        new Decision(
            decision.events(),
            effects.subList(at + 1, effects.size()),
            decision.reply(),
            state,
            false);
    record(entry, null, begun);
    memory.cache.put(entry);
    memory.tally.started.increment();
  }

  /** Emits again what a restart lost. */
  void resume(InstanceCache.Entry entry) {
    List<Effect> effects;
    try {
      effects = memory.decider.resume(entry.state, moment(entry.state));
    } catch (RuntimeException | StackOverflowError e) {
      quarantine(entry.state.header().key(), e);
      return;
    }
    boolean goesOn = false;
    for (Effect effect : effects) {
      effect(entry, effect);
      goesOn |= effect instanceof Effect.Continue;
    }
    if (!goesOn
        && entry.state.life().status() == Status.RUNNING
        && !entry.state.graph().parked().isEmpty()) {
      effect(entry, new Effect.Continue());
    }
  }

  /** Offers workers again what they may have left to the store. */
  void offerAgain(InstanceCache.Entry entry) {
    InstanceKey key = entry.state.header().key();
    List<Effect> effects;
    try {
      effects = memory.decider.resume(entry.state, moment(entry.state));
    } catch (RuntimeException | StackOverflowError e) {
      quarantine(key, e);
      return;
    }
    List<Effect> offered = new ArrayList<>();
    for (Effect effect : effects) {
      boolean forWorkers =
          effect instanceof Effect.DispatchTurn
              || effect instanceof Effect.DispatchTask
              || (effect instanceof Effect.DispatchActivity attempt
                  && WorkerActivity.of(attempt.activity()) != null);
      if (forWorkers) {
        offered.add(effect);
      }
    }
    InstanceState state = entry.state;
    memory.building.after(() -> {
      if (unchanged(key, state)) {
        offered.forEach(effect -> memory.ports.workers().again(key, effect));
      } else {
        memory.submit(new Work.OfferAgain(key));
      }
    });
  }

  /** Whether nothing was decided since; otherwise an answer may be in that a worker gave. */
  @SuppressWarnings("ReferenceEquality") // states are replaced by whatever is decided
  private boolean unchanged(InstanceKey key, InstanceState state) {
    InstanceCache.Entry now = memory.cache.get(key);
    return now != null && now.state == state;
  }

  /** Sets an instance aside; the lane goes on. */
  void quarantine(InstanceKey key, Throwable cause) {
    LOG.log(Level.ERROR, "instance " + key + " is quarantined", cause);
    Rows.QuarantineRow row =
        new Rows.QuarantineRow(
            key, memory.partition(key), String.valueOf(cause), memory.ports.clock().now());
    if (memory.quarantine.add(row)) {
      memory.tally.quarantined.increment();
      memory.building.rows.quarantined(row);
    }
  }

  /** Keeps a message for an instance that is set aside. */
  void hold(Effect.SendToInstance message) {
    memory.building.rows.held(
        memory.partition(message.command().key()), memory.quarantine.hold(message));
  }

  /** What a command for an instance that is set aside is answered. */
  Reply.Rejected refusal(InstanceKey key) {
    return Reply.Rejected.of(
        Reason.QUARANTINED,
        "instance %s is set aside after an internal error: %s"
            .formatted(key, memory.quarantine.cause(key)));
  }

  private Decision refused(InstanceKey key, @Nullable InstanceState state) {
    return new Decision(List.of(), List.of(), refusal(key), state, false);
  }

  private Decision ask(@Nullable InstanceState state, Command command) {
    memory.tally.commands.increment();
    if (memory.quarantine.contains(command.key())) {
      return refused(command.key(), state);
    }
    try {
      Decision decision = memory.decider.decide(state, command, moment(state, command));
      if (decision.ignored()) {
        memory.tally.ignored.increment();
      }
      return decision;
    } catch (RuntimeException | StackOverflowError e) {
      quarantine(command.key(), e);
      return refused(command.key(), state);
    }
  }

  /** A timer that was due once is not early because the clock was set back since. */
  private Moment moment(@Nullable InstanceState state, Command command) {
    Moment moment = moment(state);
    return command instanceof Command.FireTimer fire && fire.dueAt().isAfter(moment.now())
        ? new Moment(fire.dueAt(), moment.seed())
        : moment;
  }

  private Moment moment(@Nullable InstanceState state) {
    Instant now = memory.ports.clock().now();
    if (state != null && state.life().lastEventAt().isAfter(now)) {
      now = state.life().lastEventAt();
    }
    return new Moment(now, memory.ports.seeds().getAsLong());
  }

  private void record(
      InstanceCache.Entry entry, @Nullable InstanceState before, Decision decision) {
    InstanceState after = decision.state();
    if (after != null && !decision.events().isEmpty()) {
      rows(entry, before, after, decision);
      entry.state = after;
      memory.slots.follow(after);
      boolean endsNow = ended(after) && (before == null || !ended(before));
      if (endsNow) {
        memory.tally.ended.increment();
      }
      Tracing tracing = memory.ports.tracing();
      if (tracing.concerns(before, after)) {
        memory.building.after(() -> tracing.committed(before, after, decision.events()));
      }
      for (CompletableFuture<InstanceState> waiter : memory.takeWaiters(after)) {
        memory.building.answer(waiter, after);
      }
    }
    for (Effect effect : decision.effects()) {
      effect(entry, effect);
    }
  }

  private void rows(
      InstanceCache.Entry entry,
      @Nullable InstanceState before,
      InstanceState after,
      Decision decision) {
    InstanceKey key = after.header().key();
    Graph.Settings settings = memory.definitions.graph(after.header().definition()).settings();
    Projection.Owned owned =
        new Projection.Owned(
            memory.partition(key),
            settings.owner(),
            memory.decider.openWork(after),
            settings.ends().kept());
    BatchBuilder rows = memory.building.rows;
    if (!after.header().fast()) {
      Projection.standard(rows, owned, before, after, decision.events());
      if (memory.settings.activityRows() && after.code() != null) {
        Projection.activities(rows, before, after, decision.events());
      }
      long seq = after.life().eventCount();
      boolean again = Projection.beginsAgain(decision.events());
      if (again || seq - entry.snapshotSeq >= LaneSettings.SNAPSHOT_EVERY) {
        rows.snapshot(new Rows.Snapshot(key, seq, after));
        entry.snapshotSeq = seq;
      }
      if (again) {
        // The runs of before are never read again: without this a loop of runs grows for ever.
        rows.trim(new Rows.TrimRow(key, seq));
      }
    } else if (before == null
        || before.life().status() == Status.PENDING
        || ended(before)
        || ended(after)) {
      // Its beginning, its end, and a new beginning: a restart must know that it runs again.
      Projection.fast(rows, owned, after);
    } else {
      memory.cache.grow(entry, Weight.events(decision.events()));
      return;
    }
    memory.cache.grow(entry, Weight.events(decision.events()));
    entry.batch = memory.building.number;
  }

  private static boolean ended(InstanceState state) {
    return state.life().status().terminal();
  }

  private void effect(InstanceCache.Entry entry, Effect effect) {
    InstanceState state = entry.state;
    InstanceKey key = state.header().key();
    int partition = memory.partition(key);
    switch (effect) {
      case Effect.DispatchActivity attempt ->
          leave(
              entry,
              () -> {
                memory.tally.activities.increment();
                if (WorkerActivity.of(attempt.activity()) == null) {
                  memory.ports.dispatcher().dispatch(key, attempt, memory::submit);
                } else {
                  memory.ports.workers().activity(key, attempt);
                }
              });
      case Effect.ArmTimer timer -> arm(state, partition, timer);
      case Effect.CancelTimer timer -> cancel(state, partition, timer.timerId());
      case Effect.SendToInstance message ->
          send(entry, partition, Borders.outgoing(state, message), message.command().key());
      case Effect.StartChild child ->
          send(entry, partition, Borders.outgoing(state, child), child.key());
      case Effect.DispatchTurn turn ->
          memory.building.after(() -> {
            memory.tally.turns.increment();
            memory.ports.workers().turn(key, turn);
          });
      case Effect.DispatchTask task ->
          memory.building.after(() -> {
            memory.tally.activities.increment();
            memory.ports.workers().task(key, task);
          });
      case Effect.DropWork drop ->
          leave(
              entry,
              () -> {
                memory.ports.workers().drop(key, drop.execution());
                memory.ports.dispatcher().drop(key, drop.execution());
              });
      case Effect.Purge _ -> throw new IllegalStateException("removed before its effects");
      case Effect.Forget _ -> {
        memory.building.rows.purge(new Rows.PurgeRow(key, partition));
        memory.purged(key);
        memory.tally.purged.increment();
      }
      case Effect.SetEnvironment variable -> {
        memory.variables.set(variable.owner(), variable.name(), variable.value());
        memory.building.rows.variable(
            partition,
            new Rows.VariableRow(
                variable.owner(), variable.name(), variable.value(), variable.value() == null));
      }
      case Effect.Continue _ ->
          leave(
              entry,
              () -> memory.submit(new Command.ContinueInstance(key, state.life().generation())));
    }
  }

  /** Runs after the commit; at once for the inner steps of fast instances, which have no rows. */
  private void leave(InstanceCache.Entry entry, Runnable effect) {
    if (entry.state.header().fast() && entry.batch <= memory.committed) {
      effect.run();
    } else {
      memory.building.after(effect);
    }
  }

  private void arm(InstanceState state, int partition, Effect.ArmTimer timer) {
    boolean stored = !state.header().fast();
    Rows.TimerRow row =
        new Rows.TimerRow(
            state.header().key(),
            partition,
            state.life().generation(),
            timer.timerId(),
            timer.dueAt());
    memory.timers.arm(row, stored, memory.building.number);
    if (stored) {
      memory.building.rows.timer(row);
    }
  }

  private void cancel(InstanceState state, int partition, String timerId) {
    Rows.TimerKey key = new Rows.TimerKey(state.header().key(), timerId);
    memory.timers.cancel(key, memory.building.number);
    if (!state.header().fast()) {
      memory.building.rows.timerRemoved(partition, key);
    }
  }

  /** Puts a message into the outbox; it is delivered once it is committed. */
  void send(InstanceCache.@Nullable Entry sender, int source, Effect message, InstanceKey target) {
    Rows.OutboxRow row = memory.messages.next(source, memory.partition(target), message);
    memory.building.rows.outbox(row);
    memory.building.after(() -> memory.submit(WorkRunner.deliver(row)));
    if (sender != null) {
      sender.batch = memory.building.number;
    }
  }
}
