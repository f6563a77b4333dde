package dev.millrace.runtime.retention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.Command;
import dev.millrace.engine.EndReason;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.Reason;
import dev.millrace.engine.Reply;
import dev.millrace.engine.Status;
import dev.millrace.runtime.retention.RetentionPolicy.Keep;
import dev.millrace.store.Batch;
import dev.millrace.store.Fence;
import dev.millrace.store.PassingStore;
import dev.millrace.store.Rows;
import dev.millrace.store.States;
import dev.millrace.store.StoreException;
import dev.millrace.store.memory.MemoryStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NullUnmarked
class RetentionTest {

  /** What all instances of {@link States} end at. */
  private static final Instant END = States.START.plusMillis(1_500);

  private static final Duration DAY = Duration.ofDays(1);

  private final MemoryStore rows = new MemoryStore();
  private final List<Integer> portions = new ArrayList<>();
  private final Set<InstanceKey> refused = new HashSet<>();
  private boolean broken;
  private int busy;
  private int taken;
  private long lastId;
  private Instant now = END;
  private Fence fence;

  @BeforeEach
  void open() {
    fence = rows.acquire("test", 1).getFirst();
  }

  private Retention retention(RetentionPolicy policy) {
    PassingStore store =
        new PassingStore(rows) {
          @Override
          public List<String> namespacesOfEnded() {
            if (broken) {
              throw new StoreException("no");
            }
            return super.namespacesOfEnded();
          }
        };
    return new Retention(
        policy, new Retention.Ports(store, this::engine, Runnable::run, () -> now));
  }

  private CompletableFuture<Reply> engine(Command command) {
    Command.PurgeInstance purge = (Command.PurgeInstance) command;
    assertThat(purge.force()).isFalse();
    assertThat(purge.endedAt()).isEqualTo(END);
    if (busy > 0) {
      busy--;
      return CompletableFuture.completedFuture(Reply.Rejected.of(Reason.BUSY, "busy"));
    }
    if (refused.contains(purge.key())) {
      return CompletableFuture.completedFuture(Reply.Rejected.of(Reason.INVALID_STATE, "runs"));
    }
    Batch batch = batch();
    batch.purged.add(new Rows.PurgeRow(purge.key(), 0));
    rows.commit(batch);
    taken++;
    return CompletableFuture.completedFuture(Reply.OK);
  }

  private Batch batch() {
    fence = fence.next();
    Batch batch = new Batch();
    batch.fences.add(fence);
    return batch;
  }

  private InstanceKey ended(String namespace, Status status) {
    InstanceKey key = new InstanceKey(namespace, "i" + ++lastId);
    Batch batch = batch();
    batch.instances.add(
        new Rows.InstanceRow(0, States.state(key, lastId, status, EndReason.NONE, 1), "", 0));
    rows.commit(batch);
    return key;
  }

  /** Runs portions until a pass is over, and answers how long it then waits. */
  private Duration pass(Retention retention) {
    Duration wait = Duration.ZERO;
    do {
      int before = taken;
      wait = retention.portion().join();
      portions.add(taken - before);
    } while (wait.compareTo(retention.interval()) < 0);
    return wait;
  }

  private List<String> left() {
    return rows
        .queries()
        .instances(dev.millrace.store.query.Queries.InstanceFilter.ALL, 1_000, null)
        .rows()
        .stream()
        .map(view -> view.key().toString())
        .sorted()
        .toList();
  }

  @Test
  void shouldRemoveWhatWasKeptLongEnoughAndNothingElse() {
    for (Status status :
        List.of(Status.COMPLETED, Status.FAILED, Status.TERMINATED, Status.CANCELED)) {
      ended("default", status);
    }
    Retention retention =
        retention(new RetentionPolicy(new Keep(DAY, DAY.multipliedBy(2), null), Map.of()));
    now = END.plus(DAY).minusMillis(1);
    pass(retention);
    assertThat(left()).hasSize(4);
    now = END.plus(DAY);
    pass(retention);
    assertThat(left()).hasSize(3);
    now = END.plus(DAY.multipliedBy(1_000));
    pass(retention);
    assertThat(left()).hasSize(2);
    assertThat(retention.removedInstances()).isEqualTo(2);
  }

  @Test
  void shouldKeepTheInstancesOfAnApplicationByItsOwnPolicy() {
    ended("default", Status.COMPLETED);
    ended("shop", Status.COMPLETED);
    ended("shop", Status.FAILED);
    Retention retention =
        retention(
            new RetentionPolicy(
                new Keep(null, null, null), Map.of("shop", new Keep(Duration.ZERO, null, null))));
    assertThat(retention.interval()).isEqualTo(Duration.ofSeconds(1));
    pass(retention);
    assertThat(left()).hasSize(2);
  }

  @Test
  void shouldRemoveManyInPortions() {
    for (int i = 0; i < 250; i++) {
      ended("default", Status.COMPLETED);
    }
    Retention retention = retention(new RetentionPolicy(new Keep(DAY, null, null), Map.of()));
    now = END.plus(DAY);
    pass(retention);
    assertThat(left()).isEmpty();
    assertThat(portions).hasSizeGreaterThan(2).allMatch(size -> size <= 100);
  }

  @Test
  void shouldGoOnBehindWhatMustStay() {
    for (int i = 0; i < 150; i++) {
      refused.add(ended("default", Status.COMPLETED));
    }
    for (int i = 0; i < 20; i++) {
      ended("default", Status.COMPLETED);
    }
    Retention retention =
        retention(new RetentionPolicy(new Keep(Duration.ZERO, null, null), Map.of()));
    pass(retention);
    assertThat(left()).hasSize(150);
  }

  @Test
  void shouldAskAgainWhenTheEngineIsBusy() {
    for (int i = 0; i < 30; i++) {
      ended("default", Status.COMPLETED);
    }
    busy = 25;
    Retention retention = retention(new RetentionPolicy(new Keep(DAY, null, null), Map.of()));
    now = END.plus(DAY);
    assertThat(retention.portion().join()).isEqualTo(Duration.ofSeconds(1));
    assertThat(left()).hasSize(25);
    pass(retention);
    assertThat(left()).isEmpty();
  }

  @Test
  void shouldGoOnLaterWhenTheStoreFails() {
    ended("default", Status.COMPLETED);
    Retention retention = retention(new RetentionPolicy(new Keep(DAY, null, null), Map.of()));
    now = END.plus(DAY);
    broken = true;
    assertThat(retention.portion().join()).isEqualTo(retention.interval());
    broken = false;
    pass(retention);
    assertThat(left()).isEmpty();
  }

  @Test
  void shouldRemoveByTheTimesOfADefinitionBeforeThoseOfTheServer() {
    ended("default", Status.COMPLETED);
    Batch batch = batch();
    Instant[] until = {END.plus(DAY), END.plus(DAY), END.plus(DAY.multipliedBy(3)), Rows.FOREVER};
    for (Instant time : until) {
      InstanceKey key = InstanceKey.of("own" + ++lastId);
      batch.instances.add(
          new Rows.InstanceRow(
              0, States.state(key, lastId, Status.COMPLETED, EndReason.NONE, 1), "", 0, time));
    }
    rows.commit(batch);
    Duration two = DAY.multipliedBy(2);
    Retention retention = retention(new RetentionPolicy(new Keep(two, null, null), Map.of()));
    now = END.plus(DAY).minusMillis(1);
    pass(retention);
    assertThat(left()).hasSize(5);
    now = END.plus(DAY);
    pass(retention);
    assertThat(left()).containsExactly("i1", "own4", "own5");
    now = END.plus(two);
    pass(retention);
    assertThat(left()).containsExactly("own4", "own5");
    now = END.plus(DAY.multipliedBy(36_500));
    pass(retention);
    assertThat(left()).containsExactly("own5");
  }

  @Test
  void shouldForgetExpiredRequestsThoughEverythingIsKept() {
    Batch batch = batch();
    for (int i = 0; i < 1_200; i++) {
      batch.idempotency.add(new Rows.IdempotencyRow("create", "k" + i, "hash", null, END));
    }
    rows.commit(batch);
    Retention retention = retention(RetentionPolicy.FOREVER);
    pass(retention);
    assertThat(retention.forgottenRequests()).isEqualTo(1_200);
    assertThat(retention.interval()).isEqualTo(Duration.ofHours(1));
  }

  @Test
  void shouldLookOftenerWhereTimesAreShort() {
    assertThat(
            retention(new RetentionPolicy(new Keep(Duration.ofMinutes(10), null, null), Map.of()))
                .interval())
        .isEqualTo(Duration.ofSeconds(30));
  }
}
