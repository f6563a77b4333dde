package dev.millrace.runtime.lane;

import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.Reason;
import dev.millrace.engine.Reply;
import dev.millrace.runtime.EngineApi;
import dev.millrace.runtime.definition.Head;
import dev.millrace.store.Rows;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Saves and removes definitions. Lane thread only. */
final class DefinitionWork {

  private final LaneMemory memory;

  DefinitionWork(LaneMemory memory) {
    this.memory = memory;
  }

  void save(Work.Save save, String fault, Rows.@Nullable IdempotencyRow remembered) {
    Work.Request request = save.request();
    Reply answer = request == null ? null : Remembered.answer(memory, request, remembered);
    if (answer == null) {
      answer = store(save, fault);
      if (request != null && answer instanceof Reply.Accepted accepted) {
        Remembered.keep(memory, 0, request, accepted.value());
      }
    }
    memory.building.answer(save.future(), answer);
  }

  void remove(Work.Remove remove) {
    Head head = memory.heads.get(remove.id());
    if (head == null) {
      memory.building.answer(
          remove.future(), Reply.Rejected.of(Reason.NOT_FOUND, "no definition " + remove.id()));
      return;
    }
    memory.heads.removed(head);
    memory.building.rows.definitionRemoved(head.ref().id());
    memory.building.answer(remove.future(), Reply.OK);
  }

  private Reply store(Work.Save save, String fault) {
    EngineApi.SaveDefinition wanted = save.wanted();
    if (!fault.isEmpty()) {
      return Reply.Rejected.of(Reason.INVALID_INPUT, fault);
    }
    Head newest = memory.heads.get(save.id());
    if (wanted.id() == null && newest != null) {
      return Reply.Rejected.of(Reason.BUSY, "the id drawn is taken; try again");
    }
    if (wanted.id() != null && newest == null && !wanted.create()) {
      return Reply.Rejected.of(Reason.NOT_FOUND, "no definition " + save.id());
    }
    int revision = newest == null ? 0 : newest.ref().revision();
    if (wanted.expectedRevision() != 0 && wanted.expectedRevision() != revision) {
      return Reply.Rejected.of(
          Reason.INVALID_STATE,
          "expected revision %d of definition %s, found %d"
              .formatted(wanted.expectedRevision(), save.id(), revision));
    }
    DefinitionRef ref =
        new DefinitionRef(newest == null ? save.id() : newest.ref().id(), revision + 1);
    Rows.DefinitionRow row =
        new Rows.DefinitionRow(
            ref,
            newest == null ? ++memory.lastDefinitionNumber : newest.number(),
            wanted.format(),
            wanted.described().name(),
            wanted.described().owner(),
            wanted.described().enabled(),
            wanted.document(),
            memory.ports.clock().now());
    memory.building.rows.definition(row);
    memory.definitions.announce(row);
    memory.building.after(() -> memory.definitions.committed(ref));
    memory.heads.saved(new Head(ref, row.number(), row.owner(), row.enabled()));
    Map<String, @Nullable Object> value = new LinkedHashMap<>();
    value.put("id", ref.id());
    value.put("revision", (long) ref.revision());
    return new Reply.Accepted(value);
  }
}
