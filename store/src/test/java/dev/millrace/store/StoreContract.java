package dev.millrace.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.Command;
import dev.millrace.engine.Effect;
import dev.millrace.engine.EndReason;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.Status;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store must do with commits and recovery reads; each store's test extends it. */
public abstract class StoreContract {

  protected static final InstanceKey A = InstanceKey.of("1541815603606036480");
  protected static final InstanceKey B = new InstanceKey("shop", "order-1");

  protected Store store;
  protected Fence fence;

  /** A new, empty store. */
  protected abstract Store open() throws Exception;

  @BeforeEach
  void openStore() throws Exception {
    store = open();
    fence = store.acquire("node-1", 2).getFirst();
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  /** A batch with the next fence of partition 0, already counted on. */
  protected Batch next() {
    Batch batch = new Batch();
    fence = fence.next();
    batch.fences.add(fence);
    return batch;
  }

  protected void commit(Batch batch) {
    assertThat(store.commit(batch)).isEqualTo(CommitResult.COMMITTED);
  }

  protected static List<HistoryEvent> events(int count) {
    return java.util.stream.IntStream.range(0, count)
        .<HistoryEvent>mapToObj(
            i -> new HistoryEvent.VariablesSet(States.START.plusMillis(i), Map.of("n", (long) i)))
        .toList();
  }

  protected static Rows.InstanceRow row(InstanceState state, int openWork) {
    return new Rows.InstanceRow(0, state, "admin", openWork);
  }

  @Test
  void shouldRaiseTheEpochAtEachAcquire() {
    Fence second = store.acquire("node-2", 2).getFirst();
    assertThat(second.epoch()).isEqualTo(fence.epoch() + 1);
    assertThat(second.batch()).isEqualTo(fence.batch());
    assertThat(store.acquire("node-2", 2)).extracting(Fence::partition).containsExactly(0, 1);
  }

  @Test
  void shouldRefuseAnotherNumberOfPartitions() {
    assertThatThrownBy(() -> store.acquire("node-1", 3))
        .isInstanceOf(StoreException.class)
        .hasMessage("the store was made with 2 partitions, asked for 3");
  }

  @Test
  void shouldFoldFromHistory() {
    Batch first = next();
    first.instances.add(row(States.running(A.uid(), 1), 1));
    first.history.add(new Rows.HistoryChunk(A, 0, 1, 1, events(3)));
    commit(first);
    Batch second = next();
    second.history.add(new Rows.HistoryChunk(A, 0, 2, 4, events(2)));
    commit(second);
    Store.Loaded loaded = store.load(A).orElseThrow();
    assertThat(loaded.snapshot()).isNull();
    assertThat(loaded.tail()).hasSize(5).startsWith(events(3).toArray(new HistoryEvent[0]));
    assertThat(store.load(B)).isEmpty();
    assertThat(store.queries().history(A, 2, 2)).extracting("seq").containsExactly(3L, 4L);
    assertThat(store.queries().history(A, 2, 2)).extracting("generation").containsExactly(1, 2);
  }

  @Test
  void shouldLoadTheNewestSnapshotAndWhatFollows() {
    InstanceState state = States.running(A.uid(), 1);
    Batch batch = next();
    batch.instances.add(row(state, 0));
    batch.history.add(new Rows.HistoryChunk(A, 0, 1, 1, events(10)));
    batch.snapshots.add(new Rows.Snapshot(A, 4, state));
    commit(batch);
    InstanceState later = States.state(A, 1, Status.SUSPENDED, EndReason.NONE, 8);
    Batch second = next();
    second.snapshots.add(new Rows.Snapshot(A, 8, later));
    commit(second);
    Store.Loaded loaded = store.load(A).orElseThrow();
    assertThat(loaded.snapshot()).isEqualTo(later);
    assertThat(loaded.tail()).isEqualTo(events(10).subList(8, 10));
  }

  @Test
  void shouldFenceAFormerOwner() {
    store.acquire("node-2", 2);
    Batch late = next();
    late.instances.add(row(States.running(A.uid(), 1), 0));
    assertThat(store.commit(late)).isEqualTo(CommitResult.FENCED);
    assertThat(store.load(A)).isEmpty();
  }

  @Test
  void shouldKnowARepeatedBatch() {
    Batch batch = next();
    batch.instances.add(row(States.running(A.uid(), 1), 0));
    batch.history.add(new Rows.HistoryChunk(A, 0, 1, 1, events(1)));
    commit(batch);
    assertThat(store.commit(batch)).isEqualTo(CommitResult.ALREADY_APPLIED);
    assertThat(store.load(A).orElseThrow().tail()).hasSize(1);
  }

  @Test
  void shouldNoticeThatItWentBackInTime() {
    next();
    Batch ahead = next();
    assertThat(store.commit(ahead)).isEqualTo(CommitResult.STORE_REGRESSED);
    Batch newerOwner = new Batch();
    newerOwner.fences.add(new Fence(0, fence.epoch() + 5, 1));
    assertThat(store.commit(newerOwner)).isEqualTo(CommitResult.STORE_REGRESSED);
  }

  @Test
  void shouldWriteNothingUnlessAllFencesHold() {
    Batch batch = next();
    batch.fences.add(new Fence(1, fence.epoch() - 1, 1));
    batch.variables.add(new Rows.VariableRow("admin", "x", 1L, false));
    assertThat(store.commit(batch)).isEqualTo(CommitResult.FENCED);
    assertThat(store.variables()).isEmpty();
    Batch again = new Batch();
    again.fences.add(fence);
    commit(again);
  }

  @Test
  void shouldRefuseRowsThatBelongToNothing() {
    Batch orphan = next();
    orphan.variables.add(new Rows.VariableRow("admin", "x", 1L, false));
    orphan.history.add(new Rows.HistoryChunk(A, 0, 1, 1, events(1)));
    assertThatThrownBy(() -> store.commit(orphan))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("unknown instance");
    Batch unfenced = new Batch();
    unfenced.fences.add(fence);
    unfenced.instances.add(new Rows.InstanceRow(1, States.running(A.uid(), 1), "admin", 0));
    assertThatThrownBy(() -> store.commit(unfenced))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("partition 1");
    Batch middle = new Batch();
    middle.fences.add(fence);
    middle.instances.add(row(States.running(A.uid(), 1), 0));
    middle.history.add(new Rows.HistoryChunk(A, 0, 1, 5, events(1)));
    assertThatThrownBy(() -> store.commit(middle))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("unknown instance");
    Batch strange = new Batch();
    strange.fences.add(new Fence(9, 1, 1));
    assertThatThrownBy(() -> store.commit(strange)).isInstanceOf(StoreException.class);
    assertThat(store.variables()).isEmpty();
    Batch good = new Batch();
    good.fences.add(fence);
    good.instances.add(row(States.running(A.uid(), 1), 0));
    commit(good);
  }

  @Test
  void shouldRefuseAKeyOrAnIdThatIsTaken() {
    Batch batch = next();
    batch.instances.add(row(States.running(A.uid(), 1), 0));
    commit(batch);
    Batch sameKey = next();
    sameKey.instances.add(row(States.running(A.uid(), 2), 0));
    assertThatThrownBy(() -> store.commit(sameKey)).isInstanceOf(StoreException.class);
    Batch sameId = new Batch();
    sameId.fences.add(fence);
    sameId.instances.add(row(States.state(B, 1, Status.RUNNING, EndReason.NONE, 1), 0));
    assertThatThrownBy(() -> store.commit(sameId)).isInstanceOf(StoreException.class);
    Batch history = new Batch();
    history.fences.add(fence);
    history.history.add(new Rows.HistoryChunk(A, 0, 1, 1, events(1)));
    commit(history);
    Batch twice = next();
    twice.history.add(new Rows.HistoryChunk(A, 0, 1, 1, events(1)));
    assertThatThrownBy(() -> store.commit(twice)).isInstanceOf(StoreException.class);
  }

  @Test
  void shouldKeepMoveAndRemoveTimers() {
    Batch batch = next();
    batch.instances.add(row(States.running(A.uid(), 1), 0));
    batch.timers.add(new Rows.TimerRow(A, 0, 1, "late", States.START.plusSeconds(9)));
    batch.timers.add(new Rows.TimerRow(A, 0, 1, "b", States.START.plusSeconds(1)));
    batch.timers.add(new Rows.TimerRow(A, 0, 1, "a", States.START.plusSeconds(1)));
    commit(batch);
    Instant horizon = States.START.plusSeconds(5);
    assertThat(store.timersBefore(horizon, 10))
        .extracting(Rows.TimerRow::timerId)
        .containsExactly("a", "b");
    assertThat(store.timersBefore(horizon, 1)).hasSize(1);
    assertThat(store.timersBefore(States.START.plusSeconds(1), 10)).isEmpty();
    Batch second = next();
    second.timersRemoved.add(new Rows.TimerKey(A, "a"));
    second.timersRemoved.add(new Rows.TimerKey(B, "unknown"));
    second.timers.add(new Rows.TimerRow(A, 0, 2, "late", States.START));
    commit(second);
    assertThat(store.timersBefore(horizon, 10))
        .containsExactly(
            new Rows.TimerRow(A, 0, 2, "late", States.START),
            new Rows.TimerRow(A, 0, 1, "b", States.START.plusSeconds(1)));
  }

  @Test
  void shouldListInstancesWithOpenWork() {
    Batch batch = next();
    batch.instances.add(row(States.running("b", 1), 2));
    batch.instances.add(row(States.running("a", 2), 1));
    batch.instances.add(row(States.running("c", 3), 0));
    batch.instances.add(row(States.state(B, 4, Status.RUNNING, EndReason.NONE, 1), 1));
    commit(batch);
    List<InstanceKey> all = List.of(InstanceKey.of("a"), InstanceKey.of("b"), B);
    assertThat(store.withOpenWork(null, 10)).isEqualTo(all);
    assertThat(store.withOpenWork(null, 2)).isEqualTo(all.subList(0, 2));
    assertThat(store.withOpenWork(InstanceKey.of("b"), 10)).containsExactly(B);
    assertThat(store.maxInstanceId()).isEqualTo(4);
  }

  @Test
  void shouldListWhoHoldsAndAwaitsSlotsUntilTheirEnd() {
    Status[] statuses = {Status.PENDING, Status.SUSPENDED, Status.FAILED};
    Batch batch = next();
    batch.instances.add(row(States.running("free", 9), 0));
    for (int id = 3; id > 0; id--) {
      InstanceKey key = InstanceKey.of("i" + id);
      InstanceState state = States.state(key, id, statuses[id - 1], EndReason.NONE, 1);
      batch.instances.add(row(States.withSlot(state, "proc-a/li"), 0));
    }
    commit(batch);
    assertThat(store.slots())
        .containsExactly(
            new Rows.SlotRow(InstanceKey.of("i1"), 1, "proc-a/li", 2, true),
            new Rows.SlotRow(InstanceKey.of("i2"), 2, "proc-a/li", 2, false));
  }

  @Test
  void shouldKeepMessagesUntilRemovedAndRememberNumbers() {
    Effect send = new Effect.SendToInstance(new Command.SuspendInstance(A));
    Batch batch = next();
    for (long seq = 1; seq <= 3; seq++) {
      batch.outbox.add(new Rows.OutboxRow(0, 1, seq, send));
    }
    commit(batch);
    Batch second = next();
    second.outboxRemoved.add(new Rows.OutboxKey(0, 1, 1));
    second.outboxRemoved.add(new Rows.OutboxKey(0, 1, 3));
    second.inbox.add(new Rows.InboxRow(1, 0, 3));
    commit(second);
    assertThat(store.outbox()).containsExactly(new Rows.OutboxRow(0, 1, 2, send));
    assertThat(store.inbox()).containsExactly(new Rows.InboxRow(1, 0, 3));
    assertThat(store.lastSent()).containsExactly(new Rows.OutboxKey(0, 1, 3));
  }

  @Test
  void shouldKeepSharedVariables() {
    Batch batch = next();
    batch.variables.add(new Rows.VariableRow("admin", "b", Map.of("x", 1L), false));
    batch.variables.add(new Rows.VariableRow("admin", "a", null, false));
    batch.variables.add(new Rows.VariableRow("admin", "c", 1L, false));
    commit(batch);
    Batch second = next();
    second.variables.add(new Rows.VariableRow("admin", "c", null, true));
    second.variables.add(new Rows.VariableRow("admin", "b", 2L, false));
    commit(second);
    assertThat(store.variables())
        .containsExactly(
            new Rows.VariableRow("admin", "a", null, false),
            new Rows.VariableRow("admin", "b", 2L, false));
  }

  @Test
  void shouldKeepWhatIsHeldUntilTheRelease() {
    Rows.QuarantineRow aside = new Rows.QuarantineRow(A, 0, "a bug", States.START);
    Rows.QuarantineRow later = new Rows.QuarantineRow(A, 0, "another", States.START);
    Batch batch = next();
    batch.quarantined.add(aside);
    batch.held.add(new Rows.HeldRow(A, 1, suspend()));
    commit(batch);
    Batch again = next();
    again.quarantined.add(later);
    again.held.add(new Rows.HeldRow(A, 2, suspend()));
    commit(again);
    assertThat(store.quarantined()).containsExactly(aside);
    assertThat(store.held())
        .containsExactly(new Rows.HeldRow(A, 1, suspend()), new Rows.HeldRow(A, 2, suspend()));

    Batch release = next();
    release.released.add(aside);
    release.quarantined.add(later);
    release.held.add(new Rows.HeldRow(A, 1, suspend()));
    commit(release);
    assertThat(store.quarantined()).containsExactly(later);
    assertThat(store.held()).containsExactly(new Rows.HeldRow(A, 1, suspend()));
  }

  private static Effect.SendToInstance suspend() {
    return new Effect.SendToInstance(new Command.SuspendInstance(A));
  }

  @Test
  void shouldRememberRequestsUntilTheyExpire() {
    Rows.IdempotencyRow row =
        new Rows.IdempotencyRow("create", "k", "hash", Map.of("id", "p"), States.START);
    Batch batch = next();
    batch.idempotency.add(row);
    commit(batch);
    assertThat(store.idempotency("create", "k", States.START.minusMillis(1))).contains(row);
    assertThat(store.idempotency("create", "k", States.START)).isEmpty();
    assertThat(store.idempotency("start", "k", States.START.minusMillis(1))).isEmpty();
  }

  @Test
  void shouldRefuseUseAfterClose() {
    store.close();
    assertThatThrownBy(() -> store.load(A)).isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> store.commit(next())).isInstanceOf(StoreException.class);
  }

  @Test
  void shouldLeaveNoRowOfAPurgedInstance() {
    Batch first = next();
    first.instances.add(row(States.state(B, 1, Status.RUNNING, EndReason.NONE, 3), 1));
    first.history.add(new Rows.HistoryChunk(B, 0, 1, 1, events(3)));
    first.snapshots.add(
        new Rows.Snapshot(B, 2, States.state(B, 1, Status.RUNNING, EndReason.NONE, 2)));
    first.nodeRuns.add(new Rows.NodeRunRow(B, 1, 1, States.run(1, "a", "out")));
    first.timers.add(new Rows.TimerRow(B, 0, 1, "t1", States.START));
    commit(first);
    Batch second = next();
    second.purged.add(new Rows.PurgeRow(B, 0));
    commit(second);
    assertThat(store.load(B)).isEmpty();
    assertThat(store.queries().history(B, 0, 10)).isEmpty();
    assertThat(store.timersBefore(States.START.plusSeconds(1), 10)).isEmpty();
    assertThat(store.withOpenWork(null, 10)).isEmpty();
    assertThat(store.queries().keys(B.namespace(), null, 10)).isEmpty();
  }

  @Test
  void shouldNeverGiveTheNumberOfAPurgedInstanceAgain() {
    Batch first = next();
    first.instances.add(row(States.state(B, 7, Status.COMPLETED, EndReason.NONE, 0), 0));
    commit(first);
    Batch second = next();
    second.purged.add(new Rows.PurgeRow(B, 0));
    commit(second);
    assertThat(store.maxInstanceId()).isEqualTo(7);
  }

  @Test
  void shouldListWhatEndedInTheOrderOfTheEnd() {
    Batch batch = next();
    for (long id = 1; id <= 3; id++) {
      InstanceKey key = InstanceKey.of("i" + id);
      batch.instances.add(row(States.state(key, id, Status.COMPLETED, EndReason.NONE, id), 0));
    }
    batch.instances.add(row(States.state(A, 4, Status.FAILED, EndReason.NONE, 1), 0));
    batch.instances.add(row(States.state(B, 5, Status.COMPLETED, EndReason.NONE, 1), 0));
    batch.instances.add(row(States.running("live", 6), 1));
    commit(batch);
    Instant end = States.START.plusMillis(1_500);
    assertThat(store.namespacesOfEnded()).containsExactly("default", B.namespace());
    assertThat(store.ended("default", Status.COMPLETED, end, null, 10)).isEmpty();
    List<Rows.EndedRow> page = store.ended("default", Status.COMPLETED, end.plusMillis(1), null, 2);
    assertThat(page).extracting(Rows.EndedRow::id).containsExactly(1L, 2L);
    assertThat(page.getLast())
        .isEqualTo(new Rows.EndedRow(InstanceKey.of("i2"), 2, Status.COMPLETED, end, 2, false));
    assertThat(store.ended("default", Status.COMPLETED, end.plusMillis(1), page.getLast(), 10))
        .extracting(Rows.EndedRow::id)
        .containsExactly(3L);
    assertThat(store.ended("default", Status.FAILED, end.plusMillis(1), null, 10))
        .extracting(Rows.EndedRow::key)
        .containsExactly(A);
  }

  @Test
  void shouldSayWhichEndedInstancesOthersNeed() {
    Batch batch = next();
    batch.instances.add(row(States.running("parent", 1), 0));
    batch.instances.add(
        row(
            States.withParent(
                States.state(InstanceKey.of("child"), 2, Status.COMPLETED, EndReason.NONE, 1),
                InstanceKey.of("parent")),
            0));
    batch.instances.add(
        row(States.state(InstanceKey.of("above"), 3, Status.COMPLETED, EndReason.NONE, 1), 0));
    batch.instances.add(
        row(States.withParent(States.running("below", 4), InstanceKey.of("above")), 0));
    InstanceKey aside = InstanceKey.of("aside");
    batch.instances.add(row(States.state(aside, 5, Status.COMPLETED, EndReason.NONE, 1), 0));
    batch.quarantined.add(new Rows.QuarantineRow(aside, 0, "error", States.START));
    batch.instances.add(
        row(
            States.withParent(
                States.state(InstanceKey.of("orphan"), 6, Status.COMPLETED, EndReason.NONE, 1),
                InstanceKey.of("gone")),
            0));
    commit(batch);
    assertThat(store.ended("default", Status.COMPLETED, States.START.plusSeconds(60), null, 10))
        .filteredOn(row -> !row.needed())
        .extracting(row -> row.key().uid())
        .containsExactly("orphan");
  }

  @Test
  void shouldForgetRequestsThatExpired() {
    Batch batch = next();
    for (int i = 0; i < 5; i++) {
      batch.idempotency.add(
          new Rows.IdempotencyRow(
              "create", "k" + i, "hash", Map.of("id", "x"), States.START.plusSeconds(i)));
    }
    commit(batch);
    assertThat(store.removeExpiredRequests(States.START.plusSeconds(2), 2)).isEqualTo(2);
    assertThat(store.removeExpiredRequests(States.START.plusSeconds(2), 2)).isEqualTo(1);
    assertThat(store.removeExpiredRequests(States.START.plusSeconds(2), 2)).isZero();
    assertThat(store.idempotency("create", "k2", States.START)).isEmpty();
    assertThat(store.idempotency("create", "k3", States.START)).isPresent();
  }

  @Test
  void shouldTakeTheIdOfAPurgedInstanceInTheSameBatch() {
    Batch first = next();
    first.instances.add(row(States.state(B, 1, Status.COMPLETED, EndReason.NONE, 3), 0));
    first.history.add(new Rows.HistoryChunk(B, 0, 1, 1, events(3)));
    commit(first);
    Batch second = next();
    second.purged.add(new Rows.PurgeRow(B, 0));
    second.instances.add(row(States.state(B, 2, Status.RUNNING, EndReason.NONE, 2), 0));
    second.history.add(new Rows.HistoryChunk(B, 0, 1, 1, events(2)));
    commit(second);
    assertThat(store.load(B).orElseThrow().tail()).hasSize(2);
    assertThat(store.queries().keys(B.namespace(), null, 10)).containsExactly(B);
    assertThat(store.maxInstanceId()).isEqualTo(2);
  }

  @Test
  void shouldRemoveTheHistoryThatASnapshotStandsFor() {
    Batch first = next();
    first.instances.add(row(States.state(B, 1, Status.RUNNING, EndReason.NONE, 3), 0));
    first.history.add(new Rows.HistoryChunk(B, 0, 1, 1, events(3)));
    commit(first);
    Batch second = next();
    InstanceState after = States.state(B, 1, Status.RUNNING, EndReason.NONE, 5);
    second.instances.add(row(after, 0));
    second.history.add(new Rows.HistoryChunk(B, 0, 2, 4, events(2)));
    second.snapshots.add(new Rows.Snapshot(B, 5, after));
    second.trimmed.add(new Rows.TrimRow(B, 5));
    commit(second);
    Batch third = next();
    third.history.add(new Rows.HistoryChunk(B, 0, 2, 6, events(1)));
    commit(third);
    Store.Loaded loaded = store.load(B).orElseThrow();
    assertThat(loaded.snapshot()).isEqualTo(after);
    assertThat(loaded.tail()).hasSize(1);
    assertThat(store.queries().history(B, 0, 10)).extracting("seq").containsExactly(6L);
  }

  @Test
  void shouldRefuseAPurgeWithoutItsFence() {
    Batch batch = next();
    batch.purged.add(new Rows.PurgeRow(B, 1));
    assertThatThrownBy(() -> store.commit(batch)).isInstanceOf(StoreException.class);
  }
}
