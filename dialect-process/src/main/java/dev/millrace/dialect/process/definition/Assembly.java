package dev.millrace.dialect.process.definition;

import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.JsonValue;
import dev.millrace.engine.Slot;
import dev.millrace.engine.graph.Graph;
import dev.millrace.engine.graph.JoinPolicy;
import dev.millrace.engine.graph.Node;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Builds the engine's graph from a definition whose layout is known. */
final class Assembly {
  private static final long FAST_TIMEOUT_DEFAULT_MILLIS = 10_000;
  private static final long FAST_TIMEOUT_MAX_MILLIS = 300_000;

  private final ProcessDocument document;
  private final Layout layout;

  Assembly(ProcessDocument document, Layout layout) {
    this.document = document;
    this.layout = layout;
  }

  Graph graph(DefinitionRef ref) {
    Map<String, Node> nodes = new LinkedHashMap<>();
    for (int i = 0; i < layout.plans().size(); i++) {
      nodes.put(layout.id(i), node(i));
    }
    return new Graph(
        ref,
        Collections.unmodifiableMap(nodes),
        layout.roots().stream().map(layout::id).toList(),
        settings());
  }

  private Graph.Settings settings() {
    long timeout = Json.millis(document.get("timeout"));
    if (document.fast()) {
      timeout =
          timeout == 0 ? FAST_TIMEOUT_DEFAULT_MILLIS : Math.min(timeout, FAST_TIMEOUT_MAX_MILLIS);
    }
    Map<?, ?> extension = document.extension();
    int errorCatch = layout.errorCatch();
    return new Graph.Settings(
        document.text("name"),
        document.text("creator"),
        document.fast(),
        timeout,
        document.text("endTaskInstId"),
        errorCatch < 0 ? "" : layout.id(errorCatch),
        schema("inputDataSchema"),
        schema("outputDataSchema"),
        document.get("output"),
        new Graph.Rules(
            layout.processErrors().policy(),
            Json.text(extension, "siblingsOnError").equals("finish"),
            Json.integer(extension, "maxVisits", Graph.Rules.DEFAULT_MAX_VISITS),
            Json.text(extension, "loopLimit").equals("error"),
            concurrency(Json.object(extension, "concurrency"))),
        new Graph.Ends(
            null,
            Set.of(),
            false,
            Json.text(Json.object(extension, "onFailure"), "process").strip(),
            KeptTimes.of(extension)));
  }

  private @Nullable Object schema(String member) {
    Object schema = document.get(member);
    return Map.of().equals(schema) ? null : schema;
  }

  private static Graph.@Nullable Concurrency concurrency(Map<?, ?> extension) {
    int limit = Json.integer(extension, "limit", 0);
    if (limit < 1) {
      return null;
    }
    Slot.OnLimit onLimit =
        switch (Json.text(extension, "onLimit")) {
          case "reject" -> Slot.OnLimit.REJECT;
          case "skip" -> Slot.OnLimit.SKIP;
          case "cancelOldest" -> Slot.OnLimit.CANCEL_OLDEST;
          default -> Slot.OnLimit.QUEUE;
        };
    String key = Json.text(extension, "key");
    // As in conditions: without delimiters it is an expression as a whole.
    boolean delimited = key.contains("{{") || key.contains("{%");
    Object template = key.isBlank() ? null : delimited ? key : "{%" + key + "%}";
    return new Graph.Concurrency(limit, onLimit, template);
  }

  private Node node(int index) {
    TaskPlan plan = layout.plans().get(index);
    TaskDocument task = plan.task();
    return new Node(
        task.id(),
        task.text("name"),
        task.template(),
        parameters(task),
        plan.arrows().stream().map(Arrow::edge).toList(),
        plan.split(),
        layout.forks().opens(index),
        new Node.Policies(
            plan.errors().policy(),
            plan.loop(),
            join(index),
            task.text("compensate"),
            task.get("output"),
            task.timeoutMillis(),
            task.ignored(),
            pinned(task)),
        plan.body() == null ? Map.of() : Map.of("body", plan.body().to()));
  }

  private static Node.@Nullable Pinned pinned(TaskDocument task) {
    Map<?, ?> pinned = task.object("pinned");
    return pinned.containsKey("output") ? new Node.Pinned(pinned.get("output")) : null;
  }

  private static Map<String, Node.Parameter> parameters(TaskDocument task) {
    Map<String, Node.Parameter> parameters = new LinkedHashMap<>();
    for (Map.Entry<?, ?> entry : task.object("parameters").entrySet()) {
      String name = String.valueOf(entry.getKey());
      Object declared = entry.getValue();
      parameters.put(
          name,
          new Node.Parameter(
              task.parameterType(name),
              task.argument(name).value(),
              Json.flag(declared, "required"),
              Boolean.TRUE.equals(JsonValue.get(declared, "secret")),
              task.parameterBounds(name),
              JsonValue.get(declared, "label"),
              JsonValue.get(declared, "default")));
    }
    return Collections.unmodifiableMap(parameters);
  }

  private @Nullable JoinPolicy join(int index) {
    JoinSource source = layout.plans().get(index).join();
    if (source == null) {
      return null;
    }
    Forks forks = layout.forks();
    int fork = forks.fork(index);
    return new JoinPolicy(
        source.kind(),
        source.count(),
        source.of(),
        layout.incoming(index, source.strict()),
        source.strict(),
        source.cancelRest(),
        source.merge(),
        fork == Forks.ROOT ? "" : layout.id(fork),
        forks.closes(index),
        layout.upstream(index),
        source.timeoutMillis());
  }
}
