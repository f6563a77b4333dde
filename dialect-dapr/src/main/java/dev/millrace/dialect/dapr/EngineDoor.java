package dev.millrace.dialect.dapr;

import dev.millrace.dialect.dapr.wire.GraphHistory;
import dev.millrace.engine.Command;
import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.JsonValue;
import dev.millrace.engine.Reason;
import dev.millrace.engine.Reply;
import dev.millrace.engine.Status;
import dev.millrace.engine.code.CodeEvent;
import dev.millrace.engine.code.CodeStart;
import dev.millrace.engine.graph.Graph;
import dev.millrace.runtime.CodeApi;
import dev.millrace.runtime.CodeApi.Milestone;
import dev.millrace.runtime.CodeApi.RerunRequest;
import dev.millrace.runtime.EngineApi;
import dev.millrace.runtime.worker.Payloads;
import dev.millrace.runtime.worker.Workers;
import dev.millrace.store.query.Queries;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The calls that both APIs make of the engine. Nothing here waits. */
final class EngineDoor {
  /** A busy worker may take longer for a first turn; the start is durable before that anyway. */
  private static final Duration START_PATIENCE = Duration.ofSeconds(10);

  /** Events of a process instance that one answer holds. */
  private static final int MAX_EVENTS = 20_000;

  private final EngineApi engine;
  private final CodeApi code;

  EngineDoor(EngineApi engine, CodeApi code) {
    this.engine = engine;
    this.code = code;
  }

  Queries queries() {
    return engine.queries();
  }

  Graph graph(DefinitionRef ref) {
    return engine.graph(ref);
  }

  Workers workers() {
    return code.workers();
  }

  CompletableFuture<Optional<InstanceState>> instance(InstanceKey key) {
    return engine.instance(key);
  }

  /**
   * What happened to an instance, as this API tells it. May wait for the store.
   *
   * @throws DaprProblem when it is more than one answer holds
   */
  List<CodeEvent> history(InstanceState state) {
    if (state.code() != null) {
      return state.code().history();
    }
    InstanceKey key = state.header().key();
    List<HistoryEvent> events = new ArrayList<>();
    long last = 0;
    List<Queries.NumberedEvent> page;
    do {
      page = queries().history(key, last, Queries.PAGE_MAX);
      page.forEach(numbered -> events.add(numbered.event()));
      last = page.isEmpty() ? last : page.getLast().seq();
      if (events.size() > MAX_EVENTS) {
        throw DaprProblem.invalid(
            "ERR_GET_WORKFLOW",
            "expected a history of at most %d events, found more; GET /api/processInst/%s/history has pages"
                .formatted(MAX_EVENTS, key.uid()));
      }
    } while (page.size() == Queries.PAGE_MAX);
    return GraphHistory.of(state, events);
  }

  /**
   * Sends a command. An instance of the process API that is already as the command wants it, or has
   * ended, is answered as a code workflow is: nothing happens, and that is well.
   */
  CompletableFuture<Reply> submit(Command command) {
    return engine
        .submit(command)
        .thenCompose(reply ->
            reply instanceof Reply.Rejected rejected && rejected.reason() == Reason.INVALID_STATE
                ? engine
                    .instance(command.key())
                    .thenApply(found -> found.filter(its -> settled(its, command)).isPresent())
                    .thenApply(settled -> settled ? Reply.OK : reply)
                : CompletableFuture.completedFuture(reply));
  }

  private static boolean settled(InstanceState state, Command command) {
    Status status = state.life().status();
    return state.code() == null
        && (status.terminal()
            || (command instanceof Command.SuspendInstance && status == Status.SUSPENDED)
            || (command instanceof Command.ResumeInstance && status == Status.RUNNING));
  }

  /** Starts a workflow written as code, or the definition that its name stands for. */
  CompletableFuture<Reply> start(InstanceKey key, CodeStart start) {
    return start(key, start, null);
  }

  /**
   * The same.
   *
   * @param call the name of the call that asks, which then has a span of its own; null for none
   */
  CompletableFuture<Reply> start(InstanceKey key, CodeStart start, @Nullable String call) {
    String definition = DefinitionRef.definitionNamed(start.name());
    if (definition != null) {
      return startDefinition(key, definition, start);
    }
    StartSpans spans = StartSpans.of(code.tracing(), key, start, call);
    return spans == null
        ? code.startCode(key, start)
        : code.startCode(key, start.traced(spans.below())).whenComplete(spans::end);
  }

  private CompletableFuture<Reply> startDefinition(
      InstanceKey key, String definition, CodeStart start) {
    if (start.scheduledAt() != null) {
      return CompletableFuture.completedFuture(
          Reply.Rejected.of(
              Reason.INVALID_INPUT,
              "expected no start time for %s, found one; only workflows written as code wait for theirs"
                  .formatted(start.name())));
    }
    String input = start.input();
    return engine.start(
        new EngineApi.StartRequest(
            key,
            definition,
            0,
            input == null || input.isEmpty() ? null : Payloads.plain(input),
            new Command.Origin("", "dapr", false).traced(start.trace()),
            null));
  }

  CompletableFuture<InstanceState> when(InstanceKey key, Milestone milestone) {
    return code.when(key, milestone);
  }

  CompletableFuture<Reply> purge(InstanceKey key, boolean recursive, boolean force) {
    return code.purge(key, recursive, force);
  }

  CompletableFuture<Reply> rerun(InstanceKey key, String from) {
    return engine.rerun(key, from);
  }

  CompletableFuture<Reply> rerun(RerunRequest request) {
    return code.rerun(request);
  }

  /**
   * Completes once an instance has had its first turn, with a worker that can give it one; at once
   * without a worker, and after some seconds in any case.
   */
  CompletableFuture<Void> begun(InstanceKey key) {
    if (code.workers().connected(key.namespace()) == 0) {
      return CompletableFuture.completedFuture(null);
    }
    CompletableFuture<InstanceState> started = code.when(key, Milestone.STARTED);
    CompletableFuture<Void> answer =
        started
            .thenAccept(state -> {})
            .completeOnTimeout(null, START_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    return answer.whenComplete((done, failure) -> started.cancel(false));
  }

  /** The id in a reply that names an instance. */
  static String uid(Reply.Accepted reply) {
    return JsonValue.text(reply.value(), "uid", "");
  }

  /** How many instances a purge removed. */
  static int purged(Reply.Accepted reply) {
    return reply.value() instanceof java.util.Map<?, ?> map
            && map.get("purged") instanceof Number count
        ? count.intValue()
        : 0;
  }
}
