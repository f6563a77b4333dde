package dev.millrace.store.memory;

import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.ParentRef;
import dev.millrace.engine.Slot;
import dev.millrace.engine.Status;
import dev.millrace.store.Batch;
import dev.millrace.store.CommitResult;
import dev.millrace.store.Fence;
import dev.millrace.store.Rows;
import dev.millrace.store.Store;
import dev.millrace.store.StoreException;
import dev.millrace.store.query.Queries;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A store of plain maps with the fence rules of the durable ones. Safe for any number of threads:
 * one lock around everything. {@link #close} only ends its use; the rows die with the object.
 */
public final class MemoryStore implements Store {

  private static final Comparator<Rows.TimerRow> DUE =
      Comparator.comparing(Rows.TimerRow::dueAt)
          .thenComparing(Rows.TimerRow::key, Tables.KEYS)
          .thenComparing(Rows.TimerRow::timerId, Tables.TEXT);

  private static final Comparator<Rows.EndedRow> ENDED =
      Comparator.comparing(Rows.EndedRow::endAt).thenComparingLong(Rows.EndedRow::id);

  private static final Comparator<Rows.EndedRow> KEPT =
      Comparator.comparing(MemoryStore::kept).thenComparingLong(Rows.EndedRow::id);

  private final Object lock = new Object();
  private final Tables tables = new Tables();
  private final Queries queries = new MemoryQueries(this);
  private boolean closed;

  @Override
  public List<Fence> acquire(String owner, int partitions) {
    return locked(() -> {
      if (partitions < 1) {
        throw new StoreException("at least 1 partition is needed, found " + partitions);
      }
      int stored = tables.partitions.size();
      if (stored != 0 && stored != partitions) {
        throw new StoreException(
            "the store was made with " + stored + " partitions, asked for " + partitions);
      }
      for (int id = 0; id < partitions; id++) {
        Fence before = tables.partitions.getOrDefault(id, new Fence(id, 0, 0));
        tables.partitions.put(id, new Fence(id, before.epoch() + 1, before.batch()));
      }
      return List.copyOf(tables.partitions.values());
    });
  }

  @Override
  public CommitResult commit(Batch batch) {
    return locked(() -> tables.commit(batch));
  }

  @Override
  public Optional<Loaded> load(InstanceKey key) {
    return locked(() -> {
      if (!tables.instances.containsKey(key)) {
        return Optional.empty();
      }
      Rows.Snapshot snapshot = tables.snapshots.get(key);
      InstanceState state = snapshot == null ? null : snapshot.state();
      long after = snapshot == null ? 0 : snapshot.seq();
      return Optional.of(new Loaded(state, eventsAfter(key, after)));
    });
  }

  private List<HistoryEvent> eventsAfter(InstanceKey key, long after) {
    return numbered(key, after).stream().map(Queries.NumberedEvent::event).toList();
  }

  List<Queries.NumberedEvent> numbered(InstanceKey key, long after) {
    List<Queries.NumberedEvent> events = new ArrayList<>();
    var chunks = tables.history.get(key);
    if (chunks == null) {
      return events;
    }
    for (Rows.HistoryChunk chunk : chunks.tailMap(after, false).values()) {
      for (int i = 0; i < chunk.events().size(); i++) {
        long seq = chunk.firstSeq() + i;
        if (seq > after) {
          events.add(new Queries.NumberedEvent(seq, chunk.generation(), chunk.events().get(i)));
        }
      }
    }
    return events;
  }

  @Override
  public List<Rows.TimerRow> timersBefore(Instant time, int limit) {
    return locked(() ->
        tables.timers.values().stream()
            .filter(timer -> timer.dueAt().isBefore(time))
            .sorted(DUE)
            .limit(limit)
            .toList());
  }

  @Override
  public List<InstanceKey> withOpenWork(@Nullable InstanceKey after, int limit) {
    return locked(() ->
        tables.instances.values().stream()
            .filter(row -> row.openWork() > 0)
            .map(Rows.InstanceRow::key)
            .filter(key -> after == null || Tables.KEYS.compare(key, after) > 0)
            .limit(limit)
            .toList());
  }

  @Override
  public List<Rows.SlotRow> slots() {
    return locked(() ->
        tables.instances.values().stream()
            .filter(MemoryStore::lives)
            .map(Rows.InstanceRow::state)
            .map(MemoryStore::slot)
            .filter(Objects::nonNull)
            .sorted(Comparator.comparingLong(Rows.SlotRow::id))
            .toList());
  }

  private static Rows.@Nullable SlotRow slot(InstanceState state) {
    Slot slot = state.header().slot();
    return slot == null
        ? null
        : new Rows.SlotRow(
            state.header().key(),
            state.header().id(),
            slot.group(),
            slot.limit(),
            state.awaitedSlot() != null);
  }

  @Override
  public List<Rows.OutboxRow> outbox() {
    return locked(() -> List.copyOf(tables.outbox.values()));
  }

  @Override
  public List<Rows.InboxRow> inbox() {
    return locked(() ->
        tables.inbox.entrySet().stream()
            .map(row ->
                new Rows.InboxRow(row.getKey().first(), row.getKey().second(), row.getValue()))
            .toList());
  }

  @Override
  public List<Rows.OutboxKey> lastSent() {
    return locked(() ->
        tables.sent.entrySet().stream()
            .map(row ->
                new Rows.OutboxKey(row.getKey().first(), row.getKey().second(), row.getValue()))
            .toList());
  }

  @Override
  public List<String> namespacesOfEnded() {
    return locked(() ->
        tables.instances.values().stream()
            .filter(row -> row.state().life().endedAt() != null)
            .map(row -> row.key().namespace())
            .distinct()
            .sorted(Tables.TEXT)
            .toList());
  }

  @Override
  public List<Rows.EndedRow> ended(
      String namespace, Status status, Instant before, Rows.@Nullable EndedRow after, int limit) {
    return locked(() ->
        tables.instances.values().stream()
            .filter(row ->
                row.key().namespace().equals(namespace)
                    && row.keptUntil() == null
                    && row.state().life().status() == status
                    && row.state().life().endedAt() != null)
            .map(this::ended)
            .filter(row -> row.endAt().isBefore(before))
            .sorted(ENDED)
            .filter(row -> after == null || ENDED.compare(row, after) > 0)
            .limit(limit)
            .toList());
  }

  @Override
  public List<Rows.EndedRow> outlived(Instant before, Rows.@Nullable EndedRow after, int limit) {
    return locked(() ->
        tables.instances.values().stream()
            .filter(row -> row.keptUntil() != null && row.state().life().endedAt() != null)
            .map(this::ended)
            .filter(row -> kept(row).isBefore(before))
            .sorted(KEPT)
            .filter(row -> after == null || KEPT.compare(row, after) > 0)
            .limit(limit)
            .toList());
  }

  private static Instant kept(Rows.EndedRow row) {
    return Objects.requireNonNull(row.keptUntil());
  }

  private static boolean lives(Rows.@Nullable InstanceRow row) {
    return row != null && !row.state().life().status().terminal();
  }

  private Rows.EndedRow ended(Rows.InstanceRow row) {
    InstanceKey key = row.key();
    InstanceState.Lifecycle life = row.state().life();
    ParentRef parent = row.state().header().parent();
    boolean needed =
        tables.quarantined.containsKey(key)
            || (parent != null && lives(tables.instances.get(parent.key())))
            || tables.instances.values().stream()
                .anyMatch(other -> {
                  ParentRef above = other.state().header().parent();
                  return above != null && above.key().equals(key) && lives(other);
                });
    return new Rows.EndedRow(
        key,
        row.state().header().id(),
        life.status(),
        Objects.requireNonNull(life.endedAt()).truncatedTo(ChronoUnit.MILLIS),
        life.eventCount(),
        needed,
        row.keptUntil());
  }

  @Override
  public int removeExpiredRequests(Instant now, int limit) {
    return locked(() -> {
      List<Tables.Names> expired =
          tables.idempotency.entrySet().stream()
              .filter(entry -> !entry.getValue().expiresAt().isAfter(now))
              .map(Map.Entry::getKey)
              .limit(limit)
              .toList();
      expired.forEach(tables.idempotency::remove);
      return expired.size();
    });
  }

  @Override
  public long maxInstanceId() {
    return locked(() ->
        tables.instanceIds.keySet().stream()
            .mapToLong(id -> id)
            .reduce(tables.lastPurgedId, Math::max));
  }

  @Override
  public long maxDefinitionNumber() {
    return locked(() ->
        tables.definitions.values().stream()
            .flatMap(revisions -> revisions.values().stream())
            .mapToLong(revision -> revision.row().number())
            .max()
            .orElse(0));
  }

  @Override
  public List<Rows.VariableRow> variables() {
    return locked(() -> List.copyOf(tables.variables.values()));
  }

  @Override
  public List<Rows.QuarantineRow> quarantined() {
    return locked(() -> List.copyOf(tables.quarantined.values()));
  }

  @Override
  public List<Rows.HeldRow> held() {
    return locked(() -> tables.held.values().stream().flatMap(List::stream).toList());
  }

  @Override
  public Optional<Rows.IdempotencyRow> idempotency(String scope, String requestKey, Instant now) {
    return locked(() ->
        Optional.ofNullable(tables.idempotency.get(new Tables.Names(scope, requestKey)))
            .filter(row -> row.expiresAt().isAfter(now)));
  }

  @Override
  public Queries queries() {
    return queries;
  }

  /** The node runs of an instance as last written, in the order first written. */
  public List<NodeRun> nodeRuns(long instanceId) {
    return locked(() ->
        tables.nodeRuns.values().stream()
            .filter(row -> row.instanceId() == instanceId)
            .map(Rows.NodeRunRow::run)
            .toList());
  }

  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
    }
  }

  Tables tables() {
    return tables;
  }

  <T> T locked(Supplier<T> work) {
    synchronized (lock) {
      if (closed) {
        throw new StoreException("the store is closed");
      }
      return work.get();
    }
  }
}
