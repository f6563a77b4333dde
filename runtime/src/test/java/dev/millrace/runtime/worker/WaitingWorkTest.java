package dev.millrace.runtime.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.Command;
import dev.millrace.engine.Effect;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.Reply;
import dev.millrace.engine.code.CodeEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** How much work waits in memory, and that the rest is asked for again. */
class WaitingWorkTest {
  private static final String APP = "shop";
  private static final int ITEMS = 10;

  private final Workers workers =
      new Workers(
          _ -> CompletableFuture.completedFuture(Reply.OK),
          "t-",
          (delay, task) -> {},
          new Pool.Waiting(ITEMS, 1L << 20));
  private final List<WorkItem> taken = new ArrayList<>();

  @Test
  void shouldKeepOnlySoMuchWork() {
    for (int i = 0; i < 100; i++) {
      workers.turn(key(i), turn("x"));
    }
    assertThat(workers.leavesToStore(APP)).isTrue();
    assertThat(workers.wantsMore()).as("without a worker").isFalse();

    try (var connection = workers.connect(APP, 1_000, taken::add)) {
      assertThat(taken).hasSize(ITEMS);
      assertThat(workers.wantsMore()).isTrue();
      assertThat(connection).isNotNull();
    }
  }

  @Test
  void shouldKeepOnlySoManyBytes() {
    String large = "x".repeat(1 << 19);
    for (int i = 0; i < 10; i++) {
      workers.turn(key(i), turn(large));
    }

    try (var connection = workers.connect(APP, 1_000, taken::add)) {
      assertThat(taken).hasSize(1);
      assertThat(connection).isNotNull();
    }
  }

  @Test
  void shouldKeepOneHoweverLarge() {
    workers.turn(key(0), turn("x".repeat(1 << 21)));

    assertThat(workers.leavesToStore(APP)).isFalse();
  }

  @Test
  void shouldHandOverAllThatIsOfferedAgain() {
    for (int i = 0; i < 100; i++) {
      workers.turn(key(i), turn("x"));
    }
    try (var connection = workers.connect(APP, 4, taken::add)) {
      int answered = 0;
      int passes = 0;
      while (workers.wantsMore() || answered < taken.size()) {
        while (answered < taken.size()) {
          WorkItem item = taken.get(answered++);
          workers.completeTurn(item.key(), item.token(), List.of(), null, null).join();
        }
        if (workers.wantsMore()) {
          passes++;
          workers.offering(true);
          for (int i = 0; i < 100; i++) {
            InstanceKey key = key(i);
            if (taken.stream().noneMatch(item -> item.key().equals(key))) {
              workers.again(key, turn("x"));
            }
          }
          workers.offering(false);
        }
      }
      assertThat(taken).extracting(WorkItem::key).doesNotHaveDuplicates().hasSize(100);
      assertThat(passes).isGreaterThan(1);
      assertThat(workers.leavesToStore(APP)).isFalse();
      assertThat(connection).isNotNull();
    }
  }

  @Test
  void shouldLeaveHalfTheRoomToWhatIsOlder() {
    for (int i = 0; i < 30; i++) {
      workers.turn(key(i), turn("x"));
    }
    try (var connection = workers.connect(APP, 1, taken::add)) {
      for (int i = 0; i < 6; i++) {
        WorkItem item = taken.getLast();
        workers.completeTurn(item.key(), item.token(), List.of(), null, null).join();
      }
      assertThat(workers.wantsMore()).isTrue();
      for (int i = 100; i < 200; i++) {
        workers.turn(key(i), turn("x"));
      }
      assertThat(workers.wantsMore()).as("newer work has not taken the room").isTrue();
      assertThat(connection).isNotNull();
    }
  }

  @Test
  void shouldForgetWhatWaitsOfADroppedRun() {
    for (int i = 0; i < ITEMS; i++) {
      workers.turn(key(i), turn("x"));
    }
    workers.drop(key(0), "run");
    workers.turn(key(ITEMS), turn("x"));

    assertThat(workers.leavesToStore(APP)).isFalse();
  }

  private static InstanceKey key(int number) {
    return new InstanceKey(APP, "i" + number);
  }

  private static Effect.DispatchTurn turn(String input) {
    CodeEvent.ExecutionStarted started =
        new CodeEvent.ExecutionStarted(
            Instant.EPOCH, null, "W", null, input, "i", "run", null, null, null, Map.of());
    return new Effect.DispatchTurn(
        new Command.TurnToken("run", 1, 1, Instant.EPOCH),
        started,
        List.of(),
        List.of(new CodeEvent.TurnStarted(Instant.EPOCH, null), started),
        false);
  }
}
