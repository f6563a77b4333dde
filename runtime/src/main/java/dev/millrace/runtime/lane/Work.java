package dev.millrace.runtime.lane;

import dev.millrace.engine.Command;
import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.Reply;
import dev.millrace.engine.code.CodeFork;
import dev.millrace.engine.code.CodeStart;
import dev.millrace.runtime.CodeApi;
import dev.millrace.runtime.EngineApi;
import dev.millrace.store.Rows;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One thing for a lane to do. */
sealed interface Work {

  /** What it must not overtake: instances, requests, definitions, pairs of partitions. */
  List<Object> turns();

  /** The instance whose state it needs, or null. */
  default @Nullable InstanceKey instance() {
    return null;
  }

  /** The definition whose newest revision it needs, by id or number, or null. */
  default @Nullable String definition() {
    return null;
  }

  /** The request that may have been answered before, or null. */
  default @Nullable Request request() {
    return null;
  }

  /** The future that a caller holds, or null for internal work. */
  default @Nullable CompletableFuture<?> future() {
    return null;
  }

  /** Names a request among those of its kind. */
  record Request(String scope, EngineApi.RequestId id) {

    /** Among the starts of a definition. */
    static Request ofStart(String definition, EngineApi.RequestId id) {
      return new Request("start:" + definition, id);
    }

    /** What two requests must share to be the same: the hash is not part of it. */
    RequestName name() {
      return new RequestName(scope, id.key());
    }
  }

  /** Names a remembered answer. */
  record RequestName(String scope, String key) {}

  /** Work that needs the state of one instance and must overtake no other work for it. */
  sealed interface OfInstance extends Work {
    InstanceKey key();

    @Override
    default List<Object> turns() {
      return List.of(key());
    }

    @Override
    default InstanceKey instance() {
      return key();
    }
  }

  /** A command; the future is null for the lane's own ones. */
  record Submit(Command command, @Nullable CompletableFuture<Reply> future) implements Work {
    @Override
    public List<Object> turns() {
      return List.of(command.key());
    }

    @Override
    public InstanceKey instance() {
      return command.key();
    }
  }

  /**
   * A start.
   *
   * @param fresh whether the key was just drawn and cannot be in the store
   * @param settled who waits until the instance has settled, or null
   */
  record Start(
      EngineApi.StartRequest wanted,
      InstanceKey key,
      boolean fresh,
      CompletableFuture<Reply> future,
      @Nullable CompletableFuture<InstanceState> settled)
      implements Work {
    @Override
    public List<Object> turns() {
      Request request = request();
      return request == null ? List.of(key) : List.of(key, request.name());
    }

    @Override
    public @Nullable InstanceKey instance() {
      return fresh ? null : key;
    }

    @Override
    public @Nullable String definition() {
      return DefinitionRef.codeApp(wanted.definition()) == null ? wanted.definition() : null;
    }

    @Override
    public @Nullable Request request() {
      EngineApi.RequestId id = wanted.requestId();
      return id == null ? null : Request.ofStart(wanted.definition(), id);
    }
  }

  /**
   * The start of a code workflow, which may replace an instance.
   *
   * @param checked whether an instance that it replaces is known to have no active children
   */
  record StartCode(
      InstanceKey key, CodeStart start, boolean checked, CompletableFuture<Reply> future)
      implements OfInstance {}

  /** The start of a code workflow in the middle of another's run. */
  record StartForked(InstanceKey key, CodeFork seed, CompletableFuture<Reply> future)
      implements OfInstance {}

  /** Waits until an instance, which need not exist yet, has got so far. */
  record Await(
      InstanceKey key, CodeApi.Milestone milestone, CompletableFuture<InstanceState> future)
      implements OfInstance {}

  /** Asks for a state. */
  record Read(InstanceKey key, CompletableFuture<Optional<InstanceState>> future)
      implements OfInstance {}

  /** Waits until an instance that exists has got so far. */
  record AwaitKnown(
      InstanceKey key, CodeApi.Milestone milestone, CompletableFuture<InstanceState> future)
      implements OfInstance {}

  /**
   * Saves a definition.
   *
   * @param id the given one, or the one drawn for it
   */
  record Save(EngineApi.SaveDefinition wanted, String id, CompletableFuture<Reply> future)
      implements Work {
    @Override
    public List<Object> turns() {
      Request request = request();
      return request == null ? List.of(id) : List.of(id, request.name());
    }

    @Override
    public String definition() {
      return id;
    }

    @Override
    public @Nullable Request request() {
      EngineApi.RequestId request = wanted.requestId();
      return request == null
          ? null
          : new Request(wanted.id() == null ? "create" : "update:" + id, request);
    }
  }

  /** Removes a definition. */
  record Remove(String id, CompletableFuture<Reply> future) implements Work {
    @Override
    public List<Object> turns() {
      return List.of(id);
    }

    @Override
    public String definition() {
      return id;
    }
  }

  /** A committed message to an instance. */
  record Deliver(Rows.OutboxRow row, InstanceKey key, @Nullable String definition) implements Work {
    @Override
    public List<Object> turns() {
      return List.of(key, new Messages.Pair(row.source(), row.target()));
    }

    @Override
    public InstanceKey instance() {
      return key;
    }
  }

  /** A timer whose time has come. */
  record Fire(TimerHeap.Armed armed) implements Work {
    @Override
    public List<Object> turns() {
      return List.of(armed.row().key());
    }

    @Override
    public InstanceKey instance() {
      return armed.row().key();
    }
  }

  /** Asks for an instance that is set aside to go on. */
  record Release(InstanceKey key, CompletableFuture<Reply> future) implements Work {
    @Override
    public List<Object> turns() {
      return List.of(key);
    }
  }

  /** An instance that was set aside, with what was held for it. */
  record TakeUp(InstanceKey key, Quarantine.Released released, CompletableFuture<Reply> future)
      implements OfInstance {}

  /** An instance that waited for a slot and was called. */
  record Admit(InstanceKey key) implements OfInstance {}

  /** An instance that had open work when the server stopped. */
  record Recover(InstanceKey key) implements OfInstance {}

  /** An instance whose work for workers may have been left to the store. */
  record OfferAgain(InstanceKey key) implements OfInstance {}
}
