package dev.millrace.dialect.nocobase.trigger;

import dev.millrace.data.Database;
import dev.millrace.data.DatabaseFailure;
import dev.millrace.data.Query;
import dev.millrace.data.WriteContext;
import dev.millrace.dialect.nocobase.catalog.SystemCollections;
import dev.millrace.dialect.nocobase.http.Parameters;
import dev.millrace.dialect.nocobase.run.Calls;
import dev.millrace.dialect.nocobase.run.Dispatcher;
import dev.millrace.dialect.nocobase.run.Event;
import dev.millrace.dialect.nocobase.run.Version;
import dev.millrace.dialect.nocobase.run.Versions;
import dev.millrace.runtime.activity.Waiting;
import dev.millrace.transport.Problem;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Starts the executions that rows of {@code workflowEvents} ask for, and removes a row once the
 * engine has what it asked for. The instance has the row's key as its uid, so a row that is taken
 * up twice starts one. What a crash left is taken up at the next start. Thread-safe.
 */
public final class Relay implements AutoCloseable {
  private static final System.Logger LOGGER = System.getLogger(Relay.class.getName());
  private static final int BATCH = 200;
  private static final int TOO_MANY = 429;
  private static final int UNAVAILABLE = 500;
  private static final Duration FLOOR = Duration.ofSeconds(5);
  private static final Duration PAUSE = Duration.ofMillis(200);

  private final Database database;
  private final Versions versions;
  private final Dispatcher dispatcher;
  private final ScheduledExecutorService background;
  private final String opened;

  /** One thread at a time, or what another has just started and removed would be started again. */
  private final ReentrantLock draining = new ReentrantLock();

  private final AtomicBoolean asked = new AtomicBoolean();
  private volatile @Nullable ScheduledFuture<?> looking;

  /**
   * A relay that does nothing before {@link #start}.
   *
   * @param background ended by who made it, before the database is closed
   */
  public Relay(
      Database database,
      Versions versions,
      Dispatcher dispatcher,
      ScheduledExecutorService background,
      InstantSource clock) {
    this.database = database;
    this.versions = versions;
    this.dispatcher = dispatcher;
    this.background = background;
    Instant now = clock.instant();
    this.opened = Times.text(now);
  }

  /** Takes up what is left, and looks again from time to time in case a wake-up got lost. */
  public void start() {
    looking =
        background.scheduleWithFixedDelay(this::wake, 0, FLOOR.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Looks no more. What is under way ends with the executor. */
  @Override
  public void close() {
    ScheduledFuture<?> rounds = looking;
    if (rounds != null) {
      rounds.cancel(false);
    }
  }

  /** There may be something to do. Returns at once. */
  public void wake() {
    if (asked.compareAndSet(false, true)) {
      try {
        background.execute(this::drain);
      } catch (RejectedExecutionException e) {
        // The server ends; the rows are taken up at its next start.
        asked.set(false);
      }
    }
  }

  // Whatever goes wrong with one round must not end the rounds.
  @SuppressWarnings("CatchingUnchecked")
  private void drain() {
    draining.lock();
    try {
      // From here on: whoever asks while this waits for its turn is answered by this round.
      asked.set(false);
      Round round = round(null);
      while (round.last != null) {
        if (Thread.currentThread().isInterrupted()) {
          return;
        }
        round = round(round.last);
      }
      if (round.busy) {
        retry();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Problem | DatabaseFailure e) {
      // Busy or ending: what is left stays where it is.
      retry();
    } catch (RuntimeException e) {
      LOGGER.log(System.Logger.Level.ERROR, "events of records could not be started", e);
      retry();
    } finally {
      draining.unlock();
    }
  }

  private void retry() {
    try {
      ScheduledFuture<?> _ =
          background.schedule(this::wake, PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOGGER.log(System.Logger.Level.DEBUG, "no further rounds: the server ends");
    }
  }

  /**
   * What came of one batch.
   *
   * @param last behind which there may be more; null when that was all, or the engine is busy
   */
  private record Round(@Nullable Object last, boolean busy) {}

  /** Starts one batch of those behind another. One that cannot be started is in nobody's way. */
  // Whatever goes wrong with one event must not hold up the others.
  @SuppressWarnings("CatchingUnchecked")
  private Round round(@Nullable Object behind) throws InterruptedException {
    Query due = Query.where(due());
    if (behind != null) {
      due = due.and(Map.of("id", Map.of("$gt", behind)));
    }
    List<Map<String, @Nullable Object>> rows =
        database
            .records(SystemCollections.EVENTS)
            .list(due.sort("id").page(1L, (long) BATCH).simple())
            .rows();
    Map<Object, CompletableFuture<Dispatcher.Outcome>> started = new LinkedHashMap<>();
    List<Object> done = new ArrayList<>();
    boolean busy = false;
    Object last = null;
    for (Map<String, @Nullable Object> row : rows) {
      last = Objects.requireNonNull(row.get("id"));
      Optional<Event> event = event(row);
      if (event.isEmpty()) {
        done.add(last);
      } else {
        started.put(last, begun(event.get()));
      }
    }
    for (Map.Entry<Object, CompletableFuture<Dispatcher.Outcome>> entry : started.entrySet()) {
      Object id = entry.getKey();
      try {
        note(id, Calls.await(entry.getValue()));
        done.add(id);
      } catch (Problem e) {
        if (e.status() < UNAVAILABLE && e.status() != TOO_MANY) {
          note(id, new Dispatcher.Outcome.Refused(e.getMessage()));
          done.add(id);
        } else {
          busy = true;
        }
      } catch (RuntimeException e) {
        LOGGER.log(System.Logger.Level.ERROR, "event " + id + " of a record is tried again", e);
      }
    }
    remove(done);
    return new Round(rows.size() == BATCH && !busy ? last : null, busy);
  }

  // What goes wrong is told where the outcome is awaited.
  @SuppressWarnings("CatchingUnchecked")
  private CompletableFuture<Dispatcher.Outcome> begun(Event event) throws InterruptedException {
    try {
      return dispatcher.start(event);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** Rows that wait, and rows whose writer was to start them but did not live to. */
  private Map<String, @Nullable Object> due() {
    Map<String, @Nullable Object> either = new LinkedHashMap<>();
    either.put("$or", List.of(Map.of("held", false), Map.of("createdAt", Map.of("$lt", opened))));
    return either;
  }

  private static void note(Object id, Dispatcher.Outcome outcome) {
    if (outcome instanceof Dispatcher.Outcome.Refused(String why)) {
      LOGGER.log(System.Logger.Level.WARNING, "event {0} of a record starts nothing: {1}", id, why);
    }
  }

  private void remove(List<Object> ids) {
    if (!ids.isEmpty()) {
      database.records(SystemCollections.EVENTS).destroy(Query.all().keys(ids), WriteContext.NONE);
    }
  }

  private Optional<Event> event(Map<String, @Nullable Object> row) {
    Long workflow = Parameters.number(row.get("workflowId"));
    Optional<Version> version = workflow == null ? Optional.empty() : versions.find(workflow);
    return version.map(found ->
        new Event(
            found,
            row.get("context"),
            String.valueOf(row.get("eventKey")),
            row.get("stack") instanceof List<?> list
                ? list.stream().map(Parameters::number).filter(Objects::nonNull).toList()
                : List.of(),
            false,
            Parameters.number(row.get("userId"))));
  }

  /** Runs the execution of one event on this thread and waits until it has settled. */
  void handle(Object id) {
    Waiting.forOthers(() -> {
      handled(id);
      return true;
    });
  }

  // Whatever happens, the record is written and the event must not be lost.
  @SuppressWarnings("CatchingUnchecked")
  private void handled(Object id) {
    try {
      Optional<Map<String, @Nullable Object>> row =
          database.records(SystemCollections.EVENTS).get(Query.byKey(id));
      Optional<Event> event = row.flatMap(this::event);
      if (event.isPresent()) {
        dispatcher.run(event.get());
      }
      remove(List.of(id));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      release(id);
    } catch (RuntimeException e) {
      LOGGER.log(System.Logger.Level.WARNING, "an event of a record could not be run at once", e);
      release(id);
    }
  }

  private void release(Object id) {
    try {
      Map<String, @Nullable Object> values = new LinkedHashMap<>();
      values.put("held", false);
      database.records(SystemCollections.EVENTS).update(Query.byKey(id), values, WriteContext.NONE);
      wake();
    } catch (DatabaseFailure e) {
      LOGGER.log(System.Logger.Level.WARNING, "an event of a record waits for the next start", e);
    }
  }
}
