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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Starts executions when their time comes: the times of enabled schedules, and those in the records
 * of their collections. Times are computed anew from the stored configuration at every start and
 * change, and for a record when it is saved; the key of an event names its time, so none is started
 * twice. What was due while nobody looked is not made up for, but a time that came while the server
 * was too busy is started late. Thread-safe.
 */
public final class Schedules implements AutoCloseable {
  private static final System.Logger LOGGER = System.getLogger(Schedules.class.getName());

  /** Times of records are looked for so far ahead, and looked for anew in half of that. */
  private static final Duration HORIZON = Duration.ofMinutes(10);

  private static final Duration RETRY = Duration.ofSeconds(1);

  /** How late a time of a repetition may be started while the server runs. */
  private static final Duration LATEST = Duration.ofMinutes(1);

  /** The longest wait in one piece, after which a clock that was set is noticed. */
  private static final Duration NAP = Duration.ofMinutes(1);

  private static final int PAGE = 1_000;

  /** Records saved since the last look; with more of them all records are looked at. */
  private static final int MOST_SAVED = 10_000;

  /** Times that one schedule waits for at once; those beyond are found by later looks. */
  private static final int MOST_TIMES = 100_000;

  private final Database database;
  private final Versions versions;
  private final Dispatcher dispatcher;
  private final Counters counters;
  private final ScheduledExecutorService background;
  private final InstantSource clock;
  private final ZoneId zone;
  private final Map<String, Armed> armed = new HashMap<>();
  private final Set<Saved> saved = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean everything = new AtomicBoolean();
  private final AtomicBoolean asked = new AtomicBoolean();

  /** Held from reading times until they are waited for, so that no older reading comes later. */
  private final Object planning = new Object();

  /** Held from counting the executions of a schedule with a limit until one more is counted. */
  private final Object limits = new Object();

  private @Nullable ScheduledFuture<?> looking;
  private boolean closed;

  /** A time that is to be waited for. */
  private record Wanted(Version version, @Nullable Object record, Instant due) {
    String name() {
      return name(version, record);
    }

    static String name(Version version, @Nullable Object record) {
      return version.id() + (record == null ? "" : ":" + record);
    }
  }

  /** A time that is waited for, as long as it is the one of its name. */
  private static final class Armed {
    final Wanted wanted;
    @Nullable ScheduledFuture<?> wake;

    Armed(Wanted wanted) {
      this.wanted = wanted;
    }
  }

  /** A record that was written. */
  private record Saved(String collection, Object key) {}

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
    versions.listen(this::planAll);
    database.listen(this::written);
    looking =
        background.scheduleWithFixedDelay(
            this::planAll, 0, HORIZON.toMillis() / 2, TimeUnit.MILLISECONDS);
  }

  private void planAll() {
    everything.set(true);
    planSoon();
  }

  /** However often it is asked for, one plan at a time waits for its turn. */
  private void planSoon() {
    if (asked.compareAndSet(false, true)) {
      try {
        background.execute(this::plan);
      } catch (RejectedExecutionException e) {
        LOGGER.log(System.Logger.Level.DEBUG, "nothing is planned any more: the server ends");
      }
    }
  }

  /** A record with a date was saved: its time may be another now. */
  private void written(Change change, Transaction transaction) {
    if (watching(change.collection()).isEmpty()) {
      return;
    }
    Object key =
        change.row().get(Sources.keyName(transaction.collections().get(change.collection())));
    transaction.afterCommit(() -> {
      if (key == null || saved.size() >= MOST_SAVED) {
        everything.set(true);
      } else {
        saved.add(new Saved(change.collection(), key));
      }
      planSoon();
    });
  }

  private List<Version> watching(String collection) {
    return versions.enabledOf(ScheduleTrigger.TYPE).stream()
        .filter(version ->
            version.number("mode", -1) == ScheduleTrigger.DATE_FIELD
                && Sources.name(version.config().get("collection")).equals(collection))
        .toList();
  }

  // Whatever goes wrong with one plan must not end the watching.
  @SuppressWarnings("CatchingUnchecked")
  private void plan() {
    asked.set(false);
    synchronized (planning) {
      try {
        Instant now = clock.instant();
        List<Saved> written = List.copyOf(saved);
        written.forEach(saved::remove);
        if (everything.getAndSet(false)) {
          saved.clear();
          exchange(null, wanted(now), now);
        } else {
          planSaved(written, now);
        }
      } catch (RuntimeException e) {
        LOGGER.log(System.Logger.Level.ERROR, "schedules could not be planned", e);
        everything.set(true);
        ScheduledFuture<?> _ = later(this::planSoon, RETRY);
      }
    }
  }

  private void planSaved(List<Saved> written, Instant now) {
    Map<String, List<Object>> byCollection = new LinkedHashMap<>();
    for (Saved one : written) {
      byCollection.computeIfAbsent(one.collection, _ -> new ArrayList<>()).add(one.key);
    }
    byCollection.forEach((collection, all) -> {
      for (Version version : watching(collection)) {
        for (int first = 0; first < all.size(); first += PAGE) {
          List<Object> keys = all.subList(first, Math.min(first + PAGE, all.size()));
          Set<String> names = new HashSet<>();
          keys.forEach(key -> names.add(Wanted.name(version, key)));
          Map<String, Wanted> wanted = new LinkedHashMap<>();
          resting(version, () -> wantRecords(wanted, version, keys, now));
          exchange(names, wanted, now);
        }
      }
    });
  }

  /**
   * Waits for other times from here on.
   *
   * @param names whose times were looked at; null for all
   */
  private synchronized void exchange(
      @Nullable Set<String> names, Map<String, Wanted> wanted, Instant now) {
    for (String name : List.copyOf(names == null ? armed.keySet() : names)) {
      Armed one = armed.get(name);
      if (one != null && !stays(one.wanted, wanted.get(name), now)) {
        disarm(one);
      }
    }
    for (Wanted one : wanted.values()) {
      if (!armed.containsKey(one.name())) {
        arm(one);
      }
    }
  }

  /** What has come already is about to be started, and no plan knows it any more. */
  private boolean stays(Wanted one, @Nullable Wanted wanted, Instant now) {
    return one.due.isAfter(now)
        ? wanted != null && wanted.due.equals(one.due) && wanted.version.equals(one.version)
        : stands(one.version);
  }

  /** Whether a version is enabled and as it was. */
  private boolean stands(Version version) {
    return versions.enabledOf(ScheduleTrigger.TYPE).stream()
        .anyMatch(other -> other.id() == version.id() && other.config().equals(version.config()));
  }

  private Map<String, Wanted> wanted(Instant now) {
    Map<String, Wanted> wanted = new LinkedHashMap<>();
    for (Version version : versions.enabledOf(ScheduleTrigger.TYPE)) {
      resting(
          version,
          () -> {
            long mode = version.number("mode", -1);
            if (mode == ScheduleTrigger.STATIC) {
              want(wanted, version, null, ScheduleTimes.fixed(version.config(), zone), now);
            } else if (mode == ScheduleTrigger.DATE_FIELD) {
              wantRecords(wanted, version, null, now);
            }
          });
    }
    return wanted;
  }

  /** A schedule that cannot be asked rests, and no other with it. */
  private static void resting(Version version, Runnable asking) {
    try {
      asking.run();
    } catch (DataException e) {
      LOGGER.log(
          System.Logger.Level.WARNING, "schedule {0} rests: {1}", version.id(), e.getMessage());
    }
  }

  private void want(
      Map<String, Wanted> wanted,
      Version version,
      @Nullable Object record,
      ScheduleTimes times,
      Instant from) {
    Instant due = times.next(from);
    if (due != null
        && (record == null || due.isBefore(clock.instant().plus(HORIZON)))
        && !exhausted(version)) {
      Wanted one = new Wanted(version, record, due);
      wanted.put(one.name(), one);
    }
  }

  private boolean exhausted(Version version) {
    Long limit = limit(version);
    return limit != null && counters.ofKey(version.key()) >= limit;
  }

  private static @Nullable Long limit(Version version) {
    Long limit = Parameters.number(version.config().get("limit"));
    return limit != null && limit > 0 ? limit : null;
  }

  /**
   * The times of records.
   *
   * @param keys of the records that are looked at; null for all
   */
  private void wantRecords(
      Map<String, Wanted> wanted, Version version, @Nullable List<Object> keys, Instant now) {
    Object startsOn = version.config().get("startsOn");
    String field = JsonValue.text(startsOn, "field", "");
    if (field.isEmpty() || exhausted(version)) {
      return;
    }
    Records records = database.records(Sources.name(version.config().get("collection")));
    String key = Sources.keyName(records.collection());
    Query query =
        Query.where(Map.of(field, ScheduleTimes.range(version.config(), now, now.plus(HORIZON))))
            .sort(key)
            .simple();
    Object last = null;
    boolean more = true;
    while (more && wanted.size() < MOST_TIMES) {
      Query page = query.page(1L, (long) PAGE);
      page = keys == null ? page : page.keys(keys);
      page = last == null ? page : page.and(Map.of(key, Map.of("$gt", last)));
      List<Map<String, @Nullable Object>> rows = records.list(page).rows();
      for (Map<String, @Nullable Object> row : rows) {
        last = Objects.requireNonNull(row.get(key), "a record without a key");
        want(wanted, version, last, ScheduleTimes.of(version.config(), row, zone), now);
      }
      more = rows.size() == PAGE;
    }
  }

  private synchronized void arm(Wanted wanted) {
    if (!closed) {
      Armed one = new Armed(wanted);
      armed.put(wanted.name(), one);
      sleep(one);
    }
  }

  private synchronized void sleep(Armed one) {
    Duration left = Duration.between(clock.instant(), one.wanted.due);
    Duration nap = left.isNegative() ? Duration.ZERO : left.compareTo(NAP) > 0 ? NAP : left;
    one.wake = later(() -> due(one), nap);
  }

  private synchronized void disarm(Armed one) {
    armed.remove(one.wanted.name(), one);
    if (one.wake != null) {
      one.wake.cancel(false);
    }
  }

  private synchronized boolean awaited(Armed one) {
    return !closed && armed.get(one.wanted.name()) == one;
  }

  private @Nullable ScheduledFuture<?> later(Runnable task, Duration delay) {
    try {
      return background.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      LOGGER.log(System.Logger.Level.DEBUG, "no time is waited for any more: the server ends");
      return null;
    }
  }

  // Whatever goes wrong with one time must not end the schedule.
  @SuppressWarnings("CatchingUnchecked")
  private void due(Armed one) {
    if (!awaited(one)) {
      return;
    }
    if (clock.instant().isBefore(one.wanted.due)) {
      // A long wait, a clock that was set back or an early timer: a time never comes before itself.
      sleep(one);
      return;
    }
    try {
      if (stands(one.wanted.version)) {
        fireWithinLimit(one.wanted);
      }
      goOn(one);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Problem | DatabaseFailure e) {
      ScheduledFuture<?> _ = later(() -> due(one), RETRY);
    } catch (RuntimeException e) {
      LOGGER.log(System.Logger.Level.ERROR, "a schedule could not start its execution", e);
      disarm(one);
      planAll();
    }
  }

  private void fireWithinLimit(Wanted wanted) throws InterruptedException {
    if (limit(wanted.version) == null) {
      fire(wanted);
      return;
    }
    synchronized (limits) {
      if (!exhausted(wanted.version)) {
        fire(wanted);
      }
    }
  }

  private void fire(Wanted wanted) throws InterruptedException {
    Version version = wanted.version;
    Map<String, @Nullable Object> context = new LinkedHashMap<>();
    if (wanted.record != null) {
      Optional<Map<String, @Nullable Object>> row =
          record(version, wanted.record, Sources.appends(version.texts("appends")));
      if (row.isEmpty()) {
        return;
      }
      context.put("data", row.get());
    }
    context.put("date", Times.text(wanted.due));
    String key = wanted.name() + "@" + wanted.due.toEpochMilli();
    Calls.await(dispatcher.start(new Event(version, context, key, List.of(), false, null)));
  }

  private Optional<Map<String, @Nullable Object>> record(
      Version version, Object key, List<String> appends) {
    return database
        .records(Sources.name(version.config().get("collection")))
        .get(Query.byKey(key).appends(appends));
  }

  /** The next time after one that came. */
  private void goOn(Armed one) {
    synchronized (planning) {
      if (!awaited(one)) {
        return;
      }
      Version version = one.wanted.version;
      Object key = one.wanted.record;
      Instant after = one.wanted.due.plusMillis(1);
      Instant now = clock.instant();
      Instant from = Duration.between(after, now).compareTo(LATEST) > 0 ? now : after;
      Map<String, Wanted> next = new LinkedHashMap<>();
      if (!stands(version) || !ScheduleTimes.repeats(version.config())) {
        LOGGER.log(System.Logger.Level.TRACE, "no further time of {0}", one.wanted.name());
      } else if (key == null) {
        want(next, version, null, ScheduleTimes.fixed(version.config(), zone), from);
      } else {
        resting(
            version,
            () ->
                record(version, key, List.of())
                    .ifPresent(row ->
                        want(
                            next,
                            version,
                            key,
                            ScheduleTimes.of(version.config(), row, zone),
                            from)));
      }
      disarm(one);
      next.values().forEach(this::arm);
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
    List.copyOf(armed.values()).forEach(this::disarm);
  }
}
