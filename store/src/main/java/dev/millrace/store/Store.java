package dev.millrace.store;

import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.Status;
import dev.millrace.store.query.Queries;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what the engine decided. {@link #commit} is called by one thread at a time per partition;
 * reads by any thread, and they see committed rows only. Every method throws {@link StoreException}
 * when the store fails.
 */
public interface Store extends AutoCloseable {

  /**
   * Takes ownership of all partitions, raising each epoch, and returns their fences. The number of
   * partitions is fixed at the first call of a store's life and later ones must agree.
   *
   * @throws StoreException when the store was made with another number
   */
  List<Fence> acquire(String owner, int partitions);

  /**
   * Writes a batch, if for each of its fences the stored epoch is equal and the stored batch number
   * is one less. Rows of an instance that is neither stored nor in the batch, and rows of a
   * partition without its fence, are refused with an exception; then nothing was written. History
   * that begins after event 1 says that its instance is stored.
   */
  CommitResult commit(Batch batch);

  /** What is needed to fold an instance, or empty when it is unknown. */
  Optional<Loaded> load(InstanceKey key);

  /** Timers due before a time, earliest first. */
  List<Rows.TimerRow> timersBefore(Instant time, int limit);

  /** Instances with open work, in order of their key, after a key (null for the first page). */
  List<InstanceKey> withOpenWork(@Nullable InstanceKey after, int limit);

  /** The instances that hold slots or wait for them, in the order of their ids. */
  List<Rows.SlotRow> slots();

  /** All messages not yet consumed, in order of source, target and number. */
  List<Rows.OutboxRow> outbox();

  /** The last message numbers consumed. */
  List<Rows.InboxRow> inbox();

  /** The last numbers given out per source and target, removed messages included. */
  List<Rows.OutboxKey> lastSent();

  /** The namespaces that have ended instances, in order. */
  List<String> namespacesOfEnded();

  /**
   * Ended instances that were to be kept until before a time by their own definitions, in the order
   * of that time and id.
   *
   * @param after begin behind this one; null for the first page
   */
  List<Rows.EndedRow> outlived(Instant before, Rows.@Nullable EndedRow after, int limit);

  /**
   * Ended instances of a namespace that are kept as the server says, in the order of their end and
   * id.
   *
   * @param status one that is terminal
   * @param before only those that ended before
   * @param after begin behind this one; null for the first page
   */
  List<Rows.EndedRow> ended(
      String namespace, Status status, Instant before, Rows.@Nullable EndedRow after, int limit);

  /**
   * Removes remembered requests that have expired, at most so many, and answers how many. Needs no
   * fence: nobody can ask for them any more.
   */
  int removeExpiredRequests(Instant now, int limit);

  /** Gives space back that many removed rows have left, as far as that holds nobody up. */
  default void tidy() {}

  /** The greatest numeric instance id that was ever given, 0 for none. */
  long maxInstanceId();

  /** The greatest numeric definition id, 0 for none. */
  long maxDefinitionNumber();

  /** All shared variables. */
  List<Rows.VariableRow> variables();

  /** The instances set aside, in order of their key. */
  List<Rows.QuarantineRow> quarantined();

  /** What is held for instances that are set aside, in order of key and number. */
  List<Rows.HeldRow> held();

  /** A remembered request that has not expired. */
  Optional<Rows.IdempotencyRow> idempotency(String scope, String requestKey, Instant now);

  /** The questions of dialects. */
  Queries queries();

  @Override
  void close();

  /**
   * What is stored of an instance.
   *
   * @param snapshot the newest, or null
   * @param tail the events after it, in order
   */
  record Loaded(@Nullable InstanceState snapshot, List<HistoryEvent> tail) {}
}
