package dev.millrace.store.memory;

import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.JsonValue;
import dev.millrace.engine.ParentRef;
import dev.millrace.store.Rows;
import dev.millrace.store.query.Queries;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The questions, answered by looking at every row. */
final class MemoryQueries implements Queries {

  private final MemoryStore store;

  MemoryQueries(MemoryStore store) {
    this.store = store;
  }

  @Override
  public Optional<DefinitionView> definition(String id, int revision) {
    return store.locked(() ->
        revision == 0
            ? newest(id)
            : revision(id, revision).filter(found -> !found.removed()).map(MemoryQueries::view));
  }

  @Override
  public Optional<DefinitionView> pinnedDefinition(DefinitionRef ref) {
    return store.locked(() -> revision(ref.id(), ref.revision()).map(MemoryQueries::view));
  }

  @Override
  public Optional<DefinitionView> definitionByNumber(long number) {
    return store.locked(
        () -> newest().stream().filter(view -> view.number() == number).findFirst());
  }

  @Override
  public Page<DefinitionView> definitions(DefinitionFilter filter, int limit, int offset) {
    return store.locked(() -> {
      List<DefinitionView> all =
          newest().stream()
              .filter(view -> view.name().contains(filter.name()))
              .filter(view -> filter.enabled() == null || filter.enabled() == view.enabled())
              .toList();
      return page(all, limit, offset);
    });
  }

  @Override
  public List<DefinitionView> versions(String id) {
    return store.locked(() ->
        revisions(id).stream()
            .filter(revision -> !revision.removed())
            .map(MemoryQueries::view)
            .sorted(Comparator.comparingInt(view -> -view.ref().revision()))
            .limit(PAGE_MAX)
            .toList());
  }

  @Override
  public InstancePage instances(InstanceFilter filter, int limit, @Nullable Long beforeId) {
    return store.locked(() -> {
      List<InstanceView> all =
          store.tables().instances.values().stream()
              .map(this::view)
              .filter(view -> matches(filter, view))
              .filter(view -> filter.metadata().isEmpty() || described(view, filter.metadata()))
              .filter(view ->
                  !filter.quarantined() || store.tables().quarantined.containsKey(view.key()))
              .sorted(Comparator.comparingLong(view -> -view.id()))
              .toList();
      List<InstanceView> rest =
          all.stream().filter(view -> beforeId == null || view.id() < beforeId).toList();
      List<InstanceView> rows = page(rest, limit, 0).rows();
      boolean more = rest.size() > rows.size() && !rows.isEmpty();
      return new InstancePage(rows, all.size(), more ? rows.getLast().id() : null);
    });
  }

  @Override
  public List<InstanceKey> keys(KeyFilter filter, @Nullable String after, int limit) {
    return store.locked(() ->
        store.tables().instances.values().stream()
            .map(Rows.InstanceRow::state)
            .filter(state -> matches(filter, state))
            .map(state -> state.header().key())
            .filter(key -> after == null || Tables.TEXT.compare(key.uid(), after) > 0)
            .limit(Math.min(limit, PAGE_MAX))
            .toList());
  }

  private boolean described(InstanceView view, Map<String, String> wanted) {
    Object document =
        revision(view.definition().id(), view.definition().revision())
            .map(found -> view(found).document())
            .orElse(null);
    return JsonValue.get(document, "metadata") instanceof Map<?, ?> metadata
        && wanted.entrySet().stream()
            .allMatch(want -> want.getValue().equals(word(metadata.get(want.getKey()))));
  }

  private static @Nullable String word(@Nullable Object value) {
    return switch (value) {
      case String text -> text;
      case Long number -> number.toString();
      case Boolean flag -> flag.toString();
      case null, default -> null;
    };
  }

  private static boolean matches(KeyFilter filter, InstanceState state) {
    InstanceState.Header header = state.header();
    ParentRef parent = header.parent();
    Instant from = filter.span().from();
    Instant to = filter.span().to();
    return header.key().namespace().equals(filter.namespace())
        && header.key().uid().startsWith(filter.prefix())
        && (filter.definitions().isEmpty()
            || filter.definitions().contains(header.definition().id()))
        && (filter.statuses().isEmpty() || filter.statuses().contains(state.life().status()))
        && (filter.parent().isEmpty()
            || (parent != null && filter.parent().equals(parent.key().uid())))
        && (from == null || !header.startedAt().isBefore(from))
        && (to == null || header.startedAt().isBefore(to));
  }

  private static boolean matches(InstanceFilter filter, InstanceView view) {
    return (filter.definitionId().isEmpty() || filter.definitionId().equals(view.definition().id()))
        && (filter.statuses().isEmpty() || filter.statuses().contains(view.status()))
        && (filter.executor().isEmpty() || filter.executor().equals(view.executor()))
        && (filter.from() == null || !view.startAt().isBefore(filter.from()))
        && (filter.to() == null || view.startAt().isBefore(filter.to()));
  }

  @Override
  public long liveInstances(String definitionId) {
    return store.locked(() ->
        store.tables().instances.values().stream()
            .map(Rows.InstanceRow::state)
            .filter(state -> state.header().definition().id().equals(definitionId))
            .filter(state -> !state.life().status().terminal())
            .count());
  }

  @Override
  public Page<HumanTaskView> humanTasks(String user, int limit, int offset) {
    return store.locked(() -> {
      List<HumanTaskView> all =
          store.tables().humanTasks.values().stream()
              .filter(work -> work.row().task().user().equals(user))
              .filter(work -> work.row().task().state().open())
              .map(MemoryQueries::view)
              .sorted(
                  Comparator.comparing(HumanTaskView::createdAt)
                      .thenComparing(view -> view.task().id(), Tables.TEXT))
              .toList();
      return page(all, limit, offset);
    });
  }

  @Override
  public Optional<HumanTaskView> humanTask(String taskId) {
    return store.locked(
        () -> Optional.ofNullable(store.tables().humanTasks.get(taskId)).map(MemoryQueries::view));
  }

  @Override
  public Optional<QuarantineView> quarantine(InstanceKey key) {
    return store.locked(() ->
        Optional.ofNullable(store.tables().quarantined.get(key))
            .map(row -> new QuarantineView(row.cause(), row.at())));
  }

  @Override
  public Optional<HumanTaskView> humanTask(long number) {
    return store.locked(() ->
        store.tables().humanTasks.values().stream()
            .filter(work -> work.number() == number)
            .findFirst()
            .map(MemoryQueries::view));
  }

  @Override
  public Optional<InstanceKey> byExecution(String executionUid) {
    return store.locked(() ->
        store.tables().instances.values().stream()
            .filter(row -> row.state().life().executionUid().equals(executionUid))
            .map(Rows.InstanceRow::key)
            .findFirst());
  }

  @Override
  public List<NumberedEvent> history(InstanceKey key, long afterSeq, int limit) {
    return store.locked(
        () -> store.numbered(key, afterSeq).stream().limit(Math.min(limit, PAGE_MAX)).toList());
  }

  private Collection<Tables.Revision> revisions(String id) {
    return store.tables().definitions.getOrDefault(id, new TreeMap<>()).values();
  }

  private Optional<Tables.Revision> revision(String id, int revision) {
    return revisions(id).stream()
        .filter(found -> found.row().ref().revision() == revision)
        .findFirst();
  }

  private Optional<DefinitionView> newest(String id) {
    return revisions(id).stream()
        .filter(revision -> !revision.removed())
        .max(Comparator.comparingInt(revision -> revision.row().ref().revision()))
        .map(MemoryQueries::view);
  }

  private List<DefinitionView> newest() {
    return store.tables().definitions.keySet().stream()
        .flatMap(id -> newest(id).stream())
        .sorted(Comparator.comparingLong(DefinitionView::number))
        .toList();
  }

  private static <T> Page<T> page(List<T> all, int limit, int offset) {
    return new Page<>(
        all.stream().skip(offset).limit(Math.min(limit, PAGE_MAX)).toList(), all.size());
  }

  private static DefinitionView view(Tables.Revision revision) {
    Rows.DefinitionRow row = revision.row();
    return new DefinitionView(
        row.ref(),
        row.number(),
        row.format(),
        row.name(),
        row.owner(),
        row.enabled(),
        row.document(),
        row.createdAt());
  }

  private static HumanTaskView view(Tables.Work work) {
    Rows.HumanTaskRow row = work.row();
    return new HumanTaskView(
        work.number(),
        row.key(),
        row.runId(),
        row.nodeId(),
        row.title(),
        row.content(),
        work.createdAt(),
        row.task());
  }

  private InstanceView view(Rows.InstanceRow row) {
    InstanceState state = row.state();
    InstanceState.Header header = state.header();
    DefinitionRef definition = header.definition();
    String name =
        revision(definition.id(), definition.revision())
            .map(found -> found.row().name())
            .orElse(definition.isCode() ? definition.workflow() : "");
    return new InstanceView(
        header.key(),
        header.id(),
        definition,
        name,
        header.origin().executor(),
        state.life().status(),
        state.life().reason(),
        state.incident(),
        header.startedAt(),
        state.life().endedAt());
  }
}
