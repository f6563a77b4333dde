package dev.millrace.runtime.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.Command;
import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.Reason;
import dev.millrace.engine.Reply;
import dev.millrace.engine.Status;
import dev.millrace.runtime.EngineApi;
import dev.millrace.runtime.EngineUnavailableException;
import dev.millrace.runtime.Health;
import dev.millrace.store.Batch;
import dev.millrace.store.CommitResult;
import dev.millrace.store.Rows;
import dev.millrace.store.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked
@SuppressWarnings("FutureReturnValueIgnored") // the state afterwards shows what became of it
class LaneLoopTest {

  private static Reason reason(CompletableFuture<Reply> reply) {
    return ((Reply.Rejected) reply.join()).reason();
  }

  @Test
  void shouldAnswerOnlyAfterTheCommit() {
    SteppedLane lane = SteppedLane.open();
    String definition = lane.define("plain");
    CompletableFuture<Reply> reply = lane.start(definition, "a");
    lane.decideOnly();

    assertThat(reply).isNotDone();
    lane.settle();
    assertThat(SteppedLane.value(reply)).containsEntry("uid", "a").containsEntry("id", 1L);
    assertThat(lane.store.rows.load(InstanceKey.of("a"))).isPresent();
  }

  @Test
  void shouldKeepTheOrderOfAnInstanceThatIsBeingRead() {
    SteppedLane before = SteppedLane.open();
    before.start(before.define("plain"), "a");
    before.settle();
    SteppedLane lane = before.crash();
    lane.tell("a", "one");
    lane.tell("a", "two");
    lane.loop.work();
    lane.tell("a", "three");
    lane.settle();

    assertThat(lane.log("a")).isEqualTo("one,two,three");
    assertThat(lane.store.loads).isLessThanOrEqualTo(2);
  }

  @Test
  void shouldDecideTheNextBatchWhileTheLastIsWritten() {
    SteppedLane lane = SteppedLane.open();
    String definition = lane.define("plain");
    int before = lane.store.batches.size();
    lane.start(definition, "a");
    lane.decideOnly();
    List<CompletableFuture<Reply>> replies = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      replies.add(lane.tell("a", "e" + i));
    }
    lane.decideOnly();
    assertThat(lane.commits).hasSize(1);
    assertThat(replies).noneMatch(CompletableFuture::isDone);
    lane.settle();

    assertThat(replies).allMatch(CompletableFuture::isDone);
    assertThat(lane.store.batches).hasSize(before + 2);
    Batch second = lane.store.batches.getLast();
    assertThat(second.instances).hasSize(1);
    assertThat(second.history).hasSize(1);
    assertThat(second.history.getFirst().firstSeq()).isEqualTo(2);
    assertThat(second.history.getFirst().events()).hasSize(20);
    assertThat(second.fences).hasSize(1);
  }

  @Test
  void shouldLimitTheRowsOfABatch() {
    SteppedLane lane = SteppedLane.open();
    String definition = lane.define("plain");
    int before = lane.store.batches.size();
    List<CompletableFuture<Reply>> replies = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      replies.add(anyStart(lane, definition, null));
    }
    lane.settle();

    int limit = LaneSettings.DEFAULT.batch().count();
    assertThat(lane.store.batches).allMatch(batch -> batch.size() <= limit + 10);
    // A start writes an instance row and a chunk of history.
    assertThat(lane.store.batches).hasSize(before + 2 * 1000 / limit);
    assertThat(replies.stream().map(reply -> SteppedLane.value(reply).get("uid")).distinct())
        .hasSize(1000);
  }

  @Test
  void shouldRefuseWhenTheMailboxIsFull() {
    LaneSettings small =
        new LaneSettings(
            "t", 4, 2, LaneSettings.DEFAULT.batch(), LaneSettings.DEFAULT.cache(), Map.of());
    SteppedLane lane =
        new SteppedLane(new WatchedStore(), small, Instant.parse("2026-01-01T00:00:00Z"));
    lane.tell("a", "x");
    lane.tell("a", "y");
    CompletableFuture<Reply> third = lane.tell("a", "z");

    assertThat(reason(third)).isEqualTo(Reason.BUSY);
    lane.settle();
    CompletableFuture<Reply> later = lane.tell("a", "z");
    lane.settle();
    assertThat(reason(later)).isEqualTo(Reason.NOT_FOUND);
    assertThat(lane.loop.counters().busy()).isEqualTo(1);
  }

  @Test
  void shouldHaltAndLetNothingOutWhenFenced() {
    SteppedLane lane = SteppedLane.open();
    String definition = lane.define("plain");
    lane.start(definition, "a");
    lane.settle();
    SteppedLane successor = lane.crash();
    CompletableFuture<Reply> work = lane.tell("a", "work");
    lane.decideOnly();
    CompletableFuture<Reply> next = lane.tell("a", "next");
    lane.decideOnly();
    CompletableFuture<InstanceState> end = lane.api.whenEnded(InstanceKey.of("a"));
    lane.settle();

    assertThat(lane.dispatched).isEmpty();
    for (CompletableFuture<?> lost : List.of(work, next, end, lane.tell("a", "late"))) {
      assertThatThrownBy(lost::join).hasCauseInstanceOf(EngineUnavailableException.class);
    }
    assertThat(lane.loop.health().state()).isEqualTo(Health.State.HALTED);
    assertThat(lane.loop.health().detail()).contains("another server");
    assertThat(successor.log("a")).isEqualTo("null");
  }

  @Test
  void shouldHaltWhenTheStoreFailsOrRegresses() {
    SteppedLane broken = SteppedLane.open();
    String definition = broken.define("plain");
    broken.store.commit =
        batch -> {
          throw new StoreException("disk full");
        };
    CompletableFuture<Reply> lost = broken.start(definition, "a");
    broken.settle();
    assertThatThrownBy(lost::join).hasMessageContaining("disk full");
    assertThat(broken.loop.health().state()).isEqualTo(Health.State.HALTED);

    SteppedLane old = SteppedLane.open();
    old.store.commit = batch -> CommitResult.STORE_REGRESSED;
    old.tell("a", "x");
    String uid = "a";
    CompletableFuture<Reply> save =
        old.api.saveDefinition(
            new EngineApi.SaveDefinition(
                null, 0, "tiny", new EngineApi.Described(uid, "ann", true), "plain", null));
    old.settle();
    assertThatThrownBy(save::join).hasMessageContaining("back in time");
  }

  @Test
  void shouldSetAsideOneInstanceAndGoOn() {
    SteppedLane lane = SteppedLane.open();
    String definition = lane.define("plain");
    lane.start(definition, "a");
    lane.start(definition, "b");
    lane.settle();
    CompletableFuture<Reply> boom = lane.tell("a", "boom");
    CompletableFuture<Reply> after = lane.tell("a", "x");
    CompletableFuture<Reply> other = lane.tell("b", "x");
    lane.settle();

    assertThat(reason(boom)).isEqualTo(Reason.QUARANTINED);
    assertThat(reason(after)).isEqualTo(Reason.QUARANTINED);
    assertThat(other.join()).isEqualTo(Reply.OK);
    assertThat(lane.loop.counters().quarantined()).isEqualTo(1);
    assertThat(lane.state("a").life().status()).isEqualTo(Status.RUNNING);
  }

  @Test
  void shouldLetAReleasedInstanceGoOnWithWhatWasHeldForIt() {
    SteppedLane lane = SteppedLane.open();
    String definition = lane.define("plain");
    lane.start(definition, "a");
    lane.start(definition, "b");
    lane.settle();
    lane.tell("a", "timer", lane.now.plusSeconds(60).toString());
    lane.tell("a", "boom");
    lane.tell("b", "send", "a");
    lane.settle();

    SteppedLane next = lane.crash();
    next.pass(Duration.ofSeconds(61));
    CompletableFuture<Reply> told = next.tell("a", "x");
    next.settle();
    assertThat(reason(told)).isEqualTo(Reason.QUARANTINED);
    assertThat(next.store.quarantined()).hasSize(1);
    assertThat(next.store.held()).hasSize(1);
    assertThat(next.log("a")).isEqualTo("null");

    CompletableFuture<Reply> released = next.api.release(InstanceKey.of("a"));
    next.settle();
    CompletableFuture<Reply> again = next.api.release(InstanceKey.of("a"));
    next.settle();
    assertThat(released.join()).isEqualTo(Reply.OK);
    assertThat(reason(again)).isEqualTo(Reason.INVALID_STATE);
    assertThat(next.log("a")).isEqualTo("hello,fired");
    assertThat(next.store.quarantined()).isEmpty();
    assertThat(next.store.held()).isEmpty();
    assertThat(next.crash().log("a")).isEqualTo("hello,fired");
  }

  @Test
  void shouldHoldAMessageThatSetsItsInstanceAside() {
    SteppedLane lane = SteppedLane.open();
    String definition = lane.define("plain");
    lane.start(definition, "a");
    lane.start(definition, "b");
    lane.settle();
    lane.tell("b", "send boom", "a");
    lane.settle();
    assertThat(lane.store.held()).hasSize(1);

    CompletableFuture<Reply> released = lane.api.release(InstanceKey.of("a"));
    lane.settle();
    assertThat(reason(released)).isEqualTo(Reason.QUARANTINED);
    assertThat(lane.store.held()).hasSize(1);
    assertThat(lane.store.quarantined()).hasSize(1);
  }

  @Test
  void shouldCompileOnTrialOnlyWhatCanBeStarted() {
    SteppedLane lane = SteppedLane.open();
    CompletableFuture<Reply> enabled = save(lane, true);
    CompletableFuture<Reply> draft = save(lane, false);
    lane.settle();
    assertThat(enabled.join()).isInstanceOf(Reply.Rejected.class);
    assertThat(draft.join()).isInstanceOf(Reply.Accepted.class);
  }

  private static CompletableFuture<Reply> save(SteppedLane lane, boolean enabled) {
    return lane.api.saveDefinition(
        new EngineApi.SaveDefinition(
            null, 0, "tiny", new EngineApi.Described("d", "ann", enabled), "bad", null));
  }

  @Test
  void shouldRefuseAnUidThatExists() {
    SteppedLane lane = SteppedLane.open();
    String definition = lane.define("plain");
    CompletableFuture<Reply> first = lane.start(definition, "a");
    CompletableFuture<Reply> second = lane.start(definition, "a");
    lane.settle();
    assertThat(first.join()).isInstanceOf(Reply.Accepted.class);
    assertThat(reason(second)).isEqualTo(Reason.ALREADY_EXISTS);

    SteppedLane next = lane.crash();
    CompletableFuture<Reply> third = next.start(definition, "a");
    next.settle();
    assertThat(reason(third)).isEqualTo(Reason.ALREADY_EXISTS);
  }

  @Test
  void shouldAnswerARepeatedRequestAsBefore() {
    SteppedLane lane = SteppedLane.open();
    String definition = lane.define("plain");
    CompletableFuture<Reply> first = request(lane, definition, "h1");
    CompletableFuture<Reply> second = request(lane, definition, "h1");
    lane.settle();
    SteppedLane next = lane.crash();
    CompletableFuture<Reply> third = request(next, definition, "h1");
    CompletableFuture<Reply> fourth = request(next, definition, "h2");
    next.settle();

    assertThat(second.join()).isEqualTo(first.join());
    assertThat(third.join()).isEqualTo(first.join());
    assertThat(reason(fourth)).isEqualTo(Reason.INVALID_STATE);
    assertThat(next.store.maxInstanceId()).isEqualTo(1);
  }

  private static CompletableFuture<Reply> request(
      SteppedLane lane, String definition, String hash) {
    return anyStart(lane, definition, new EngineApi.RequestId("r", hash));
  }

  private static CompletableFuture<Reply> anyStart(
      SteppedLane lane, String definition, EngineApi.RequestId request) {
    return lane.api.start(
        new EngineApi.StartRequest(
            null, definition, 0, null, new Command.Origin("ann", "api", false), request));
  }

  @Test
  void shouldCompleteWhenEnded() {
    SteppedLane lane = SteppedLane.open();
    lane.start(lane.define("plain"), "a");
    CompletableFuture<InstanceState> end = lane.api.whenEnded(InstanceKey.of("a"));
    lane.settle();
    assertThat(end).isNotDone();
    lane.tell("a", "end");
    lane.decideOnly();
    assertThat(end).isNotDone();
    lane.settle();
    assertThat(end.join().life().status()).isEqualTo(Status.COMPLETED);

    CompletableFuture<InstanceState> again = lane.api.whenEnded(InstanceKey.of("a"));
    lane.settle();
    assertThat(again).isCompleted();
  }

  @Test
  void shouldAnswerAReadWithCommittedState() {
    SteppedLane lane = SteppedLane.open();
    lane.start(lane.define("plain"), "a");
    lane.settle();
    lane.tell("a", "x");
    var read = lane.api.instance(InstanceKey.of("a"));
    lane.decideOnly();
    assertThat(read).isNotDone();
    lane.settle();
    assertThat(read.join().orElseThrow().graph().variables()).containsEntry("log", "x");
  }

  @Test
  void shouldNotMakeAReaderWaitForTheCommitsOfOthers() {
    SteppedLane lane = SteppedLane.open();
    String definition = lane.define("plain");
    lane.start(definition, "a");
    lane.settle();
    lane.start(definition, "b");
    lane.decideOnly();
    lane.tell("c", "not there");
    var settled = lane.api.instance(InstanceKey.of("a"));
    var beingWritten = lane.api.instance(InstanceKey.of("b"));
    lane.decideOnly();
    assertThat(settled).isCompleted();
    assertThat(beingWritten).isNotDone();

    lane.commits.remove().run();
    lane.decideOnly();

    assertThat(beingWritten).isCompleted();
  }

  @Test
  void shouldNumberRevisions() {
    SteppedLane lane = SteppedLane.open();
    String id = lane.define("plain");
    CompletableFuture<Reply> second = save(lane, id, 1, true, "fast");
    CompletableFuture<Reply> stale = save(lane, id, 1, true, "plain");
    CompletableFuture<Reply> bad = save(lane, id, 0, true, "bad");
    CompletableFuture<Reply> unknown = save(lane, "proc-nothere1", 0, true, "plain");
    lane.settle();

    assertThat(id).matches("proc-[a-z0-9]{8}");
    assertThat(SteppedLane.value(second)).containsEntry("revision", 2L);
    assertThat(reason(stale)).isEqualTo(Reason.INVALID_STATE);
    assertThat(reason(bad)).isEqualTo(Reason.INVALID_INPUT);
    assertThat(reason(unknown)).isEqualTo(Reason.NOT_FOUND);
    assertThat(lane.api.graph(new DefinitionRef(id, 2)).settings().fast()).isTrue();
  }

  private static CompletableFuture<Reply> save(
      SteppedLane lane, String id, int expected, boolean enabled, Object document) {
    return lane.api.saveDefinition(
        new EngineApi.SaveDefinition(
            id, expected, "tiny", new EngineApi.Described("d", "ann", enabled), document, null));
  }

  @Test
  void shouldRefuseToStartWhatIsDisabledOrRemoved() {
    SteppedLane lane = SteppedLane.open();
    String id = lane.define("plain");
    save(lane, id, 0, false, "plain");
    lane.settle();
    CompletableFuture<Reply> disabled = lane.start(id, "a");
    lane.settle();
    CompletableFuture<Reply> removal = lane.api.removeDefinition(id);
    lane.settle();
    CompletableFuture<Reply> removed = lane.start(id, "b");
    lane.settle();

    assertThat(reason(disabled)).isEqualTo(Reason.NOT_STARTABLE);
    assertThat(removal.join()).isEqualTo(Reply.OK);
    assertThat(reason(removed)).isEqualTo(Reason.NOT_FOUND);
  }

  @Test
  void shouldForgetIdleInstancesAndReadThemAgain() {
    LaneSettings small =
        new LaneSettings(
            "t",
            4,
            100,
            LaneSettings.DEFAULT.batch(),
            new LaneSettings.Size(3, 1L << 20),
            Map.of());
    SteppedLane lane =
        new SteppedLane(new WatchedStore(), small, Instant.parse("2026-01-01T00:00:00Z"));
    String definition = lane.define("plain");
    for (int i = 0; i < 10; i++) {
      lane.start(definition, "i" + i);
      lane.settle();
    }
    assertThat(lane.loop.cached()).isLessThanOrEqualTo(3);
    lane.tell("i0", "x");
    lane.settle();
    assertThat(lane.log("i0")).isEqualTo("x");
  }

  @Test
  void shouldKeepToItsMemoryWhenManyComeAtOnce() {
    LaneSettings small =
        new LaneSettings(
            "t",
            4,
            1_000,
            LaneSettings.DEFAULT.batch(),
            new LaneSettings.Size(100, 64L << 20),
            Map.of());
    SteppedLane lane =
        new SteppedLane(new WatchedStore(), small, Instant.parse("2026-01-01T00:00:00Z"));
    String definition = lane.define("plain");
    for (int round = 0; round < 10; round++) {
      for (int i = 0; i < 200; i++) {
        lane.start(definition, "i" + round + "-" + i);
      }
      lane.settle();
    }
    assertThat(lane.loop.cached()).isLessThanOrEqualTo(300);
  }

  @Test
  void shouldSnapshotLongInstances() {
    SteppedLane lane = SteppedLane.open();
    lane.start(lane.define("plain"), "a");
    for (int i = 0; i < 450; i++) {
      lane.tell("a", "x");
      lane.settle();
    }
    assertThat(lane.store.batches.stream().flatMap(batch -> batch.snapshots.stream()))
        .extracting(Rows.Snapshot::seq)
        .containsExactly(200L, 400L);
    assertThat(lane.crash().state("a")).isEqualTo(lane.state("a"));
  }

  @Test
  void shouldFinishWhatItTookWhenDraining() {
    SteppedLane lane = SteppedLane.open();
    CompletableFuture<Reply> taken = lane.start(lane.define("plain"), "a");
    lane.loop.drain();
    CompletableFuture<Reply> late = lane.tell("a", "x");
    assertThat(lane.loop.finished()).isFalse();
    lane.settle();

    assertThat(taken.join()).isInstanceOf(Reply.Accepted.class);
    assertThatThrownBy(late::join).hasMessageContaining("shutting down");
    assertThat(lane.loop.finished()).isTrue();
    lane.loop.stop();
    assertThat(lane.loop.health().state()).isEqualTo(Health.State.CLOSED);
  }
}
