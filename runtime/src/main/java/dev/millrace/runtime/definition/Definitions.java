package dev.millrace.runtime.definition;

import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.graph.Graph;
import dev.millrace.engine.graph.GraphSource;
import dev.millrace.runtime.DefinitionFormat;
import dev.millrace.store.Rows;
import dev.millrace.store.Store;
import dev.millrace.store.query.Queries;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The compiled graph of each revision, compiled at first use and kept. Thread-safe. A revision that
 * was decided and is not yet committed is found too.
 */
public final class Definitions implements GraphSource {

  /** How many graphs are kept; beyond it all are forgotten and compiled again when needed. */
  private static final int KEPT = 2_000;

  private final Store store;
  private final Map<String, DefinitionFormat> formats;
  private final Map<DefinitionRef, Graph> graphs = new ConcurrentHashMap<>();
  private final Map<DefinitionRef, Rows.DefinitionRow> uncommitted = new ConcurrentHashMap<>();

  public Definitions(Store store, List<DefinitionFormat> formats) {
    this.store = store;
    this.formats =
        formats.stream().collect(Collectors.toMap(DefinitionFormat::name, Function.identity()));
  }

  @Override
  public Graph graph(DefinitionRef ref) {
    if (ref.isCode()) {
      return withoutNodes(ref);
    }
    Graph known = graphs.get(ref);
    if (known != null) {
      return known;
    }
    Graph compiled = compile(ref);
    if (graphs.size() >= KEPT) {
      graphs.clear();
    }
    graphs.put(ref, compiled);
    return compiled;
  }

  /** Whether {@link #graph} answers without reading the store. */
  public boolean ready(DefinitionRef ref) {
    return ref.isCode() || graphs.containsKey(ref);
  }

  /** What can be said of a workflow whose steps only its workers know: its name. */
  private static Graph withoutNodes(DefinitionRef ref) {
    Graph.Settings settings =
        new Graph.Settings(ref.workflow(), "", false, 0, "", "", null, null, Graph.Rules.DEFAULT);
    return new Graph(ref, Map.of(), List.of(), settings);
  }

  /** Why a document cannot be compiled, or null when it can. */
  public @Nullable String fault(String format, Object document) {
    DefinitionFormat compiler = formats.get(format);
    if (compiler == null) {
      return "expected a definition format of %s, found %s".formatted(formats.keySet(), format);
    }
    try {
      compiler.compile(new DefinitionRef("", 0), document);
      return null;
    } catch (IllegalArgumentException e) {
      return Objects.requireNonNullElse(e.getMessage(), "the document cannot be compiled");
    }
  }

  /** Makes a revision known before it is committed. */
  public void announce(Rows.DefinitionRow row) {
    uncommitted.put(row.ref(), row);
  }

  /** The store knows the revision now. */
  public void committed(DefinitionRef ref) {
    uncommitted.remove(ref);
  }

  private Graph compile(DefinitionRef ref) {
    Rows.DefinitionRow row = uncommitted.get(ref);
    if (row != null) {
      return format(row.format()).compile(ref, row.document());
    }
    Queries.DefinitionView view =
        store
            .queries()
            .pinnedDefinition(ref)
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "no revision %d of definition %s".formatted(ref.revision(), ref.id())));
    return format(view.format()).compile(ref, view.document());
  }

  private DefinitionFormat format(String name) {
    DefinitionFormat format = formats.get(name);
    if (format == null) {
      throw new IllegalArgumentException(
          "expected a definition format of %s, found %s".formatted(formats.keySet(), name));
    }
    return format;
  }
}
