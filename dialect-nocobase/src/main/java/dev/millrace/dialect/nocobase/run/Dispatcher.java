package dev.millrace.dialect.nocobase.run;

import dev.millrace.data.Database;
import dev.millrace.data.Query;
import dev.millrace.dialect.nocobase.catalog.SystemCollections;
import dev.millrace.engine.Command;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.JsonValue;
import dev.millrace.engine.Reason;
import dev.millrace.engine.Reply;
import dev.millrace.runtime.EngineApi;
import dev.millrace.store.query.Queries;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Starts executions: makes sure that the engine has the document of the version, and starts an
 * instance whose uid is the key of the event. Thread-safe.
 */
public final class Dispatcher {
  /** The name of the definition format. */
  public static final String FORMAT = "nocobase";

  private static final String APPLICATION = "nocobase";

  private final Calls calls;
  private final Database database;
  private final Versions versions;
  private final Counters counters;
  private final Duration patience;
  private final Map<Long, Saved> saved = new ConcurrentHashMap<>();

  /** A document and the revision that it is. */
  private record Saved(Map<String, @Nullable Object> document, int revision) {}

  /** What became of an event. */
  public sealed interface Outcome {
    /** It started an execution, or one with its key was there before. */
    record Started(InstanceKey key) implements Outcome {}

    /** It will never start one. */
    record Refused(String why) implements Outcome {}
  }

  /**
   * A dispatcher.
   *
   * @param patience how long an answer may wait for an execution to settle
   */
  public Dispatcher(
      Calls calls, Database database, Versions versions, Counters counters, Duration patience) {
    this.calls = calls;
    this.database = database;
    this.versions = versions;
    this.counters = counters;
    this.patience = patience;
  }

  /** How long an answer may wait for an execution to settle. */
  public Duration patience() {
    return patience;
  }

  /** Whether an event would make a workflow follow from itself too often. */
  public boolean tooDeep(Version version, List<Long> stack) {
    if (stack.isEmpty()) {
      return false;
    }
    long occurrences =
        database
            .records(SystemCollections.EXECUTIONS)
            .count(Query.where(Map.of("workflowId", version.id())).keys(stack));
    return occurrences >= version.stackLimit();
  }

  /**
   * Starts an execution; the future completes once it is durable.
   *
   * @throws InterruptedException while the engine is told of the version
   */
  public CompletableFuture<Outcome> start(Event event) throws InterruptedException {
    return calls
        .engine()
        .start(request(event, false, null))
        .thenApply(reply -> outcome(event, reply, false));
  }

  private EngineApi.StartRequest request(Event event, boolean waited, @Nullable String transaction)
      throws InterruptedException {
    Map<String, @Nullable Object> labels = event.labels(waited);
    if (transaction != null) {
      labels.put("transaction", transaction);
    }
    Version version = event.version();
    prepareCalled(version, new HashSet<>(Set.of(version.key())));
    int revision = revision(version);
    return new EngineApi.StartRequest(
        InstanceKey.of(event.key()),
        version.definitionId(),
        revision,
        JsonValue.of(event.context()),
        new Command.Origin(
            event.userId() == null ? "" : Long.toString(event.userId()),
            APPLICATION,
            false,
            labels,
            event.trace()),
        leavesNoTrace(version) ? new EngineApi.RequestId(event.key(), version.key()) : null);
  }

  /** Whether executions may be gone by the time that their event is looked at again. */
  private static boolean leavesNoTrace(Version version) {
    return version.options().get("deleteExecutionOnStatus") instanceof List<?> ends
        && !ends.isEmpty();
  }

  private static long id(Reply.Accepted accepted) {
    return JsonValue.get(accepted.value(), "id") instanceof Number number ? number.longValue() : 0;
  }

  private Outcome outcome(Event event, Reply reply, boolean within) {
    return switch (reply) {
      case Reply.Accepted accepted -> {
        if (within) {
          counters.executedWithin(event.version(), id(accepted));
        } else {
          counters.executed(event.version(), id(accepted));
        }
        yield new Outcome.Started(InstanceKey.of(event.key()));
      }
      case Reply.Rejected rejected when rejected.reason() == Reason.ALREADY_EXISTS ->
          new Outcome.Started(InstanceKey.of(event.key()));
      case Reply.Rejected rejected
          when rejected.reason() == Reason.BUSY || rejected.reason() == Reason.RATE_LIMITED ->
          throw Calls.problem(rejected);
      case Reply.Rejected rejected -> new Outcome.Refused(rejected.message());
    };
  }

  /**
   * Starts an execution and waits until it has ended or waits for something outside.
   *
   * @return empty when it could not be started
   */
  public Optional<Execution> run(Event event) throws InterruptedException {
    if (tooDeep(event.version(), event.stack())) {
      return Optional.empty();
    }
    InstanceKey key = InstanceKey.of(event.key());
    Optional<InstanceState> state;
    try {
      EngineApi.Ran ran = Calls.await(calls.engine().run(request(event, true, null)), patience);
      if (!(outcome(event, ran.reply(), false) instanceof Outcome.Started)) {
        return Optional.empty();
      }
      state = Optional.ofNullable(ran.state());
    } catch (TimeoutException e) {
      state = calls.state(key);
      state.ifPresent(its -> counters.executed(event.version(), its.header().id()));
    }
    return state.map(
        its -> new Execution(event.version(), versions.document(event.version()), its));
  }

  /**
   * Starts an execution whose record nodes work in an open transaction; the future completes when
   * it has ended or waits for something outside, empty when it could not be started. Writes nothing
   * itself, for the caller may hold the transaction.
   *
   * @param transaction its name
   */
  public CompletableFuture<Optional<Execution>> runWithin(Event event, String transaction)
      throws InterruptedException {
    if (tooDeep(event.version(), event.stack())) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    Map<String, @Nullable Object> document = versions.document(event.version());
    return calls
        .engine()
        .run(request(event, true, transaction))
        .thenApply(ran ->
            outcome(event, ran.reply(), true) instanceof Outcome.Started
                ? Optional.ofNullable(ran.state())
                    .map(its -> new Execution(event.version(), document, its))
                : Optional.empty());
  }

  /** The revision whose document is that of a version; saved when there is none yet. */
  private int revision(Version version) throws InterruptedException {
    Map<String, @Nullable Object> document = versions.document(version);
    Saved known = saved.get(version.id());
    if (known != null && known.document.equals(document)) {
      return known.revision;
    }
    synchronized (saved) {
      int revision = 0;
      for (Queries.DefinitionView view :
          calls.engine().queries().versions(version.definitionId())) {
        if (document.equals(view.document())) {
          revision = view.ref().revision();
          break;
        }
      }
      if (revision == 0) {
        revision = save(version, document, version.enabled());
        // Whoever starts the workflow by its id still gets the version that is enabled.
        Optional<Version> enabled = versions.enabled(version.key());
        if (enabled.isPresent() && enabled.get().id() != version.id()) {
          publish(enabled.get());
        }
      }
      saved.put(version.id(), new Saved(document, revision));
      return revision;
    }
  }

  /**
   * Makes what the version calls startable as it is now: a workflow that is called need not be
   * enabled, nor have run before.
   */
  private void prepareCalled(Version version, Set<String> seen) throws InterruptedException {
    for (String key : versions.called(version)) {
      Optional<Version> called = seen.add(key) ? versions.current(key) : Optional.empty();
      if (called.isPresent()) {
        prepareCalled(called.get(), seen);
        makeNewest(called.get(), called.get().enabled());
      }
    }
  }

  private int save(Version version, Object document, boolean enabled) throws InterruptedException {
    Object value =
        Calls.accepted(
            Calls.await(
                calls
                    .engine()
                    .saveDefinition(
                        new EngineApi.SaveDefinition(
                            version.definitionId(),
                            0,
                            FORMAT,
                            new EngineApi.Described(version.title(), "", enabled),
                            document,
                            null,
                            true))));
    return JsonValue.get(value, "revision") instanceof Number number ? number.intValue() : 0;
  }

  /**
   * Makes a version's document the newest revision, so that who starts the definition by its id
   * runs this version.
   */
  public void publish(Version version) throws InterruptedException {
    makeNewest(version, true);
  }

  /** A revision that is the newest and enabled already stays enabled. */
  private void makeNewest(Version version, boolean enabled) throws InterruptedException {
    Map<String, @Nullable Object> document = versions.document(version);
    synchronized (saved) {
      Optional<Queries.DefinitionView> newest =
          calls.engine().queries().definition(version.definitionId(), 0);
      if (newest.isEmpty()
          || (enabled && !newest.get().enabled())
          || !document.equals(newest.get().document())) {
        saved.put(version.id(), new Saved(document, save(version, document, enabled)));
      }
    }
  }

  /** A version was disabled: unless another of its workflow is enabled, its id starts nothing. */
  public void unpublish(Version version) throws InterruptedException {
    Optional<Queries.DefinitionView> newest =
        calls.engine().queries().definition(version.definitionId(), 0);
    if (newest.isPresent() && newest.get().enabled() && versions.enabled(version.key()).isEmpty()) {
      save(version, newest.get().document(), false);
    }
  }

  /** Takes a workflow that is gone out of what can be started; its executions go on. */
  public void withdraw(String definitionId) throws InterruptedException {
    Calls.await(calls.engine().removeDefinition(definitionId));
  }
}
