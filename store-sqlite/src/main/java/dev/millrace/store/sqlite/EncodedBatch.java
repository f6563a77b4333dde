package dev.millrace.store.sqlite;

import dev.millrace.engine.Failure;
import dev.millrace.engine.HumanTask;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.Slot;
import dev.millrace.engine.Wait;
import dev.millrace.store.Batch;
import dev.millrace.store.Fence;
import dev.millrace.store.Rows;
import dev.millrace.store.StatusWords;
import dev.millrace.store.codec.Codec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a batch as parameters of statements. Made before the transaction begins, by the
 * caller's thread, so that the writer only binds and steps. A parameter that is an {@link
 * InstanceKey} stands for the numeric id of an instance that is not in the batch.
 */
final class EncodedBatch {

  /** The id of a job is that of its instance, and that of its run in the lowest bits. */
  private static final int JOB_SHIFT = 20;

  /** What the scopes of requests that start instances begin with. */
  static final String START_SCOPE = "start:";

  /** Who refers to the large answer of a request, by its scope and key. */
  static final String REQUEST_PART = "request:%s/%s";

  private final Map<Sql, List<@Nullable Object[]>> rows = new EnumMap<>(Sql.class);
  private final Map<InstanceKey, InstanceState> states = new HashMap<>();
  private final Map<InstanceKey, Long> firstSeqs = new HashMap<>();

  private EncodedBatch() {}

  /**
   * Encodes a batch.
   *
   * @throws dev.millrace.store.StoreException when a fence is missing or a payload is no JSON
   */
  static EncodedBatch of(Batch batch) {
    EncodedBatch encoded = new EncodedBatch();
    for (Rows.InstanceRow row : batch.instances) {
      encoded.states.put(row.key(), row.state());
    }
    for (Rows.HistoryChunk chunk : batch.history) {
      encoded.firstSeqs.merge(chunk.key(), chunk.firstSeq(), Math::min);
    }
    batch.purged.forEach(row -> {
      batch.fenceOf(row.partition());
      encoded.purge(row.key());
    });
    batch.instances.forEach(row -> encoded.instance(row, batch.fenceOf(row.partition())));
    batch.cleared.forEach(encoded::clear);
    batch.nodeRuns.forEach(encoded::nodeRun);
    batch.history.forEach(chunk -> encoded.history(chunk, batch.fenceOf(chunk.partition())));
    batch.snapshots.forEach(encoded::snapshot);
    batch.trimmed.forEach(encoded::trim);
    batch.timers.forEach(row -> {
      batch.fenceOf(row.partition());
      encoded.timer(row);
    });
    batch.timersRemoved.forEach(key ->
        encoded.add(Sql.TIMER_REMOVE, key.key().namespace(), key.key().uid(), key.timerId()));
    encoded.messages(batch);
    encoded.quarantine(batch);
    batch.humanTasks.forEach(encoded::humanTask);
    batch.variables.forEach(encoded::variable);
    batch.idempotency.forEach(encoded::idempotency);
    batch.definitions.forEach(encoded::definition);
    batch.definitionsRemoved.forEach(id -> encoded.add(Sql.DEFINITION_REMOVE, id));
    return encoded;
  }

  /** The parameters of each statement, in the order in which the statements run. */
  Map<Sql, List<@Nullable Object[]>> rows() {
    return rows;
  }

  private void add(Sql sql, @Nullable Object... parameters) {
    rows.computeIfAbsent(sql, key -> new ArrayList<>()).add(parameters);
  }

  private static int flag(boolean value) {
    return value ? 1 : 0;
  }

  private static @Nullable Long millis(@Nullable Instant time) {
    return time == null ? null : time.toEpochMilli();
  }

  /**
   * Whose rows refer to a large payload.
   *
   * @param instance its numeric id, or its key where the batch does not have it; 0 for none
   * @param part 'history', 'snapshot' or 'run', which may go before the instance does
   */
  private record Referrer(Object instance, String part, long seq) {
    private static final Referrer NONE = new Referrer(0L, "", 0);
  }

  private Referrer of(InstanceKey key) {
    return new Referrer(instance(key), "", 0);
  }

  private Object instance(InstanceKey key) {
    InstanceState state = states.get(key);
    return state == null ? key : (Object) state.header().id();
  }

  private @Nullable String json(Referrer referrer, @Nullable Object value) {
    return value == null ? null : stored(referrer, Codec.encodeJson(value));
  }

  private @Nullable String failure(Referrer referrer, @Nullable Failure failure) {
    return failure == null ? null : json(referrer, failure.toJson());
  }

  private String stored(Referrer referrer, String text) {
    if (!Payloads.large(text)) {
      return text;
    }
    String hash = Payloads.hash(text);
    add(Sql.BLOB, hash, text);
    add(Sql.BLOB_REF, referrer.instance(), referrer.part(), referrer.seq(), hash);
    return Payloads.REFERENCE + hash;
  }

  private void instance(Rows.InstanceRow row, Fence fence) {
    InstanceState state = row.state();
    InstanceState.Header header = state.header();
    Referrer self = new Referrer(header.id(), "", 0);
    List<@Nullable Object> parameters = new ArrayList<>();
    boolean exists = firstSeqs.getOrDefault(row.key(), 1L) > 1;
    if (!exists) {
      parameters.addAll(identity(header));
      parameters.add(header.definition().id());
      parameters.add(header.definition().revision());
      parameters.add(flag(header.fast()));
      parameters.add(flag(header.origin().test()));
      parameters.add(header.origin().executor());
      parameters.add(header.origin().triggerApp());
      var parent = header.parent();
      parameters.add(parent == null ? null : parent.key().namespace());
      parameters.add(parent == null ? null : parent.key().uid());
      parameters.add(header.startedAt().toEpochMilli());
      parameters.add(json(self, header.input()));
      Map<String, @Nullable Object> labels = header.origin().labels();
      parameters.add(labels.isEmpty() ? null : json(self, labels));
      Slot slot = header.slot();
      parameters.add(slot == null ? null : slot.group());
      parameters.add(slot == null ? null : slot.limit());
      parameters.add(ExecutionKeys.of(header.definition().id()));
      parameters.add(header.definition().id());
      parameters.add(header.definition().revision());
    }
    InstanceState.Lifecycle life = state.life();
    parameters.add(row.partition());
    parameters.add(fence.epoch());
    parameters.add(fence.batch());
    parameters.add(row.owner());
    parameters.add(life.generation());
    parameters.add(life.executionUid());
    parameters.add(life.status().name());
    parameters.add(life.reason().name());
    parameters.add(StatusWords.nocobase(life.status(), life.reason(), state.incident()));
    parameters.add(flag(state.incident()));
    parameters.add(row.openWork());
    parameters.add(life.eventCount());
    parameters.add(life.lastEventAt().toEpochMilli());
    parameters.add(millis(life.timeoutAt()));
    parameters.add(millis(life.endedAt()));
    parameters.add(json(self, life.output()));
    parameters.add(failure(self, life.failure()));
    parameters.add(header.fast() ? json(self, runtimes(state)) : null);
    parameters.add(millis(row.keptUntil()));
    if (exists) {
      parameters.addAll(identity(header));
    }
    add(exists ? Sql.INSTANCE_UPDATE : Sql.INSTANCE, parameters.toArray());
  }

  private static List<Object> identity(InstanceState.Header header) {
    return List.of(header.id(), header.key().uid(), header.key().namespace());
  }

  /** The node runs of a fast instance as the process API shows them, by node. */
  private static Map<String, List<Object>> runtimes(InstanceState state) {
    Map<String, List<Object>> byNode = new LinkedHashMap<>();
    for (NodeRun run : state.graph().runs().values()) {
      NodeRun.Result result = run.result();
      Failure failure = result == null ? null : result.failure();
      Map<String, @Nullable Object> runtime = new LinkedHashMap<>();
      runtime.put("index", run.place().index());
      runtime.put("startAt", run.startAt().toEpochMilli());
      runtime.put("endAt", result == null ? null : result.endAt().toEpochMilli());
      runtime.put("status", run.status().word());
      runtime.put("error", failure == null ? "" : failure.message());
      runtime.put("input", run.input());
      runtime.put("output", result == null ? null : result.output());
      byNode.computeIfAbsent(run.place().nodeId(), node -> new ArrayList<>()).add(runtime);
    }
    return byNode;
  }

  private void nodeRun(Rows.NodeRunRow row) {
    NodeRun run = row.run();
    NodeRun.Result result = run.result();
    InstanceState state = states.get(row.key());
    // Runs of code go when the workflow begins anew; those of graphs stay with their instance.
    Referrer instance =
        state != null && state.code() != null
            ? new Referrer(row.instanceId(), "run", state.life().eventCount())
            : new Referrer(row.instanceId(), "", 0);
    String execution =
        state != null && state.life().generation() == row.generation()
            ? state.life().executionUid()
            : null;
    add(
        Sql.NODE_RUN,
        row.instanceId(),
        row.generation(),
        run.id(),
        execution,
        run.place().nodeId(),
        run.place().index(),
        run.startAt().toEpochMilli(),
        json(instance, run.input()),
        run.status().word(),
        result == null ? null : result.outcome(),
        run.attempt(),
        millis(run.timeoutAt()),
        result == null ? null : result.endAt().toEpochMilli(),
        json(instance, shown(run)),
        result == null ? null : failure(instance, result.failure()),
        state != null && state.header().definition().isNocobase()
            ? (row.instanceId() << JOB_SHIFT) | run.id()
            : null,
        run.place().fromRun(),
        flag(run.notes() != null && run.notes().decided()),
        run.notes() == null ? null : json(instance, run.notes().meta()),
        run.notes() == null ? null : run.notes().log());
  }

  /** The output of a run; while it is open, what it has to show so far. */
  static @Nullable Object shown(NodeRun run) {
    if (run.result() != null) {
      return run.result().output();
    }
    if (run.notes() != null) {
      return run.notes().output();
    }
    return run.waitsFor() instanceof Wait.ForBodies bodies ? bodies.progress() : null;
  }

  private void history(Rows.HistoryChunk chunk, Fence fence) {
    Object instance = instance(chunk.key());
    if (chunk.events().isEmpty()) {
      return;
    }
    add(
        Sql.HISTORY,
        instance,
        chunk.lastSeq(),
        chunk.firstSeq(),
        chunk.generation(),
        chunk.partition(),
        fence.epoch(),
        fence.batch(),
        stored(
            new Referrer(instance, "history", chunk.lastSeq()),
            Codec.encodeHistory(chunk.events())));
  }

  private void purge(InstanceKey key) {
    for (Sql sql : Sql.PURGES) {
      add(sql, key.uid(), key.namespace());
    }
  }

  private void clear(Rows.ClearRow row) {
    add(Sql.CLEAR_RUN_BLOBS, instance(row.key()), row.seq());
    add(Sql.CLEAR_RUNS, instance(row.key()));
  }

  private void trim(Rows.TrimRow row) {
    add(Sql.TRIM_BLOBS, instance(row.key()), row.upToSeq());
    add(Sql.TRIM, instance(row.key()), row.upToSeq());
  }

  private void snapshot(Rows.Snapshot row) {
    long id = row.state().header().id();
    String text = stored(new Referrer(id, "snapshot", row.seq()), Codec.encodeState(row.state()));
    add(Sql.SNAPSHOT, id, row.seq(), text);
    add(Sql.SNAPSHOT_UNREF, id, row.seq());
  }

  private void timer(Rows.TimerRow row) {
    add(
        Sql.TIMER,
        row.key().namespace(),
        row.key().uid(),
        row.timerId(),
        row.partition(),
        row.generation(),
        row.dueAt().toEpochMilli());
  }

  private void messages(Batch batch) {
    Map<List<Integer>, Long> last = new LinkedHashMap<>();
    for (Rows.OutboxRow row : batch.outbox) {
      // Whole, however large: it does not stay.
      add(Sql.OUTBOX, row.source(), row.target(), row.seq(), Codec.encodeEffect(row.message()));
      last.merge(List.of(row.source(), row.target()), row.seq(), Math::max);
    }
    last.forEach((pair, seq) -> add(Sql.SENT, pair.get(0), pair.get(1), seq));
    for (Rows.OutboxKey key : batch.outboxRemoved) {
      add(Sql.OUTBOX_REMOVE, key.source(), key.target(), key.seq());
    }
    for (Rows.InboxRow row : batch.inbox) {
      add(Sql.INBOX, row.target(), row.source(), row.seq());
    }
  }

  private void humanTask(Rows.HumanTaskRow row) {
    HumanTask task = row.task();
    add(
        Sql.HUMAN_TASK,
        task.id(),
        row.key().namespace(),
        row.key().uid(),
        row.runId(),
        row.nodeId(),
        row.title(),
        row.content(),
        task.user(),
        task.state().name(),
        flag(task.state().open()),
        task.operation(),
        json(of(row.key()), task.payload()),
        task.changedAt().toEpochMilli(),
        task.changedAt().toEpochMilli());
  }

  private void quarantine(Batch batch) {
    for (Rows.QuarantineRow row : batch.released) {
      batch.fenceOf(row.partition());
      add(Sql.RELEASE_HELD, row.key().uid(), row.key().namespace());
      add(Sql.RELEASE, row.key().uid(), row.key().namespace());
    }
    for (Rows.QuarantineRow row : batch.quarantined) {
      batch.fenceOf(row.partition());
      add(
          Sql.QUARANTINE,
          row.key().namespace(),
          row.key().uid(),
          row.partition(),
          row.cause(),
          row.at().toEpochMilli());
    }
    for (Rows.HeldRow row : batch.held) {
      add(
          Sql.HELD,
          row.key().namespace(),
          row.key().uid(),
          row.seq(),
          Codec.encodeEffect(row.message()));
    }
  }

  private void variable(Rows.VariableRow row) {
    String part = "variable:%s/%s".formatted(row.owner(), row.name());
    add(Sql.NAMED_UNREF, part);
    if (row.removed()) {
      add(Sql.VARIABLE_REMOVE, row.owner(), row.name());
    } else {
      add(Sql.VARIABLE, row.owner(), row.name(), json(new Referrer(0L, part, 0), row.value()));
    }
  }

  private void idempotency(Rows.IdempotencyRow row) {
    String part = REQUEST_PART.formatted(row.scope(), row.requestKey());
    add(Sql.NAMED_UNREF, part);
    Object started =
        row.scope().startsWith(START_SCOPE) && row.answer() instanceof Map<?, ?> answer
            ? answer.get("id")
            : null;
    add(
        Sql.IDEMPOTENCY,
        row.scope(),
        row.requestKey(),
        row.requestHash(),
        json(new Referrer(0L, part, 0), row.answer()),
        row.expiresAt().toEpochMilli(),
        started instanceof Long ? started : null);
  }

  private void definition(Rows.DefinitionRow row) {
    DefinitionOutline outline = DefinitionOutline.of(row);
    add(
        Sql.DEFINITION,
        row.ref().id(),
        row.ref().revision(),
        row.number(),
        row.format(),
        row.name(),
        row.owner(),
        flag(row.enabled()),
        outline.description(),
        outline.triggerApp(),
        outline.startNode(),
        outline.endNode(),
        outline.engine(),
        json(Referrer.NONE, row.document()),
        row.createdAt().toEpochMilli(),
        outline.version());
    add(Sql.DEFINITION_NODES_CLEAR, row.number(), row.ref().revision());
    for (DefinitionOutline.Node node : outline.nodes()) {
      add(
          Sql.DEFINITION_NODE,
          row.number(),
          row.ref().revision(),
          node.id(),
          node.name(),
          node.description(),
          node.template(),
          json(Referrer.NONE, node.task()),
          node.number());
    }
  }
}
