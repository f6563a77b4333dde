package dev.millrace.dialect.nocobase.trigger;

import dev.millrace.data.Change;
import dev.millrace.data.DataException;
import dev.millrace.data.Database;
import dev.millrace.data.DatabaseFailure;
import dev.millrace.data.Query;
import dev.millrace.data.Records;
import dev.millrace.data.Transaction;
import dev.millrace.dialect.nocobase.http.Parameters;
import dev.millrace.dialect.nocobase.run.Calls;
import dev.millrace.dialect.nocobase.run.Counters;
import dev.millrace.dialect.nocobase.run.Dispatcher;
import dev.millrace.dialect.nocobase.run.Event;
import dev.millrace.dialect.nocobase.run.Version;
import dev.millrace.dialect.nocobase.run.Versions;
import dev.millrace.engine.JsonValue;
import dev.millrace.transport.Problem;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Starts executions when their time comes: the times of enabled schedules, and those in the records
 * of their collections. Times are computed anew from the stored configuration at every start and
 * change; the key of an event names its time, so none is started twice. What was due while nobody
 * looked is not made up for. Thread-safe.
 */
public final class Schedules implements AutoCloseable {
  private static final System.Logger LOGGER = System.getLogger(Schedules.class.getName());

  /** Times of records are looked for so far ahead, and looked for anew in half of that. */
  private static final Duration HORIZON = Duration.ofMinutes(10);

  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final int MOST_RECORDS = 10_000;

  private final Database database;
  private final Versions versions;
  private final Dispatcher dispatcher;
  private final Counters counters;
  private final ScheduledExecutorService background;
  private final InstantSource clock;
  private final ZoneId zone;
  private final Map<String, Armed> armed = new HashMap<>();
  private @Nullable ScheduledFuture<?> looking;
  private boolean closed;

  /** A time that is waited for. */
  private record Armed(
      Version version, @Nullable Object record, Instant due, ScheduledFuture<?> wake) {}

  /**
   * Schedules that do nothing before {@link #start}.
   *
   * @param clockwork what tells the time and waits
   */
  public Schedules(
      Database database,
      Versions versions,
      Dispatcher dispatcher,
      Counters counters,
      Clockwork clockwork) {
    this.database = database;
    this.versions = versions;
    this.dispatcher = dispatcher;
    this.counters = counters;
    this.background = clockwork.background();
    this.clock = clockwork.clock();
    this.zone = clockwork.zone();
  }

  /**
   * What tells the time and waits.
   *
   * @param zone of cron expressions and of dates without one
   */
  public record Clockwork(ScheduledExecutorService background, InstantSource clock, ZoneId zone) {}

  /** Begins to watch the clock. */
  public synchronized void start() {
    versions.listen(this::planSoon);
    database.listen(this::written);
    looking =
        background.scheduleWithFixedDelay(
            this::plan, 0, HORIZON.toMillis() / 2, TimeUnit.MILLISECONDS);
  }

  private void planSoon() {
    try {
      background.execute(this::plan);
    } catch (RejectedExecutionException e) {
      LOGGER.log(System.Logger.Level.DEBUG, "nothing is planned any more: the server ends");
    }
  }

  /** A record with a date was saved: its time may be another now. */
  private void written(Change change, Transaction transaction) {
    boolean watched =
        versions.enabledOf(ScheduleTrigger.TYPE).stream()
            .anyMatch(version ->
                version.number("mode", -1) == ScheduleTrigger.DATE_FIELD
                    && Sources.name(version.config().get("collection"))
                        .equals(change.collection()));
    if (watched) {
      transaction.afterCommit(this::planSoon);
    }
  }

  // Whatever goes wrong with one plan must not end the watching.
  @SuppressWarnings("CatchingUnchecked")
  private void plan() {
    try {
      Map<String, Wanted> wanted = wanted();
      synchronized (this) {
        armed
            .entrySet()
            .removeIf(entry -> {
              Wanted still = wanted.get(entry.getKey());
              boolean stays =
                  still != null
                      && still.due.equals(entry.getValue().due)
                      && still.version.equals(entry.getValue().version);
              if (!stays) {
                entry.getValue().wake.cancel(false);
              }
              return !stays;
            });
        wanted.forEach((name, one) -> {
          if (!armed.containsKey(name)) {
            arm(name, one);
          }
        });
      }
    } catch (RuntimeException e) {
      LOGGER.log(System.Logger.Level.ERROR, "schedules could not be planned", e);
    }
  }

  /** A time that is to be waited for. */
  private record Wanted(Version version, @Nullable Object record, Instant due) {}

  private Map<String, Wanted> wanted() {
    Instant now = clock.instant();
    Map<String, Wanted> wanted = new LinkedHashMap<>();
    for (Version version : versions.enabledOf(ScheduleTrigger.TYPE)) {
      try {
        long mode = version.number("mode", -1);
        if (mode == ScheduleTrigger.STATIC) {
          want(wanted, version, null, ScheduleTimes.fixed(version.config(), zone), now);
        } else if (mode == ScheduleTrigger.DATE_FIELD) {
          wantRecords(wanted, version, now);
        }
      } catch (DataException e) {
        LOGGER.log(
            System.Logger.Level.WARNING, "schedule {0} rests: {1}", version.id(), e.getMessage());
      }
    }
    return wanted;
  }

  private void want(
      Map<String, Wanted> wanted,
      Version version,
      @Nullable Object record,
      ScheduleTimes times,
      Instant from) {
    Instant due = exhausted(version) ? null : times.next(from);
    if (due != null && (record == null || due.isBefore(from.plus(HORIZON)))) {
      String name = version.id() + (record == null ? "" : ":" + record);
      wanted.put(name, new Wanted(version, record, due));
    }
  }

  private boolean exhausted(Version version) {
    Long limit = Parameters.number(version.config().get("limit"));
    return limit != null && limit > 0 && counters.ofKey(version.key()) >= limit;
  }

  private void wantRecords(Map<String, Wanted> wanted, Version version, Instant now) {
    Object startsOn = version.config().get("startsOn");
    String field = JsonValue.text(startsOn, "field", "");
    if (field.isEmpty()) {
      return;
    }
    Records records = database.records(Sources.name(version.config().get("collection")));
    Duration offset = ScheduleTimes.offset(startsOn);
    Map<String, @Nullable Object> range = new LinkedHashMap<>();
    range.put("$lt", Times.text(now.plus(HORIZON).minus(offset)));
    Object repeat = version.config().get("repeat");
    if (repeat == null || repeat.equals("")) {
      range.put("$gte", Times.text(Times.second(now).minusSeconds(1).minus(offset)));
    }
    Map<String, @Nullable Object> filter = new LinkedHashMap<>();
    filter.put(field, range);
    String key = Sources.keyName(records.collection());
    for (Map<String, @Nullable Object> row :
        records.list(Query.where(filter).page(1L, (long) MOST_RECORDS).simple()).rows()) {
      want(wanted, version, row.get(key), ScheduleTimes.of(version.config(), row, zone), now);
    }
  }

  private synchronized void arm(String name, Wanted wanted) {
    if (closed) {
      return;
    }
    long delay = Math.max(0, Duration.between(clock.instant(), wanted.due).toMillis());
    try {
      ScheduledFuture<?> wake =
          background.schedule(() -> due(name, wanted), delay, TimeUnit.MILLISECONDS);
      armed.put(name, new Armed(wanted.version, wanted.record, wanted.due, wake));
    } catch (RejectedExecutionException e) {
      LOGGER.log(System.Logger.Level.DEBUG, "no time is waited for any more: the server ends");
    }
  }

  // Whatever goes wrong with one time must not end the schedule.
  @SuppressWarnings("CatchingUnchecked")
  private void due(String name, Wanted wanted) {
    if (clock.instant().isBefore(wanted.due)) {
      // The clock was set back, or the timer was early: a time never comes before itself.
      arm(name, wanted);
      return;
    }
    try {
      if (!exhausted(wanted.version)) {
        fire(wanted);
      }
      goOn(name, wanted);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Problem | DatabaseFailure e) {
      again(name, wanted);
    } catch (RuntimeException e) {
      LOGGER.log(System.Logger.Level.ERROR, "a schedule could not start its execution", e);
      goOn(name, wanted);
    }
  }

  private void again(String name, Wanted wanted) {
    try {
      ScheduledFuture<?> _ =
          background.schedule(() -> due(name, wanted), RETRY.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOGGER.log(System.Logger.Level.DEBUG, "not tried again: the server ends");
    }
  }

  private void fire(Wanted wanted) throws InterruptedException {
    Version version = wanted.version;
    Map<String, @Nullable Object> context = new LinkedHashMap<>();
    String key = version.id() + "@" + wanted.due.toEpochMilli();
    if (wanted.record != null) {
      Optional<Map<String, @Nullable Object>> row =
          database
              .records(Sources.name(version.config().get("collection")))
              .get(Query.byKey(wanted.record).appends(Sources.appends(version.texts("appends"))));
      if (row.isEmpty()) {
        return;
      }
      context.put("data", row.get());
      key = version.id() + ":" + wanted.record + "@" + wanted.due.toEpochMilli();
    }
    context.put("date", Times.text(wanted.due));
    Calls.await(dispatcher.start(new Event(version, context, key, List.of(), false, null)));
  }

  /** The next time after one that came; times in between that were missed are left out. */
  private synchronized void goOn(String name, Wanted wanted) {
    armed.remove(name);
    Instant after = wanted.due.plusMillis(1);
    Instant now = clock.instant();
    Instant from = Duration.between(after, now).compareTo(RETRY) > 0 ? now : after;
    if (wanted.record == null
        && versions.enabledOf(ScheduleTrigger.TYPE).contains(wanted.version)) {
      Map<String, Wanted> next = new HashMap<>();
      want(next, wanted.version, null, ScheduleTimes.fixed(wanted.version.config(), zone), from);
      next.forEach(this::arm);
    } else if (wanted.record != null && wanted.version.config().get("repeat") != null) {
      planSoon();
    }
  }

  /** Waits for no time any more. */
  @Override
  public synchronized void close() {
    closed = true;
    ScheduledFuture<?> rounds = looking;
    if (rounds != null) {
      rounds.cancel(false);
    }
    armed.values().forEach(one -> one.wake.cancel(false));
    armed.clear();
  }
}
