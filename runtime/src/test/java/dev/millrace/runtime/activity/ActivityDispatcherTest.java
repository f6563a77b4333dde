package dev.millrace.runtime.activity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.Command;
import dev.millrace.engine.Effect;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.WorkerActivity;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked
class ActivityDispatcherTest {

  private final BlockingQueue<Command> results = new LinkedBlockingQueue<>();

  /** The body of an activity in these tests. */
  private interface Body {
    Object run(ActivityInput input) throws ActivityException, InterruptedException;
  }

  private static Activity activity(Body body) {
    return new Activity() {
      @Override
      public String name() {
        return "job";
      }

      @Override
      public Object run(ActivityInput input) throws ActivityException, InterruptedException {
        return body.run(input);
      }
    };
  }

  private void dispatch(ActivityDispatcher dispatcher, String name, int run, long timeout) {
    dispatcher.dispatch(
        InstanceKey.of("a"),
        new Effect.DispatchActivity(
            new Command.WorkToken(1, run, 1), name, Map.of("p", 5L), Map.of(), "a/1/n/0", timeout),
        results::add);
  }

  private Command result() throws InterruptedException {
    return results.poll(30, TimeUnit.SECONDS);
  }

  private Command.FailActivity failure() throws InterruptedException {
    return (Command.FailActivity) result();
  }

  @Test
  void shouldReportOutputsInPlainForm() throws InterruptedException {
    try (var dispatcher =
        new ActivityDispatcher(
            List.of(activity(in -> Map.of("k", in.idempotencyKey(), "n", 1))), 2)) {
      dispatch(dispatcher, "job", 1, 0);
      assertThat(result())
          .isEqualTo(
              new Command.CompleteActivity(
                  InstanceKey.of("a"),
                  new Command.WorkToken(1, 1, 1),
                  Map.of("k", "a/1/n/0", "n", 1L)));
    }
  }

  @Test
  void shouldReportFailures() throws InterruptedException {
    Activity picky =
        activity(in -> {
          throw new ActivityException("http.503", "try later", true, null, Duration.ofSeconds(3));
        });
    try (var dispatcher = new ActivityDispatcher(List.of(picky), 2)) {
      dispatch(dispatcher, "job", 1, 0);
      Command.FailActivity failed = failure();
      assertThat(failed.failure().type()).isEqualTo("http.503");
      assertThat(failed.failure().retryable()).isTrue();
      assertThat(failed.retryAfterMillis()).isEqualTo(3000);
      dispatch(dispatcher, "nothing", 2, 0);
      assertThat(failure().failure().type()).isEqualTo("constraint");
    }
    Activity broken =
        activity(in -> {
          throw new StackOverflowError();
        });
    try (var dispatcher = new ActivityDispatcher(List.of(broken), 2)) {
      dispatch(dispatcher, "job", 1, 0);
      assertThat(failure().failure().type()).isEqualTo("unknown");
    }
    try (var dispatcher = new ActivityDispatcher(List.of(activity(in -> "x".repeat(5 << 20))), 2)) {
      dispatch(dispatcher, "job", 1, 0);
      assertThat(failure().failure().type()).isEqualTo("too_large");
    }
  }

  @Test
  void shouldInterruptAtTheTimeoutAndReportOnce() throws InterruptedException {
    CountDownLatch interrupted = new CountDownLatch(1);
    Activity stubborn =
        activity(in -> {
          try {
            return new CountDownLatch(1).await(1, TimeUnit.HOURS);
          } catch (InterruptedException e) {
            interrupted.countDown();
            return "too late";
          }
        });
    try (var dispatcher = new ActivityDispatcher(List.of(stubborn), 2)) {
      dispatch(dispatcher, "job", 1, 5);
      assertThat(failure().failure().type()).isEqualTo("timeout");
      assertThat(interrupted.await(30, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(results).isEmpty();
  }

  @Test
  void shouldBreakOffWhatNobodyWaitsForAnyMore() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    Activity endless =
        activity(in -> {
          begun.countDown();
          new CountDownLatch(1).await();
          return null;
        });
    try (var dispatcher = new ActivityDispatcher(List.of(endless), 1)) {
      dispatch(dispatcher, "job", 1, 0);
      dispatch(dispatcher, "job", 2, 0);
      dispatch(dispatcher, "job", 3, 0);
      begun.await();
      dispatcher.drop(InstanceKey.of("a"), WorkerActivity.work(1, 2));
      dispatcher.drop(InstanceKey.of("a"), WorkerActivity.work(1, 1));
      assertThat(abortedRun()).isEqualTo(1);
      dispatcher.drop(InstanceKey.of("a"), WorkerActivity.work(1, 3));
      assertThat(abortedRun()).isEqualTo(3);
    }
  }

  private int abortedRun() throws InterruptedException {
    Command.FailActivity aborted = failure();
    assertThat(aborted.failure().type()).isEqualTo("abort");
    return aborted.token().runId();
  }

  @Test
  void shouldBoundWhatRunsAtOnceAndNotRunAnAttemptTwice() throws InterruptedException {
    CountDownLatch gate = new CountDownLatch(1);
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Activity slow =
        activity(in -> {
          most.accumulateAndGet(running.incrementAndGet(), Math::max);
          gate.await();
          running.decrementAndGet();
          return null;
        });
    try (var dispatcher = new ActivityDispatcher(List.of(slow), 2)) {
      for (int run = 1; run <= 6; run++) {
        dispatch(dispatcher, "job", run, 0);
        dispatch(dispatcher, "job", run, 0);
      }
      gate.countDown();
      for (int run = 1; run <= 6; run++) {
        assertThat(result()).isInstanceOf(Command.CompleteActivity.class);
      }
    }
    assertThat(most.get()).isLessThanOrEqualTo(2);
    assertThat(results).isEmpty();
  }
}
