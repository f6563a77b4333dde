package dev.millrace.runtime;

import dev.millrace.engine.Command;
import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.Reply;
import dev.millrace.engine.graph.Graph;
import dev.millrace.store.query.Queries;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The one door to the engine. Thread-safe. A future completes after the commit that made its answer
 * durable; it completes exceptionally with {@link EngineUnavailableException} when the server is
 * draining, fenced or broken, and then the command may or may not have been applied.
 */
public interface EngineApi {

  /** Sends a command to an existing instance. */
  CompletableFuture<Reply> submit(Command command);

  /**
   * Starts an instance; the reply's value is {@code {"uid": text, "id": number}}.
   *
   * @see StartRequest
   */
  CompletableFuture<Reply> start(StartRequest request);

  /**
   * Runs an instance again. A failed one of a definition goes on; one of a workflow written as code
   * that has ended begins as another one in the middle of its run. A value {@code {"uid": text}} in
   * the reply names that other one.
   *
   * @param from the task to run again from, or the number of the activity, timer or child; empty
   *     for what failed
   */
  default CompletableFuture<Reply> rerun(InstanceKey key, String from) {
    return submit(new Command.RerunInstance(key, from, Map.of(), Map.of()));
  }

  /** The committed state of an instance, every acknowledged write included. */
  CompletableFuture<Optional<InstanceState>> instance(InstanceKey key);

  /** Completes with the state once the instance has ended; at once if it has. */
  CompletableFuture<InstanceState> whenEnded(InstanceKey key);

  /**
   * Lets an instance go on that was set aside after an internal error: it is read from the store
   * again, and what was held for it is delivered. Refused when it is not set aside, or is at once
   * set aside again.
   */
  CompletableFuture<Reply> release(InstanceKey key);

  /**
   * Completes with the state once the instance has ended or waits only for what comes from outside:
   * time, persons, events, children, work in the background; at once if it does. Activities that
   * are tried again are waited for.
   */
  CompletableFuture<InstanceState> whenSettled(InstanceKey key);

  /**
   * Starts an instance and waits until it has settled, as {@link #whenSettled} says. Answers also
   * for instances that leave no row behind. Not for requests with an id.
   */
  CompletableFuture<Ran> run(StartRequest request);

  /**
   * What a start came to.
   *
   * @param state as it was when the instance had settled; null when the start was refused
   */
  record Ran(Reply reply, @Nullable InstanceState state) {}

  /**
   * Stores a definition: a new one, or a new revision of an existing one. The reply's value is
   * {@code {"id": text, "revision": number}}.
   */
  CompletableFuture<Reply> saveDefinition(SaveDefinition request);

  /** Removes a definition for new starts; running instances keep their revision. */
  CompletableFuture<Reply> removeDefinition(String id);

  /**
   * The compiled graph of a revision.
   *
   * @throws IllegalArgumentException when it does not exist
   */
  Graph graph(DefinitionRef ref);

  /** Lists and searches. */
  Queries queries();

  /**
   * What to start.
   *
   * @param key the instance's name, or null to have a snowflake drawn, in the namespace of the
   *     application where a workflow written as code is started
   * @param definition the definition's id, or {@code code:APP/NAME} for a workflow that the
   *     application's workers hold as code
   * @param revision 0 for the newest
   * @param input plain JSON; refused where it does not fit the definition, whose defaults it gets
   * @param requestId makes repeats harmless for 24 h; null for none
   */
  record StartRequest(
      @Nullable InstanceKey key,
      String definition,
      int revision,
      @Nullable Object input,
      Command.Origin origin,
      @Nullable RequestId requestId) {}

  /**
   * What the start under a request was answered, while that is remembered: whatever has become of
   * the definition since, a repeated start is not refused.
   *
   * @return a rejection when that start had another body; empty when there was none
   */
  Optional<Reply> answered(String definition, RequestId request);

  /**
   * Names a request for idempotency.
   *
   * @param hash of the body; the same key with another hash is a conflict
   */
  record RequestId(String key, String hash) {}

  /**
   * What to store.
   *
   * @param id null for a new definition, which is given an id
   * @param expectedRevision refuse unless this is the newest; 0 to not check
   * @param create whether an id that there is no definition of yet becomes one; not for the id of a
   *     definition that was removed
   */
  record SaveDefinition(
      @Nullable String id,
      int expectedRevision,
      String format,
      Described described,
      Object document,
      @Nullable RequestId requestId,
      boolean create) {

    /** A new definition, or a new revision of one that exists. */
    public SaveDefinition(
        @Nullable String id,
        int expectedRevision,
        String format,
        Described described,
        Object document,
        @Nullable RequestId requestId) {
      this(id, expectedRevision, format, described, document, requestId, false);
    }
  }

  /** What lists show of a definition. */
  record Described(String name, String owner, boolean enabled) {}
}
