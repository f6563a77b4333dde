package dev.millrace.runtime.lane;

import dev.millrace.engine.InstanceState;
import dev.millrace.runtime.definition.Head;
import dev.millrace.store.Rows;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What was read for a work.
 *
 * @param instance null when none was asked for or there is none
 * @param head empty when there is none or it was not asked for
 * @param remembered the answer of an earlier request
 * @param fault why a definition cannot be compiled, empty when it can
 * @param failure why the reading failed, or null
 */
record Loaded(
    @Nullable Instance instance,
    Optional<Head> head,
    Rows.@Nullable IdempotencyRow remembered,
    String fault,
    @Nullable RuntimeException failure) {

  /** An instance as it was read. */
  record Instance(InstanceState state, long snapshotSeq) {}
}
