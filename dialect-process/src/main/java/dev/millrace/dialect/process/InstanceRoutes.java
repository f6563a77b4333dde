package dev.millrace.dialect.process;

import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.runtime.worker.Workers;
import dev.millrace.store.query.Queries.InstanceFilter;
import dev.millrace.store.query.Queries.InstancePage;
import dev.millrace.store.query.Queries.NumberedEvent;
import dev.millrace.transport.Problem;
import dev.millrace.transport.Request;
import dev.millrace.transport.Response;
import dev.millrace.transport.Routes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads of instances: whole, one task, search, history, what they wait for, variables. */
final class InstanceRoutes {
  private static final String METADATA = "metadata.";

  /** So that a query stays short. */
  private static final int METADATA_MAX = 10;

  private final EngineCalls calls;
  private final Workers workers;
  private final Times times;

  InstanceRoutes(EngineCalls calls, Workers workers, Times times) {
    this.calls = calls;
    this.workers = workers;
    this.times = times;
  }

  void register(Routes.Builder routes) {
    routes
        .route("GET", "/api/processInst/{id}", this::read)
        .route("GET", "/api/processInst/{id}/{taskId}", this::readTask)
        .route("GET", "/api/processInsts", this::search)
        .route("GET", "/api/processInst/{id}/actions/history", this::history)
        .route("GET", "/api/processInst/{id}/actions/explain", this::explain)
        .route("GET", "/api/processInst/{id}/actions/variables", this::variables);
  }

  private Response read(Request request) throws InterruptedException {
    InstanceState state = calls.state(EngineCalls.key(request));
    return Answers.bare(InstanceAnswer.instance(state, calls.definitionOf(state)));
  }

  private Response readTask(Request request) throws InterruptedException {
    InstanceState state = calls.state(EngineCalls.key(request));
    String taskId = request.pathParameter("taskId");
    Map<String, @Nullable Object> task =
        InstanceAnswer.task(state, calls.definitionOf(state), taskId);
    if (task == null) {
      throw Problem.notFound(
          "process instance %s has no task %s".formatted(state.header().key(), taskId));
    }
    return Answers.bare(task);
  }

  private Response search(Request request) {
    Paging paging = Paging.of(request);
    InstanceFilter filter =
        new InstanceFilter(
            Parameters.text(request, "procId"),
            StatusView.statuses(Parameters.text(request, "status")),
            Parameters.text(request, "executor"),
            times.parameter(request, "from"),
            times.parameter(request, "to"),
            Parameters.flag(request, "quarantined"),
            metadata(request));
    InstancePage page = calls.queries().instances(filter, paging.limit(), paging.cursor());
    return Answers.page(
        page.rows().stream().map(InstanceAnswer::row).toList(), page.total(), page.next());
  }

  /** The members of the definition's metadata that are asked for, as {@code metadata.email=…}. */
  private static Map<String, String> metadata(Request request) {
    Map<String, String> wanted = new LinkedHashMap<>();
    for (String parameter : request.query().keySet()) {
      if (parameter.startsWith(METADATA)) {
        String name = parameter.substring(METADATA.length());
        if (name.isEmpty() || wanted.size() == METADATA_MAX) {
          throw Parameters.invalid(
              "expected at most %d filters metadata.NAME, found %s"
                  .formatted(METADATA_MAX, Parameters.shown(parameter)));
        }
        wanted.put(name, Parameters.text(request, parameter));
      }
    }
    return wanted;
  }

  private Response history(Request request) throws InterruptedException {
    Paging paging = Paging.of(request);
    InstanceKey key = EngineCalls.key(request);
    InstanceState state = calls.state(key);
    long after = paging.cursor() == null ? 0 : paging.cursor();
    List<NumberedEvent> events = calls.queries().history(key, after, paging.limit());
    boolean more =
        events.size() == paging.limit() && events.getLast().seq() < state.life().eventCount();
    return Answers.page(
        events.stream().map(HistoryAnswer::of).toList(),
        state.life().eventCount(),
        more ? events.getLast().seq() : null);
  }

  private Response explain(Request request) throws InterruptedException {
    InstanceKey key = EngineCalls.key(request);
    Map<String, @Nullable Object> explained = Explanation.of(calls.state(key), workers);
    explained.put(
        "quarantine", calls.queries().quarantine(key).map(Explanation::quarantine).orElse(null));
    return Answers.wrapped(explained);
  }

  private Response variables(Request request) throws InterruptedException {
    return Answers.bare(calls.state(EngineCalls.key(request)).graph().variables());
  }
}
