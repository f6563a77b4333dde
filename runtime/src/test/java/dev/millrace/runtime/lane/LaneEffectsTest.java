package dev.millrace.runtime.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.Command;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.Status;
import dev.millrace.store.Rows;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked
@SuppressWarnings("FutureReturnValueIgnored") // the state afterwards shows what became of it
class LaneEffectsTest {

  private static final Instant HORIZON = Instant.parse("2099-01-01T00:00:00Z");

  private static List<Rows.TimerRow> timers(SteppedLane lane) {
    return lane.store.timersBefore(HORIZON, 100);
  }

  @Test
  void shouldDispatchAfterTheCommitAndTakeTheResult() {
    SteppedLane lane = SteppedLane.open();
    lane.start(lane.define("plain"), "a");
    lane.tell("a", "work");
    lane.decideOnly();
    assertThat(lane.dispatched).isEmpty();
    lane.settle();
    assertThat(lane.dispatched).hasSize(1);

    Command result =
        new Command.CompleteActivity(InstanceKey.of("a"), lane.dispatched.getFirst().token(), "r");
    lane.results.getFirst().accept(result);
    lane.results.getFirst().accept(result);
    lane.settle();
    assertThat(lane.log("a")).isEqualTo("result:r");
    assertThat(lane.loop.counters().ignored()).isEqualTo(1);
  }

  @Test
  void shouldFireTimersNeverEarlyAndOnce() {
    SteppedLane lane = SteppedLane.open();
    lane.start(lane.define("plain"), "a");
    Instant due = lane.now.plusSeconds(60);
    lane.tell("a", "timer", due.toString());
    lane.settle();
    assertThat(lane.loop.nextWake()).isEqualTo(due);

    lane.pass(Duration.ofMillis(59_999));
    assertThat(lane.log("a")).isEqualTo("null");
    lane.pass(Duration.ofMillis(1));
    assertThat(lane.log("a")).isEqualTo("fired");
    assertThat(timers(lane)).isEmpty();
    lane.pass(Duration.ofHours(1));
    assertThat(lane.log("a")).isEqualTo("fired");
  }

  @Test
  void shouldFireTimersFromBeyondTheWindow() {
    SteppedLane lane = SteppedLane.open();
    lane.start(lane.define("plain"), "a");
    Instant due = lane.now.plus(Duration.ofHours(5));
    lane.tell("a", "timer", due.toString());
    lane.settle();
    while (lane.now.isBefore(due)) {
      assertThat(lane.log("a")).isEqualTo("null");
      lane.pass(Duration.ofMinutes(3));
    }
    assertThat(lane.log("a")).isEqualTo("fired");
  }

  @Test
  void shouldFireATimerArmedWhileARefillReads() {
    SteppedLane lane = SteppedLane.open();
    lane.start(lane.define("plain"), "a");
    lane.settle();
    Instant due = lane.now.plus(Duration.ofMinutes(14));
    lane.tell("a", "timer", due.toString());
    lane.decideOnly();
    // Its row is not committed when the window moves over it.
    lane.now = lane.now.plus(Duration.ofMinutes(6));
    lane.decideOnly();
    lane.settle();
    lane.now = due;
    lane.settle();
    assertThat(lane.log("a")).isEqualTo("fired");
  }

  @Test
  void shouldMoveAndCancelTimers() {
    SteppedLane lane = SteppedLane.open();
    String definition = lane.define("plain");
    lane.start(definition, "a");
    lane.start(definition, "b");
    lane.tell("a", "timer", lane.now.plusSeconds(10).toString());
    lane.tell("a", "timer", lane.now.plusSeconds(20).toString());
    lane.tell("b", "timer", lane.now.plusSeconds(10).toString());
    lane.settle();
    lane.tell("b", "cancel");
    lane.settle();
    assertThat(timers(lane)).hasSize(1);

    lane.pass(Duration.ofSeconds(15));
    assertThat(lane.log("a")).isEqualTo("null");
    lane.pass(Duration.ofSeconds(5));
    assertThat(lane.log("a")).isEqualTo("fired");
    assertThat(lane.log("b")).isEqualTo("null");
  }

  @Test
  void shouldKeepAMovedTimerThatWasOnItsWay() {
    SteppedLane lane = SteppedLane.open();
    lane.start(lane.define("plain"), "a");
    Instant first = lane.now.plusSeconds(10);
    Instant second = lane.now.plusSeconds(99);
    lane.tell("a", "timer", first.toString());
    lane.settle();
    // Both arrive in one step: the move is decided before the old time is.
    SteppedLane next = lane.crash();
    next.settle();
    next.tell("a", "timer", second.toString());
    next.loop.work();
    next.now = first;
    next.settle();
    assertThat(timers(next)).extracting(Rows.TimerRow::dueAt).containsExactly(second);
    next.now = second;
    next.settle();
    assertThat(next.log("a")).isEqualTo("fired");
  }

  @Test
  void shouldDeliverMessagesExactlyOnceAcrossACrash() {
    SteppedLane lane = SteppedLane.open();
    String definition = lane.define("plain");
    lane.start(definition, "a");
    lane.start(definition, "b");
    lane.settle();
    lane.tell("a", "send", "b");
    lane.decideOnly();
    lane.commits.remove().run();
    // The message is durable; the server is gone before it was delivered.
    assertThat(lane.store.outbox()).hasSize(1);
    Rows.OutboxRow row = lane.store.outbox().getFirst();
    SteppedLane next = lane.crash();
    next.settle();
    assertThat(next.log("b")).isEqualTo("hello");
    assertThat(next.store.outbox()).isEmpty();
    assertThat(next.store.inbox())
        .containsExactly(new Rows.InboxRow(row.target(), row.source(), row.seq()));

    next.tell("a", "send", "b");
    next.settle();
    assertThat(next.log("b")).isEqualTo("hello,hello");
    assertThat(next.store.lastSent().getFirst().seq()).isEqualTo(2);
  }

  @Test
  void shouldDropAMessageConsumedBefore() {
    Messages messages =
        new Messages(List.of(new Rows.OutboxKey(1, 2, 7)), List.of(new Rows.InboxRow(2, 1, 6)));
    Rows.OutboxRow old = messages.next(1, 2, new dev.millrace.engine.Effect.Continue());
    assertThat(old.seq()).isEqualTo(8);
    assertThat(messages.take(new Rows.OutboxRow(1, 2, 6, old.message()))).isFalse();
    assertThat(messages.take(new Rows.OutboxRow(1, 2, 7, old.message()))).isTrue();
    assertThat(messages.take(new Rows.OutboxRow(1, 2, 7, old.message()))).isFalse();
    assertThat(messages.take(new Rows.OutboxRow(2, 1, 1, old.message()))).isTrue();
  }

  @Test
  void shouldStartChildrenAndTellTheParent() {
    SteppedLane lane = SteppedLane.open();
    String definition = lane.define("plain");
    lane.start(definition, "a");
    lane.tell("a", "child", definition);
    lane.settle();
    assertThat(lane.log("a")).isEqualTo("asked,child:COMPLETED");
    assertThat(lane.state("a-child").life().status()).isEqualTo(Status.COMPLETED);

    lane.start(definition, "b");
    lane.tell("b", "child", "proc-missing1");
    lane.start(definition, "c");
    lane.tell("c", "child", "1");
    lane.settle();
    assertThat(lane.log("b")).isEqualTo("asked,child:FAILED");
    assertThat(lane.log("c")).isEqualTo("asked,child:COMPLETED");
    assertThat(lane.store.outbox()).isEmpty();
  }

  @Test
  void shouldContinueAndShareVariables() {
    SteppedLane lane = SteppedLane.open();
    lane.start(lane.define("plain"), "a");
    lane.tell("a", "go");
    lane.tell("a", "share", "value");
    lane.settle();
    assertThat(lane.log("a")).isEqualTo("go,shared,continued");
    assertThat(lane.store.variables())
        .containsExactly(new Rows.VariableRow("ann", "v", "value", false));
  }

  @Test
  void shouldTakeUpOpenWorkAfterACrash() {
    SteppedLane lane = SteppedLane.open();
    String definition = lane.define("plain");
    lane.start(definition, "a");
    lane.tell("a", "work");
    lane.start(definition, "idle");
    lane.tell("idle", "timer", lane.now.plusSeconds(30).toString());
    lane.settle();
    SteppedLane next = lane.crash();
    next.settle();

    assertThat(next.dispatched).containsExactlyElementsOf(lane.dispatched);
    assertThat(next.loop.cached()).isEqualTo(1);
    next.pass(Duration.ofSeconds(30));
    assertThat(next.log("idle")).isEqualTo("fired");
  }

  @Test
  void shouldNotDispatchAgainWhatStartedInThisLife() {
    SteppedLane lane = SteppedLane.open();
    String definition = lane.define("plain");
    SteppedLane next = lane.crash();
    next.start(definition, "a", "work");
    next.settle();
    assertThat(next.dispatched).hasSize(1);
  }

  @Test
  void shouldWriteFastInstancesTwiceAtMost() {
    SteppedLane lane = SteppedLane.open();
    String definition = lane.define("fast");
    int before = lane.store.batches.size();
    lane.start(definition, "done", "end");
    lane.settle();
    assertThat(lane.store.batches).hasSize(before + 1);

    lane.start(definition, "a", "work");
    lane.settle();
    assertThat(lane.dispatched).hasSize(1);
    lane.tell("a", "timer", lane.now.plusSeconds(1).toString());
    lane.pass(Duration.ofSeconds(1));
    assertThat(lane.log("a")).isEqualTo("fired");
    assertThat(lane.store.batches).hasSize(before + 2);
    lane.tell("a", "end");
    lane.settle();

    assertThat(lane.store.batches).hasSize(before + 3);
    assertThat(lane.store.batches)
        .allMatch(b -> b.history.isEmpty() && b.nodeRuns.isEmpty() && b.timers.isEmpty());
    assertThat(lane.crash().state("a")).isEqualTo(lane.state("a"));
  }

  @Test
  void shouldGiveUpFastInstancesThatACrashCutOff() {
    SteppedLane lane = SteppedLane.open();
    lane.start(lane.define("fast"), "a", "work");
    lane.settle();
    SteppedLane next = lane.crash();
    next.settle();
    assertThat(next.state("a").life().status()).isEqualTo(Status.FAILED);
    assertThat(next.dispatched).isEmpty();
    assertThat(next.store.withOpenWork(null, 10)).isEmpty();
  }

  @Test
  void shouldWriteThatAFailedFastInstanceRunsAgain() {
    SteppedLane lane = SteppedLane.open();
    InstanceKey key = InstanceKey.of("a");
    lane.start(lane.define("fast"), "a", "fail");
    lane.settle();
    var reply = lane.api.submit(new Command.RerunInstance(key, "", Map.of(), Map.of()));
    lane.decideOnly();
    assertThat(reply).isNotDone();
    assertThat(lane.dispatched).isEmpty();
    lane.settle();
    assertThat(reply).isCompleted();
    assertThat(lane.dispatched).hasSize(1);
    assertThat(lane.store.withOpenWork(null, 10)).containsExactly(key);

    SteppedLane next = lane.crash();
    next.settle();
    assertThat(next.state("a").life().eventCount()).isGreaterThan(4);
    assertThat(next.store.withOpenWork(null, 10)).isEmpty();
  }

  @Test
  void shouldReadTheSameStateAfterEveryCrash() {
    SteppedLane lane = SteppedLane.open();
    String definition = lane.define("plain");
    lane.start(definition, "a");
    for (String event : List.of("x", "work", "go", "y", "end")) {
      CompletableFuture<?> reply = lane.tell("a", event);
      lane.settle();
      assertThat(reply).isCompleted();
      var known = lane.state("a");
      lane = lane.crash();
      assertThat(lane.state("a")).isEqualTo(known);
    }
    assertThat(lane.state("a").life().status()).isEqualTo(Status.COMPLETED);
  }

  @Test
  void shouldNotSayThatATimerCameEarlyWhenTheClockIsSetBackMeanwhile() {
    SteppedLane first = SteppedLane.open();
    first.start(first.define("plain"), "a");
    first.settle();
    Instant due = first.now.plusSeconds(60);
    first.tell("a", "timer", due.toString());
    first.settle();
    SteppedLane lane = first.crash();
    lane.settle();
    lane.now = due;
    // It is due, and its instance is still to be read.
    lane.loop.work();
    lane.now = due.minusSeconds(30);
    lane.settle();
    assertThat(lane.log("a")).contains("fired");
    assertThat(lane.state("a").life().lastEventAt()).isEqualTo(due);
  }

  @Test
  void shouldKeepToItsMemoryWhenWhatIsReadIsLarge() {
    LaneSettings small =
        new LaneSettings(
            "t",
            4,
            100,
            LaneSettings.DEFAULT.batch(),
            new LaneSettings.Size(99, 1L << 20),
            Map.of());
    SteppedLane lane =
        new SteppedLane(new WatchedStore(), small, Instant.parse("2026-01-01T00:00:00Z"));
    String definition = lane.define("plain");
    for (String told : List.of("x".repeat(200_000), "y")) {
      for (int i = 0; i < 20; i++) {
        lane.start(definition, "i" + i);
        lane.tell("i" + i, told);
        lane.settle();
      }
    }
    assertThat(lane.loop.cached()).isLessThan(10);
  }
}
