package dev.millrace.runtime.lane;

import dev.millrace.engine.Reason;
import dev.millrace.engine.Reply;
import dev.millrace.store.Rows;
import org.jspecify.annotations.Nullable;

/** Makes repeated requests harmless. Lane thread only, unless said otherwise. */
final class Remembered {

  private Remembered() {}

  /**
   * The answer of an earlier request, a rejection when that one had another body, or null.
   *
   * @param stored what the store remembers
   */
  static @Nullable Reply answer(
      LaneMemory memory, Work.Request request, Rows.@Nullable IdempotencyRow stored) {
    return answer(request, memory.requests.getOrDefault(request.name(), stored));
  }

  /** The same from what the store remembers alone. On any thread. */
  static @Nullable Reply answer(Work.Request request, Rows.@Nullable IdempotencyRow known) {
    if (known == null) {
      return null;
    }
    if (known.requestHash().equals(request.id().hash())) {
      return new Reply.Accepted(known.answer());
    }
    return Reply.Rejected.of(
        Reason.INVALID_STATE,
        "the idempotency key %s was used before with another body".formatted(request.id().key()));
  }

  /** Remembers an answer, in the batch in the making. */
  static void keep(
      LaneMemory memory, int partition, Work.Request request, @Nullable Object answer) {
    Rows.IdempotencyRow row =
        new Rows.IdempotencyRow(
            request.scope(),
            request.id().key(),
            request.id().hash(),
            answer,
            memory.ports.clock().now().plus(LaneSettings.REQUEST_MEMORY));
    memory.building.rows.idempotency(partition, row);
    memory.requests.put(request.name(), row);
    memory.building.after(() -> memory.requests.remove(request.name(), row));
  }
}
