package dev.millrace.runtime.lane;

import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.runtime.EngineApi;
import dev.millrace.runtime.definition.Head;
import dev.millrace.store.Rows;
import dev.millrace.store.Store;
import dev.millrace.store.query.Queries;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads what work needs. {@link #missing} is asked on the lane thread, {@link #load} runs anywhere
 * and touches nothing of the lane's memory that changes.
 */
final class LaneLoads implements Admission.Loads {

  private static final int MAX_NUMBER_DIGITS = 18;

  private final Store store;
  private final LaneMemory memory;

  LaneLoads(Store store, LaneMemory memory) {
    this.store = store;
    this.memory = memory;
  }

  @Override
  public boolean missing(Work work) {
    InstanceKey key = work.instance();
    // What is set aside can still be shown.
    if (key != null && (work instanceof Work.Read || !memory.quarantine.contains(key))) {
      InstanceCache.Entry entry = memory.cache.get(key);
      if (entry == null
          ? !memory.knownGone(key)
          : !memory.definitions.ready(entry.state.header().definition())) {
        return true;
      }
    }
    Work.Request request = work.request();
    if (request != null && !memory.requests.containsKey(request.name())) {
      return true;
    }
    if (work instanceof Work.Save) {
      // Its document is compiled on trial.
      return true;
    }
    String name = work.definition();
    if (name == null) {
      return false;
    }
    Head head = memory.heads.get(name);
    return head == null ? !memory.heads.known(name) : !memory.definitions.ready(wanted(work, head));
  }

  @Override
  public Loaded load(Work work) {
    try {
      InstanceKey key = work.instance();
      Loaded.Instance instance = key == null ? null : instance(key);
      Work.Request request = work.request();
      Rows.IdempotencyRow remembered =
          request == null
              ? null
              : store
                  .idempotency(request.scope(), request.id().key(), memory.ports.clock().now())
                  .orElse(null);
      String name = work.definition();
      Optional<Head> head = name == null ? Optional.empty() : head(name);
      return new Loaded(instance, head, remembered, fault(work, head), null);
    } catch (RuntimeException | Error e) {
      // Whatever it is, the caller must be told, or it would wait for ever.
      RuntimeException failure =
          e instanceof RuntimeException plain ? plain : new IllegalStateException(e);
      return new Loaded(null, Optional.empty(), null, "", failure);
    }
  }

  private Loaded.@Nullable Instance instance(InstanceKey key) {
    memory.tally.loads.increment();
    Optional<Store.Loaded> found = store.load(key);
    if (found.isEmpty()) {
      return null;
    }
    InstanceState state = found.get().snapshot();
    long snapshotSeq = state == null ? 0 : state.life().eventCount();
    state = memory.decider.fold(state, found.get().tail());
    if (state == null) {
      return null;
    }
    compile(state.header().definition());
    return new Loaded.Instance(state, snapshotSeq);
  }

  /** So that the lane need not. Without its graph the state can still be shown. */
  private void compile(DefinitionRef definition) {
    try {
      memory.definitions.graph(definition);
    } catch (IllegalArgumentException e) {
      // Deciding on the instance will say the same again.
    }
  }

  private Optional<Head> head(String name) {
    Queries queries = store.queries();
    Optional<Queries.DefinitionView> view = queries.definition(name, 0);
    if (view.isEmpty()
        && name.length() <= MAX_NUMBER_DIGITS
        && !name.isEmpty()
        && name.chars().allMatch(letter -> letter >= '0' && letter <= '9')) {
      view = queries.definitionByNumber(Long.parseLong(name));
    }
    return view.map(Head::of);
  }

  private String fault(Work work, Optional<Head> head) {
    if (work instanceof Work.Save save) {
      EngineApi.SaveDefinition wanted = save.wanted();
      // Nothing starts from one that is not enabled, and a draft may lack what compiling takes.
      return wanted.described().enabled()
          ? Objects.requireNonNullElse(
              memory.definitions.fault(wanted.format(), wanted.document()), "")
          : "";
    }
    if (head.isEmpty() || work instanceof Work.Remove) {
      return "";
    }
    try {
      memory.definitions.graph(wanted(work, head.get()));
      return "";
    } catch (IllegalArgumentException e) {
      return Objects.requireNonNullElse(e.getMessage(), "the definition cannot be compiled");
    }
  }

  private static DefinitionRef wanted(Work work, Head head) {
    int revision =
        switch (work) {
          case Work.Start start -> start.wanted().revision();
          case Work.Deliver message
              when message.row().message() instanceof dev.millrace.engine.Effect.StartChild child ->
              child.revision();
          default -> 0;
        };
    return revision == 0 ? head.ref() : new DefinitionRef(head.ref().id(), revision);
  }
}
