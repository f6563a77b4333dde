package dev.millrace.runtime.retention;

import dev.millrace.engine.Command;
import dev.millrace.engine.Reason;
import dev.millrace.engine.Reply;
import dev.millrace.engine.Status;
import dev.millrace.runtime.time.Clock;
import dev.millrace.store.Rows;
import dev.millrace.store.Store;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Removes what has been kept long enough: ended instances, by the commands that anybody else
 * removes them with, and remembered requests.
 *
 * <p>It goes over the store in passes, and over a pass in portions, which {@link #portion} does one
 * of; between two portions others have the writer. Nothing is kept between passes but counters, so
 * that one that is cut off costs nothing. One portion at a time; the counters are read by any
 * thread.
 */
public final class Retention {

  private static final Logger LOG = System.getLogger(Retention.class.getName());

  /** Instances that a portion looks at. */
  private static final int PAGE = 100;

  /** Events of the instances that a portion removes; one instance may have more. */
  private static final long EVENTS = 4_000;

  /** Requests that a portion forgets. */
  private static final int REQUESTS = 500;

  /** Instances that leave so much space that it is worth a look. */
  private static final long MANY = 1_000;

  /** An instance stays at most this part of its time longer. */
  private static final int PART = 20;

  private static final Duration SHORTEST_INTERVAL = Duration.ofSeconds(1);
  private static final Duration LONGEST_INTERVAL = Duration.ofHours(1);
  private static final Duration LEAST_PAUSE = Duration.ofMillis(5);
  private static final Duration BUSY_PAUSE = Duration.ofSeconds(1);

  private final RetentionPolicy policy;
  private final Ports ports;
  private final LongAdder instances = new LongAdder();
  private final LongAdder requests = new LongAdder();
  private @Nullable Pass pass;

  /**
   * What it needs of the world.
   *
   * @param engine removes an instance, and refuses where it must stay
   * @param reads runs reads of the store
   */
  public record Ports(
      Store store,
      Function<Command, CompletableFuture<Reply>> engine,
      Executor reads,
      Clock clock) {}

  /** Instances whose time is over. */
  @FunctionalInterface
  private interface Target {
    List<Rows.EndedRow> page(Rows.@Nullable EndedRow after);
  }

  /** One way through everything. */
  private static final class Pass {
    private final Instant begun;
    private final Deque<Target> targets = new ArrayDeque<>();
    private Rows.@Nullable EndedRow after;
    private final Map<Status, Long> removed = new EnumMap<>(Status.class);
    private long needed;
    private long refused;
    private long forgotten;

    private Pass(Instant begun) {
      this.begun = begun;
    }

    private long total() {
      return removed.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  public Retention(RetentionPolicy policy, Ports ports) {
    this.policy = policy;
    this.ports = ports;
  }

  /** How long after a pass the next one begins. */
  public Duration interval() {
    Duration shortest = policy.shortest();
    if (shortest == null || shortest.dividedBy(PART).compareTo(LONGEST_INTERVAL) > 0) {
      return LONGEST_INTERVAL;
    }
    Duration part = shortest.dividedBy(PART);
    return part.compareTo(SHORTEST_INTERVAL) < 0 ? SHORTEST_INTERVAL : part;
  }

  /** Instances removed since the start. */
  public long removedInstances() {
    return instances.sum();
  }

  /** Remembered requests forgotten since the start. */
  public long forgottenRequests() {
    return requests.sum();
  }

  /**
   * Does the next portion. Completes with how long to wait before the one after it, which may be
   * the first of another pass; never exceptionally.
   */
  public CompletableFuture<Duration> portion() {
    Instant begun = ports.clock().now();
    return CompletableFuture.completedFuture(begun)
        .thenComposeAsync(_ -> next(), ports.reads())
        .handle((busy, failure) -> failure == null ? pause(begun, busy) : failed(failure));
  }

  private Duration failed(Throwable failure) {
    LOG.log(Level.WARNING, "retention goes on later", failure);
    pass = null;
    return interval();
  }

  /** As long as the portion took, so that others have at least half of the writer. */
  private Duration pause(Instant begun, boolean busy) {
    if (pass == null) {
      return interval();
    }
    if (busy) {
      return BUSY_PAUSE;
    }
    Duration took = Duration.between(begun, ports.clock().now());
    return took.compareTo(LEAST_PAUSE) < 0 ? LEAST_PAUSE : took;
  }

  /** Completes with whether the engine was too busy. */
  private CompletableFuture<Boolean> next() {
    Pass now = pass;
    if (now == null) {
      now = begin();
      pass = now;
    }
    Target target = now.targets.peek();
    if (target != null) {
      return page(now, target);
    }
    int forgotten = ports.store().removeExpiredRequests(ports.clock().now(), REQUESTS);
    requests.add(forgotten);
    now.forgotten += forgotten;
    if (forgotten < REQUESTS) {
      end(now);
      pass = null;
    }
    return CompletableFuture.completedFuture(false);
  }

  private Pass begin() {
    Instant begun = ports.clock().now();
    Pass made = new Pass(begun);
    if (policy.shortest() != null) {
      addByPolicy(made);
    }
    made.targets.add(after -> ports.store().outlived(begun.plusMillis(1), after, PAGE));
    return made;
  }

  private void addByPolicy(Pass made) {
    for (String namespace : ports.store().namespacesOfEnded()) {
      RetentionPolicy.Keep keep = policy.of(namespace);
      for (Status status : Status.values()) {
        Duration time = status.terminal() ? keep.of(status) : null;
        if (time != null) {
          // Times are kept in whole milliseconds, so one that is over is strictly before.
          Instant before = made.begun.minus(time).plusMillis(1);
          made.targets.add(after -> ports.store().ended(namespace, status, before, after, PAGE));
        }
      }
    }
  }

  private CompletableFuture<Boolean> page(Pass now, Target target) {
    List<Rows.EndedRow> found = target.page(now.after);
    List<Rows.EndedRow> asked = new ArrayList<>();
    List<CompletableFuture<Reply>> replies = new ArrayList<>();
    long events = 0;
    int looked = 0;
    Rows.EndedRow from = now.after;
    for (Rows.EndedRow row : found) {
      if (events > EVENTS) {
        break;
      }
      looked++;
      now.after = row;
      if (row.needed()) {
        now.needed++;
      } else {
        events += row.events();
        asked.add(row);
        replies.add(ports.engine().apply(new Command.PurgeInstance(row.key(), false, row.endAt())));
      }
    }
    boolean last = looked == found.size() && found.size() < PAGE;
    return CompletableFuture.allOf(replies.toArray(CompletableFuture[]::new))
        .thenApply(_ -> {
          boolean busy = count(now, asked, replies);
          if (busy) {
            // The same page once more, without what is gone.
            now.after = from;
          } else if (last) {
            now.targets.remove();
            now.after = null;
          }
          return busy;
        });
  }

  private boolean count(
      Pass now, List<Rows.EndedRow> asked, List<CompletableFuture<Reply>> replies) {
    boolean busy = false;
    for (int i = 0; i < asked.size(); i++) {
      switch (replies.get(i).join()) {
        case Reply.Accepted _ -> {
          instances.increment();
          now.removed.merge(asked.get(i).status(), 1L, Long::sum);
        }
        case Reply.Rejected rejected when rejected.reason() == Reason.BUSY -> busy = true;
        case Reply.Rejected _ -> now.refused++;
      }
    }
    return busy;
  }

  private void end(Pass over) {
    long removed = over.total();
    if (removed > 0 || over.forgotten > 0) {
      LOG.log(
          Level.INFO,
          "retention: {0} instances removed {1}, {2} kept as others need them, {3} refused,"
              + " {4} expired requests forgotten, in {5} ms",
          removed,
          over.removed.entrySet().stream()
              .filter(entry -> entry.getValue() > 0)
              .map(entry -> entry.getKey() + " " + entry.getValue())
              .collect(Collectors.joining(", ", "(", ")")),
          over.needed,
          over.refused,
          over.forgotten,
          Duration.between(over.begun, ports.clock().now()).toMillis());
    }
    if (removed >= MANY) {
      ports.store().tidy();
    }
  }
}
