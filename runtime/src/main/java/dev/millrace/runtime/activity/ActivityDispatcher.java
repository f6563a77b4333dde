package dev.millrace.runtime.activity;

import dev.millrace.engine.Command;
import dev.millrace.engine.Effect;
import dev.millrace.engine.Failure;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.JsonValue;
import dev.millrace.engine.WorkerActivity;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Runs activities on virtual threads, a bounded number at once; the others wait in order. An
 * attempt that outlives its timeout is interrupted and answered as {@code timeout} at that moment,
 * whether or not it obeys. Thread-safe.
 */
public final class ActivityDispatcher implements Dispatcher, AutoCloseable {

  /** The largest output that is kept, by the estimate of {@link JsonSize}. */
  private static final long MAX_OUTPUT_BYTES = 4L << 20;

  private final Map<String, Activity> activities;
  private final int concurrency;
  private final ThreadFactory threads = Thread.ofVirtual().name("activity-", 0).factory();
  private final ScheduledExecutorService timeouts =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("millrace-activity-timeouts").factory());

  private final Queue<Attempt> queue = new ArrayDeque<>();
  private final Set<Running> known = new HashSet<>();
  private final Map<Running, Thread> running = new HashMap<>();
  private boolean closed;
  private int placesGivenUp;

  private record Running(InstanceKey key, Command.WorkToken token) {
    boolean isOf(InstanceKey instance, String work) {
      return key.equals(instance)
          && WorkerActivity.work(token.generation(), token.runId()).equals(work);
    }
  }

  /** One attempt; it is answered once, by its end or by its timeout. */
  private record Attempt(
      Running name,
      Activity activity,
      Effect.DispatchActivity wanted,
      Consumer<Command> results,
      AtomicBoolean answered) {

    void answer(Command command) {
      if (answered.compareAndSet(false, true)) {
        results.accept(command);
      }
    }

    void fail(Failure failure, long retryAfterMillis) {
      answer(new Command.FailActivity(name.key(), name.token(), failure, retryAfterMillis));
    }
  }

  /**
   * Makes a dispatcher.
   *
   * @param concurrency how many attempts run at once
   */
  public ActivityDispatcher(List<Activity> activities, int concurrency) {
    this.activities =
        activities.stream().collect(Collectors.toMap(Activity::name, Function.identity()));
    this.concurrency = concurrency;
  }

  @Override
  public void dispatch(
      InstanceKey key, Effect.DispatchActivity attempt, Consumer<Command> results) {
    Activity activity = activities.get(attempt.activity());
    if (activity == null) {
      String message =
          "expected an activity of %s, found %s".formatted(activities.keySet(), attempt.activity());
      results.accept(
          new Command.FailActivity(key, attempt.token(), Failure.of("constraint", message), 0));
      return;
    }
    Running name = new Running(key, attempt.token());
    synchronized (this) {
      if (closed || !known.add(name)) {
        return;
      }
      queue.add(new Attempt(name, activity, attempt, results, new AtomicBoolean()));
      startWaiting();
    }
  }

  @Override
  public synchronized void drop(InstanceKey key, String work) {
    queue.removeIf(attempt -> {
      boolean goes = attempt.name().isOf(key, work);
      if (goes) {
        known.remove(attempt.name());
      }
      return goes;
    });
    running.forEach((name, thread) -> {
      if (name.isOf(key, work)) {
        thread.interrupt();
      }
    });
  }

  /** Interrupts what runs; nothing more is reported, a restart runs it again. */
  @Override
  public synchronized void close() {
    closed = true;
    queue.clear();
    timeouts.shutdownNow();
    running.values().forEach(Thread::interrupt);
  }

  private synchronized void startWaiting() {
    while (!closed && running.size() - placesGivenUp < concurrency && !queue.isEmpty()) {
      Attempt attempt = queue.remove();
      Thread thread = threads.newThread(() -> run(attempt));
      running.put(attempt.name(), thread);
      thread.start();
    }
  }

  /** A running activity waits for others, see {@link Waiting}. */
  synchronized void giveUpPlace() {
    placesGivenUp++;
    startWaiting();
  }

  synchronized void takePlaceAgain() {
    placesGivenUp--;
  }

  private void run(Attempt attempt) {
    Waiting.runs(this);
    long limit = attempt.wanted().timeoutMillis();
    Thread self = Thread.currentThread();
    ScheduledFuture<?> timeout = limit > 0 ? timeoutAfter(limit, attempt, self) : null;
    Command result = null;
    try {
      result = result(attempt);
    } finally {
      if (timeout != null) {
        timeout.cancel(false);
      }
      ended(attempt, result);
    }
  }

  private @Nullable ScheduledFuture<?> timeoutAfter(long limit, Attempt attempt, Thread thread) {
    synchronized (this) {
      return closed
          ? null
          : timeouts.schedule(() -> timedOut(attempt, thread), limit, TimeUnit.MILLISECONDS);
    }
  }

  private void timedOut(Attempt attempt, Thread thread) {
    long limit = attempt.wanted().timeoutMillis();
    Failure failure =
        new Failure(
            "timeout",
            "activity %s took longer than %d ms".formatted(attempt.wanted().activity(), limit),
            "",
            true,
            null,
            null);
    attempt.fail(failure, 0);
    thread.interrupt();
  }

  private void ended(Attempt attempt, @Nullable Command result) {
    boolean report;
    synchronized (this) {
      running.remove(attempt.name());
      known.remove(attempt.name());
      report = !closed;
      startWaiting();
    }
    if (report && result != null) {
      attempt.answer(result);
    }
  }

  private static Command result(Attempt attempt) {
    Effect.DispatchActivity wanted = attempt.wanted();
    Running name = attempt.name();
    try {
      Object output =
          JsonValue.of(
              attempt
                  .activity()
                  .run(
                      new ActivityInput(
                          wanted.parameters(),
                          wanted.roots(),
                          wanted.idempotencyKey(),
                          name.token().attempt(),
                          Duration.ofMillis(wanted.timeoutMillis()))));
      long size = JsonSize.of(output);
      if (size > MAX_OUTPUT_BYTES) {
        return failed(
            name,
            Failure.of(
                "too_large",
                "activity %s may answer up to about %d bytes, found %d"
                    .formatted(wanted.activity(), MAX_OUTPUT_BYTES, size)));
      }
      return new Command.CompleteActivity(name.key(), name.token(), output);
    } catch (ActivityException e) {
      Duration after = e.retryAfter();
      String message = Objects.requireNonNullElse(e.getMessage(), e.type());
      return new Command.FailActivity(
          name.key(),
          name.token(),
          new Failure(e.type(), message, "", e.retryable(), e.detail(), null),
          after == null ? 0 : after.toMillis());
    } catch (InterruptedException e) {
      return failed(
          name, Failure.of("abort", "activity " + wanted.activity() + " was interrupted"));
    } catch (RuntimeException | Error e) {
      // Also errors as StackOverflowError: one activity's fault must not leave its node waiting.
      return failed(
          name, Failure.of("unknown", "activity %s failed: %s".formatted(wanted.activity(), e)));
    }
  }

  private static Command failed(Running name, Failure failure) {
    return new Command.FailActivity(name.key(), name.token(), failure, 0);
  }
}
