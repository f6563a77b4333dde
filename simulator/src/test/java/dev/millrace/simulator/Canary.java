package dev.millrace.simulator;

import dev.millrace.engine.Command;
import dev.millrace.engine.Decision;
import dev.millrace.engine.Effect;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.Moment;
import dev.millrace.engine.NodeRun;
import dev.millrace.runtime.Decider;
import dev.millrace.store.Batch;
import dev.millrace.store.CommitResult;
import dev.millrace.store.Fence;
import dev.millrace.store.PassingStore;
import dev.millrace.store.Rows;
import dev.millrace.store.Store;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Bugs that are known from servers of this kind, put in on purpose. */
enum Canary {
  STORE_FORGETS_TIMERS {
    @Override
    Subject subject() {
      return writing(20, batch -> batch.timers.clear());
    }
  },

  STORE_KEEPS_CANCELLED_TIMERS {
    @Override
    Subject subject() {
      return writing(2, batch -> batch.timersRemoved.clear());
    }
  },

  STORE_LOSES_MESSAGES {
    @Override
    Subject subject() {
      return writing(3, batch -> batch.outbox.clear());
    }
  },

  STORE_GIVES_MESSAGES_AGAIN {
    @Override
    Subject subject() {
      return writing(
          3,
          batch -> {
            batch.inbox.clear();
            batch.outboxRemoved.clear();
          });
    }
  },

  STORE_LOSES_HISTORY {
    @Override
    Subject subject() {
      return writing(20, batch -> batch.history.clear());
    }
  },

  STORE_LOSES_WORK_ITEMS {
    @Override
    Subject subject() {
      return writing(20, batch -> batch.humanTasks.clear());
    }
  },

  /** As a count in memory that a restart begins anew. */
  STORE_FORGETS_SLOTS {
    @Override
    Subject subject() {
      return store(rows ->
          new PassingStore(rows) {
            @Override
            public List<Rows.SlotRow> slots() {
              return List.of();
            }
          });
    }
  },

  STORE_FORGETS_REQUESTS {
    @Override
    Subject subject() {
      return writing(1, batch -> batch.idempotency.clear());
    }
  },

  /** As a group commit that answers when the batch is handed over. */
  STORE_ANSWERS_BEFORE_IT_WRITES {
    @Override
    Subject subject() {
      return store(rows ->
          new PassingStore(rows) {
            private @Nullable Batch held;

            @Override
            public CommitResult commit(Batch batch) {
              if (held != null) {
                super.commit(held);
              }
              held = batch;
              return CommitResult.COMMITTED;
            }
          });
    }
  },

  /** As a connection that writes on after another server has taken over. */
  STORE_LETS_FORMER_OWNERS_WRITE {
    @Override
    Subject subject() {
      Map<Integer, Fence> last = new HashMap<>();
      return store(rows ->
          new PassingStore(rows) {
            @Override
            public List<Fence> acquire(String owner, int partitions) {
              List<Fence> fences = super.acquire(owner, partitions);
              fences.forEach(fence -> last.put(fence.partition(), fence));
              return fences;
            }

            @Override
            public CommitResult commit(Batch batch) {
              Batch forged = copy(batch);
              forged.fences.replaceAll(fence -> last.getOrDefault(fence.partition(), fence).next());
              CommitResult result = super.commit(forged);
              if (result == CommitResult.COMMITTED) {
                forged.fences.forEach(fence -> last.put(fence.partition(), fence));
              }
              return result;
            }
          });
    }
  },

  /** A restart does not find the activities that were in flight. */
  RESTART_FINDS_NO_OPEN_WORK {
    @Override
    Subject subject() {
      return store(rows ->
          new PassingStore(rows) {
            @Override
            public List<InstanceKey> withOpenWork(@Nullable InstanceKey after, int limit) {
              return List.of();
            }
          });
    }
  },

  READING_FORGETS_VARIABLES {
    @Override
    Subject subject() {
      return rules(inner ->
          new PassingRules(inner) {
            @Override
            public @Nullable InstanceState fold(
                @Nullable InstanceState state, List<HistoryEvent> events) {
              return super.fold(
                  state,
                  events.stream()
                      .filter(event -> !(event instanceof HistoryEvent.VariablesSet))
                      .toList());
            }
          });
    }
  },

  RULES_FORGET_TO_ARM_RETRIES {
    @Override
    Subject subject() {
      return effects(
          effect -> effect instanceof Effect.ArmTimer arm && arm.timerId().startsWith("retry:"));
    }
  },

  RULES_FORGET_TO_TELL_PARENTS {
    @Override
    Subject subject() {
      return effects(effect ->
          effect instanceof Effect.SendToInstance send
              && send.command() instanceof Command.ChildEnded);
    }
  },

  /** The result of an attempt that was given up ends the attempt after it. */
  RULES_TAKE_RESULTS_OF_ANY_ATTEMPT {
    @Override
    Subject subject() {
      return rules(inner ->
          new PassingRules(inner) {
            @Override
            public Decision decide(@Nullable InstanceState state, Command command, Moment moment) {
              return super.decide(state, forged(state, command), moment);
            }
          });
    }
  };

  private static Command forged(@Nullable InstanceState state, Command command) {
    if (state == null || !(command instanceof Command.CompleteActivity done)) {
      return command;
    }
    NodeRun run = state.graph().runs().get(done.token().runId());
    return run == null
        ? command
        : new Command.CompleteActivity(
            done.key(),
            new Command.WorkToken(state.life().generation(), run.id(), run.attempt()),
            done.output());
  }

  private static final int SEEDS = 80;

  /** The subject with this bug, fresh for one run. */
  abstract Subject subject();

  /** The first seed that finds the bug. */
  long seed() {
    for (long seed = 1; seed <= SEEDS; seed++) {
      if (breach(seed) != null) {
        return seed;
      }
    }
    throw new AssertionError("none of " + SEEDS + " seeds finds " + this);
  }

  /** What law a seed sees broken; null when it sees nothing. */
  private @Nullable String breach(long seed) {
    try {
      SimulationResult unused = Simulation.run(seed, subject(), _ -> {});
      return unused.log().isEmpty() ? "" : null;
    } catch (SimulationFailure failure) {
      return failure.breach();
    }
  }

  private static Subject store(UnaryOperator<Store> store) {
    return new Subject(store, UnaryOperator.identity());
  }

  private static Subject rules(UnaryOperator<Decider> rules) {
    return new Subject(UnaryOperator.identity(), rules);
  }

  /** One commit in so many is written with a mistake. */
  private static Subject writing(int every, Consumer<Batch> mistake) {
    AtomicInteger commits = new AtomicInteger();
    return store(rows ->
        new PassingStore(rows) {
          @Override
          public CommitResult commit(Batch batch) {
            Batch written = copy(batch);
            if (commits.incrementAndGet() % every == 0) {
              mistake.accept(written);
            }
            return super.commit(written);
          }
        });
  }

  private static Subject effects(Predicate<Effect> forgotten) {
    return rules(inner ->
        new PassingRules(inner) {
          @Override
          public Decision decide(@Nullable InstanceState state, Command command, Moment moment) {
            Decision decision = super.decide(state, command, moment);
            return new Decision(
                decision.events(),
                decision.effects().stream().filter(forgotten.negate()).toList(),
                decision.reply(),
                decision.state(),
                decision.ignored());
          }
        });
  }
}
