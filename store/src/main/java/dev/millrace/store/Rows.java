package dev.millrace.store;

import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.Effect;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.HumanTask;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.Status;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a batch carries, as values. Payloads are plain JSON; encoding them is the store's work. */
public final class Rows {

  /** A time that never comes. */
  public static final Instant FOREVER = Instant.ofEpochMilli(Long.MAX_VALUE);

  private Rows() {}

  /**
   * The present row of an instance: the whole projection is derived from the state.
   *
   * @param openWork how many things of it need a running server (activities in flight, parked
   *     tokens); a restart loads only instances where this is not zero
   * @param state the state after the batch
   * @param owner the creator of the definition
   * @param keptUntil when an ended one is to go, {@link #FOREVER} for never; null where the times
   *     of the server hold, and for one that lives
   */
  public record InstanceRow(
      int partition, InstanceState state, String owner, int openWork, @Nullable Instant keptUntil) {

    /** One that is kept as long as the server says. */
    public InstanceRow(int partition, InstanceState state, String owner, int openWork) {
      this(partition, state, owner, openWork, null);
    }

    public InstanceKey key() {
      return state.header().key();
    }
  }

  /** A node run as it is after the batch, identified by instance, generation and run id. */
  public record NodeRunRow(InstanceKey key, long instanceId, int generation, NodeRun run) {}

  /**
   * The events of one instance in one commit.
   *
   * @param firstSeq the number of the first event, counted from 1 over the life of the instance
   */
  public record HistoryChunk(
      InstanceKey key, int partition, int generation, long firstSeq, List<HistoryEvent> events) {
    public long lastSeq() {
      return firstSeq + events.size() - 1;
    }
  }

  /** The state after event {@code seq}, so that opening need not fold from the beginning. */
  public record Snapshot(InstanceKey key, long seq, InstanceState state) {}

  /**
   * An instance that has not ended and holds a slot or waits for one, see {@link
   * dev.millrace.engine.Slot}.
   *
   * @param id they were started in the order of their ids
   * @param limit of the slot
   * @param waits whether it waits
   */
  public record SlotRow(InstanceKey key, long id, String group, int limit, boolean waits) {}

  /** An instance that leaves no row behind; its name and number may be used again. */
  public record PurgeRow(InstanceKey key, int partition) {}

  /**
   * An instance that has ended, as retention sees it.
   *
   * @param endAt in whole milliseconds
   * @param events how many it has, as a measure of its rows
   * @param needed whether it must stay: it is set aside, a child of it has not ended, or its parent
   *     has not
   * @param keptUntil when it is to go by its own definition; null where the times of the server
   *     hold
   */
  public record EndedRow(
      InstanceKey key,
      long id,
      Status status,
      Instant endAt,
      long events,
      boolean needed,
      @Nullable Instant keptUntil) {

    /** One that is kept as long as the server says. */
    public EndedRow(
        InstanceKey key, long id, Status status, Instant endAt, long events, boolean needed) {
      this(key, id, status, endAt, events, needed, null);
    }
  }

  /** The events of an instance up to a number, which a snapshot stands for. */
  public record TrimRow(InstanceKey key, long upToSeq) {}

  /**
   * All node runs of an instance so far, removed before those of the batch are written.
   *
   * @param seq the number of the event that made them void
   */
  public record ClearRow(InstanceKey key, long seq) {}

  /** A due time that fires a command. Unique by instance and timer id. */
  public record TimerRow(
      InstanceKey key, int partition, int generation, String timerId, Instant dueAt) {}

  /** Names a timer. */
  public record TimerKey(InstanceKey key, String timerId) {}

  /**
   * A message to an instance, possibly of another partition.
   *
   * @param seq gapless per source and target
   * @param message {@link Effect.SendToInstance} or {@link Effect.StartChild}
   */
  public record OutboxRow(int source, int target, long seq, Effect message) {}

  /** Names a message. */
  public record OutboxKey(int source, int target, long seq) {}

  /** The last message of a source that a target has consumed. */
  public record InboxRow(int target, int source, long seq) {}

  /** A work item of a person, as it is after the batch. */
  public record HumanTaskRow(
      InstanceKey key, int runId, String nodeId, String title, String content, HumanTask task) {}

  /**
   * An instance set aside after an error of ours, until an operator releases it.
   *
   * @param cause what went wrong, for the operator
   */
  public record QuarantineRow(InstanceKey key, int partition, String cause, Instant at) {}

  /**
   * A message that reached an instance while it was set aside. It is kept for the release.
   *
   * @param seq counts from 1 for each time the instance is set aside
   */
  public record HeldRow(InstanceKey key, long seq, Effect.SendToInstance message) {}

  /** A variable shared by the processes of an owner; {@code removed} deletes it. */
  public record VariableRow(String owner, String name, @Nullable Object value, boolean removed) {}

  /**
   * A remembered request.
   *
   * @param scope what kind of request, as {@code create} or {@code start:proc-x}
   * @param requestHash of the body; another body under the same key is a conflict
   */
  public record IdempotencyRow(
      String scope,
      String requestKey,
      String requestHash,
      @Nullable Object answer,
      Instant expiresAt) {}

  /**
   * One revision of a definition.
   *
   * @param number the numeric id of the definition, equal for all its revisions
   * @param format who can compile it, as {@code process}
   * @param document as the author sent it
   */
  public record DefinitionRow(
      DefinitionRef ref,
      long number,
      String format,
      String name,
      String owner,
      boolean enabled,
      Object document,
      Instant createdAt) {}
}
