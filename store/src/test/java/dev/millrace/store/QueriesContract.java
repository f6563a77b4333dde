package dev.millrace.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.EndReason;
import dev.millrace.engine.HumanTask;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.Status;
import dev.millrace.store.query.Queries;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What every store must answer to the questions of dialects; extends the contract of commits. */
public abstract class QueriesContract extends StoreContract {

  @Test
  void shouldFindRevisionsOfDefinitions() {
    Batch batch = next();
    batch.definitions.add(States.definition("proc-1", 1, 7, "old"));
    batch.definitions.add(States.definition("proc-1", 2, 7, "new"));
    batch.definitions.add(States.definition("proc-2", 1, 8, "Other"));
    commit(batch);
    Queries queries = store.queries();
    assertThat(queries.definition("proc-1", 0).orElseThrow().name()).isEqualTo("new");
    assertThat(queries.definition("proc-1", 1).orElseThrow().name()).isEqualTo("old");
    assertThat(queries.definition("proc-1", 3)).isEmpty();
    assertThat(queries.definitionByNumber(7).orElseThrow().ref().revision()).isEqualTo(2);
    assertThat(queries.versions("proc-1"))
        .extracting(view -> view.ref().revision())
        .containsExactly(2, 1);
    assertThat(queries.definition("proc-1", 2).orElseThrow().document())
        .isEqualTo(States.definition("proc-1", 2, 7, "new").document());
    assertThat(store.maxDefinitionNumber()).isEqualTo(8);
  }

  @Test
  void shouldListWhatOutlivedTheTimeOfItsOwnDefinition() {
    Instant end = States.START.plusMillis(1_500);
    Instant[] until = {end.plusMillis(9), end.plusMillis(5), end.plusMillis(5), Rows.FOREVER};
    Batch batch = next();
    for (int id = 1; id <= until.length; id++) {
      InstanceState state =
          States.state(InstanceKey.of("i" + id), id, Status.FAILED, EndReason.NONE, 1);
      batch.instances.add(new Rows.InstanceRow(0, state, "admin", 0, until[id - 1]));
    }
    commit(batch);
    assertThat(store.outlived(end.plusMillis(5), null, 10)).isEmpty();
    List<Rows.EndedRow> page = store.outlived(end.plusMillis(6), null, 1);
    assertThat(page)
        .containsExactly(
            new Rows.EndedRow(
                InstanceKey.of("i2"), 2, Status.FAILED, end, 1, false, end.plusMillis(5)));
    assertThat(store.outlived(end.plusMillis(10), page.getFirst(), 10))
        .extracting(Rows.EndedRow::id)
        .containsExactly(3L, 1L);
    assertThat(store.ended("default", Status.FAILED, end.plusMillis(10), null, 10)).isEmpty();
  }

  @Test
  void shouldHideRemovedDefinitionsFromAllButTheirInstances() {
    Batch batch = next();
    batch.definitions.add(States.definition("proc-1", 1, 7, "old"));
    batch.definitions.add(States.definition("proc-2", 1, 8, "Other"));
    commit(batch);
    Batch second = next();
    second.definitionsRemoved.add("proc-1");
    second.definitionsRemoved.add("proc-unknown");
    commit(second);
    Queries queries = store.queries();
    assertThat(queries.definition("proc-1", 0)).isEmpty();
    assertThat(queries.definition("proc-1", 1)).isEmpty();
    assertThat(queries.definitionByNumber(7)).isEmpty();
    assertThat(queries.versions("proc-1")).isEmpty();
    assertThat(queries.pinnedDefinition(new DefinitionRef("proc-1", 1))).isPresent();
    assertThat(queries.definitions(new Queries.DefinitionFilter("", null), 10, 0).rows())
        .extracting(Queries.DefinitionView::name)
        .containsExactly("Other");
    assertThat(store.maxDefinitionNumber()).isEqualTo(8);
  }

  @Test
  void shouldPageDefinitionsInOrderOfCreation() {
    Batch batch = next();
    for (int number = 9; number > 0; number--) {
      batch.definitions.add(States.definition("proc-" + number, 1, number, "p_%" + number));
    }
    commit(batch);
    Queries.Page<Queries.DefinitionView> page =
        store.queries().definitions(new Queries.DefinitionFilter("_%", true), 2, 3);
    assertThat(page.total()).isEqualTo(9);
    assertThat(page.rows()).extracting(Queries.DefinitionView::number).containsExactly(4L, 5L);
    assertThat(store.queries().definitions(new Queries.DefinitionFilter("P", null), 9, 0).rows())
        .isEmpty();
    assertThat(store.queries().definitions(new Queries.DefinitionFilter("", false), 9, 0).total())
        .isZero();
  }

  @Test
  void shouldListInstancesNewestFirst() {
    Batch batch = next();
    batch.definitions.add(States.definition("proc-1", 1, 7, "leave"));
    for (int id = 1; id <= 5; id++) {
      Status status = id == 3 ? Status.FAILED : Status.RUNNING;
      batch.instances.add(
          row(States.state(InstanceKey.of("i" + id), id, status, EndReason.NONE, 1), 0));
    }
    commit(batch);
    Queries queries = store.queries();
    Queries.InstancePage first = queries.instances(Queries.InstanceFilter.ALL, 2, null);
    assertThat(first.rows()).extracting(Queries.InstanceView::id).containsExactly(5L, 4L);
    assertThat(first.total()).isEqualTo(5);
    assertThat(first.next()).isEqualTo(4);
    Queries.InstancePage last = queries.instances(Queries.InstanceFilter.ALL, 3, first.next());
    assertThat(last.rows()).extracting(Queries.InstanceView::id).containsExactly(3L, 2L, 1L);
    assertThat(last.next()).isNull();
    assertThat(last.rows().getFirst().name()).isEqualTo("leave");
    assertThat(last.rows().getFirst().endAt()).isEqualTo(States.START.plusMillis(1_500));
  }

  @Test
  void shouldFilterInstances() {
    Batch batch = next();
    for (int id = 1; id <= 4; id++) {
      Status status = id % 2 == 0 ? Status.FAILED : Status.RUNNING;
      batch.instances.add(
          row(States.state(InstanceKey.of("i" + id), id, status, EndReason.NONE, 1), 0));
    }
    commit(batch);
    Queries queries = store.queries();
    Queries.InstanceFilter failed =
        new Queries.InstanceFilter(
            "proc-1",
            Set.of(Status.FAILED, Status.COMPLETED),
            "zhangsan",
            States.START,
            States.START.plusMillis(1),
            false);
    assertThat(queries.instances(failed, 10, null).rows())
        .extracting(Queries.InstanceView::id)
        .containsExactly(4L, 2L);
    assertThat(
            List.of(
                new Queries.InstanceFilter("proc-9", Set.of(), "", null, null, false),
                new Queries.InstanceFilter("", Set.of(Status.PENDING), "", null, null, false),
                new Queries.InstanceFilter("", Set.of(), "lisi", null, null, false),
                new Queries.InstanceFilter(
                    "", Set.of(), "", States.START.plusMillis(1), null, false),
                new Queries.InstanceFilter("", Set.of(), "", null, States.START, false),
                new Queries.InstanceFilter("", Set.of(), "", null, null, true)))
        .allSatisfy(none -> assertThat(queries.instances(none, 10, null).total()).isZero());
    assertThat(queries.liveInstances("proc-1")).isEqualTo(2);
    assertThat(queries.liveInstances("proc-2")).isZero();
  }

  @Test
  void shouldFindInstancesByTheMetadataOfTheirDefinition() {
    Batch batch = next();
    Map<String, Object> metadata = new LinkedHashMap<>();
    metadata.put("email", "hr@example.org");
    metadata.put("a.b 'c", "\"x");
    metadata.put("level", 3L);
    metadata.put("urgent", true);
    metadata.put("list", List.of("3"));
    metadata.put("rate", new BigDecimal("1.5"));
    batch.definitions.add(
        described(States.definition("proc-1", 1, 7, "leave"), Map.of("metadata", metadata)));
    batch.definitions.add(
        described(States.definition("proc-2", 1, 8, "none"), Map.of("metadata", "email")));
    batch.instances.add(
        row(States.state(InstanceKey.of("i1"), 1, Status.RUNNING, EndReason.NONE, 1), 0));
    commit(batch);
    assertThat(found(Map.of("email", "hr@example.org"))).containsExactly(1L);
    assertThat(found(Map.of("a.b 'c", "\"x", "level", "3"))).containsExactly(1L);
    assertThat(found(Map.of("urgent", "true"))).containsExactly(1L);
    assertThat(
            List.of(
                Map.of("email", "HR@example.org"),
                Map.of("email", "hr@example.org", "level", "4"),
                Map.of("urgent", "1"),
                Map.of("rate", "1.5"),
                Map.of("list", "[\"3\"]"),
                Map.of("nothing", "")))
        .allSatisfy(none -> assertThat(found(none)).isEmpty());
  }

  private List<Long> found(Map<String, String> metadata) {
    return store
        .queries()
        .instances(
            new Queries.InstanceFilter("", Set.of(), "", null, null, false, metadata), 10, null)
        .rows()
        .stream()
        .map(Queries.InstanceView::id)
        .toList();
  }

  private static Rows.DefinitionRow described(Rows.DefinitionRow row, Map<String, Object> more) {
    Map<String, Object> document = new LinkedHashMap<>();
    ((Map<?, ?>) row.document()).forEach((name, value) -> document.put(name.toString(), value));
    document.putAll(more);
    return new Rows.DefinitionRow(
        row.ref(),
        row.number(),
        row.format(),
        row.name(),
        row.owner(),
        row.enabled(),
        document,
        row.createdAt());
  }

  @Test
  void shouldFilterKeysInOrderOfUid() {
    Batch batch = next();
    for (int id = 1; id <= 4; id++) {
      Status status = id % 2 == 0 ? Status.FAILED : Status.RUNNING;
      batch.instances.add(
          row(
              States.state(
                  InstanceKey.of((id == 4 ? "b_" : "a%") + id), id, status, EndReason.NONE, 1),
              0));
    }
    commit(batch);
    Queries queries = store.queries();
    Queries.KeyFilter.Span always = Queries.KeyFilter.Span.ALWAYS;
    Queries.KeyFilter failed =
        new Queries.KeyFilter(
            "default",
            Set.of("proc-1", "proc-2"),
            Set.of(Status.FAILED),
            "",
            "",
            new Queries.KeyFilter.Span(States.START, States.START.plusMillis(1)));
    assertThat(queries.keys(failed, null, 9))
        .extracting(InstanceKey::uid)
        .containsExactly("a%2", "b_4");
    assertThat(queries.keys(failed, "a%2", 9)).extracting(InstanceKey::uid).containsExactly("b_4");
    assertThat(
            queries.keys(
                new Queries.KeyFilter("default", Set.of(), Set.of(), "a%", "", always), null, 2))
        .extracting(InstanceKey::uid)
        .containsExactly("a%1", "a%2");
    assertThat(
            List.of(
                new Queries.KeyFilter("other", Set.of(), Set.of(), "", "", always),
                new Queries.KeyFilter("default", Set.of("proc-9"), Set.of(), "", "", always),
                new Queries.KeyFilter("default", Set.of(), Set.of(Status.PENDING), "", "", always),
                new Queries.KeyFilter("default", Set.of(), Set.of(), "%", "", always),
                new Queries.KeyFilter("default", Set.of(), Set.of(), "", "nobody", always),
                new Queries.KeyFilter(
                    "default",
                    Set.of(),
                    Set.of(),
                    "",
                    "",
                    new Queries.KeyFilter.Span(States.START.plusNanos(1), null)),
                new Queries.KeyFilter(
                    "default",
                    Set.of(),
                    Set.of(),
                    "",
                    "",
                    new Queries.KeyFilter.Span(null, States.START))))
        .allSatisfy(none -> assertThat(queries.keys(none, null, 9)).isEmpty());
  }

  @Test
  void shouldFindWhatIsSetAside() {
    Batch batch = next();
    batch.instances.add(row(States.running("i1", 1), 0));
    batch.instances.add(row(States.running("i2", 2), 0));
    Rows.QuarantineRow aside =
        new Rows.QuarantineRow(InstanceKey.of("i2"), 0, "a bug", States.START);
    batch.quarantined.add(aside);
    commit(batch);
    Queries queries = store.queries();
    Queries.InstanceFilter filter = new Queries.InstanceFilter("", Set.of(), "", null, null, true);
    assertThat(queries.instances(filter, 10, null).rows())
        .extracting(Queries.InstanceView::id)
        .containsExactly(2L);
    assertThat(queries.quarantine(InstanceKey.of("i2")))
        .contains(new Queries.QuarantineView("a bug", States.START));
    assertThat(queries.quarantine(InstanceKey.of("i1"))).isEmpty();
  }

  @Test
  void shouldFindInstancesByExecution() {
    Batch batch = next();
    batch.instances.add(row(States.running("i1", 1), 0));
    batch.instances.add(row(States.state(B, 2, Status.COMPLETED, EndReason.NONE, 1), 0));
    commit(batch);
    assertThat(store.queries().byExecution("exec-1")).contains(InstanceKey.of("i1"));
    assertThat(store.queries().byExecution("exec-2")).contains(B);
    assertThat(store.queries().byExecution("exec-3")).isEmpty();
  }

  @Test
  void shouldListOpenWorkItemsOldestFirst() {
    Batch batch = next();
    batch.instances.add(row(States.running(A.uid(), 1), 0));
    batch.humanTasks.add(
        States.task(A, "inst-b", "li", HumanTask.State.ALLOCATED, States.START.plusSeconds(1)));
    batch.humanTasks.add(States.task(A, "inst-c", "li", HumanTask.State.OFFERED, States.START));
    batch.humanTasks.add(States.task(A, "inst-a", "li", HumanTask.State.STARTED, States.START));
    batch.humanTasks.add(States.task(A, "inst-d", "wu", HumanTask.State.STARTED, States.START));
    commit(batch);
    Queries queries = store.queries();
    assertThat(queries.humanTasks("li", 10, 0).rows())
        .extracting(view -> view.task().id())
        .containsExactly("inst-a", "inst-c", "inst-b");
    Batch second = next();
    second.humanTasks.add(
        States.task(A, "inst-a", "li", HumanTask.State.COMPLETED, States.START.plusSeconds(5)));
    commit(second);
    Queries.Page<Queries.HumanTaskView> page = queries.humanTasks("li", 1, 1);
    assertThat(page.total()).isEqualTo(2);
    assertThat(page.rows()).extracting(view -> view.task().id()).containsExactly("inst-b");
    Queries.HumanTaskView done = queries.humanTask("inst-a").orElseThrow();
    assertThat(done.task().state()).isEqualTo(HumanTask.State.COMPLETED);
    assertThat(done.createdAt()).isEqualTo(States.START);
    assertThat(done.task().changedAt()).isEqualTo(States.START.plusSeconds(5));
    assertThat(queries.humanTask("inst-z")).isEmpty();
  }

  @Test
  void shouldKeepLargePayloads() {
    List<Object> large = java.util.Collections.nCopies(60_000, new BigDecimal("1.10"));
    Batch batch = next();
    batch.instances.add(row(States.running(A.uid(), 1), 0));
    batch.variables.add(new Rows.VariableRow("admin", "large", large, false));
    batch.variables.add(new Rows.VariableRow("admin", "same", large, false));
    commit(batch);
    assertThat(store.variables()).extracting(Rows.VariableRow::value).containsOnly(large);
  }

  @Test
  void shouldPageThroughTheKeysOfANamespace() {
    Batch batch = next();
    long id = 0;
    for (String uid : List.of("b", "a%", "a_", "", "中")) {
      batch.instances.add(
          row(
              States.state(new InstanceKey("shop", uid), ++id, Status.RUNNING, EndReason.NONE, 1),
              0));
    }
    batch.instances.add(row(States.running("b", ++id), 0));
    commit(batch);
    assertThat(store.queries().keys("shop", null, 3))
        .extracting(InstanceKey::uid)
        .containsExactly("", "a%", "a_");
    assertThat(store.queries().keys("shop", "a_", 3))
        .extracting(InstanceKey::uid)
        .containsExactly("b", "中");
  }
}
