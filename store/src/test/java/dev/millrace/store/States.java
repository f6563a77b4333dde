package dev.millrace.store;

import dev.millrace.engine.Command;
import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.EndReason;
import dev.millrace.engine.HumanTask;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.ParentRef;
import dev.millrace.engine.Slot;
import dev.millrace.engine.Status;
import dev.millrace.engine.Wait;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Small states and rows for tests of stores. */
public final class States {

  /** When everything here begins: 2023-11-15 15:47:45.250 UTC. */
  public static final Instant START = Instant.ofEpochMilli(1_700_063_265_250L);

  /** The revision that instances are pinned to. */
  public static final DefinitionRef DEFINITION = new DefinitionRef("proc-1", 1);

  private States() {}

  /** A running instance of the default namespace without runs. */
  public static InstanceState running(String uid, long id) {
    return state(InstanceKey.of(uid), id, Status.RUNNING, EndReason.NONE, 1);
  }

  /** An instance in a state; a terminal one ended 1,500 ms after its start. */
  public static InstanceState state(
      InstanceKey key, long id, Status status, EndReason reason, long eventCount) {
    InstanceState.Header header =
        Samples.record(
            InstanceState.Header.class,
            Map.of(
                "key", key,
                "id", id,
                "definition", DEFINITION,
                "input", Map.of("days", 3L),
                "origin", new Command.Origin("zhangsan", "api", false),
                "startedAt", START));
    Map<String, Object> life = new LinkedHashMap<>();
    life.put("generation", 1);
    life.put("executionUid", "exec-" + id);
    life.put("status", status);
    life.put("reason", reason);
    life.put("lastEventAt", START);
    life.put("eventCount", eventCount);
    if (status == Status.COMPLETED) {
      life.put("output", "ok");
    }
    if (status.terminal()) {
      life.put("endedAt", START.plusMillis(1_500));
    }
    return new InstanceState(
        header, Samples.record(InstanceState.Lifecycle.class, life), graph(List.of()), List.of());
  }

  /** The same state as the child of another instance. */
  public static InstanceState withParent(InstanceState state, InstanceKey parent) {
    InstanceState.Header header = state.header();
    return new InstanceState(
        Samples.record(
            InstanceState.Header.class,
            Map.of(
                "key", header.key(),
                "id", header.id(),
                "definition", header.definition(),
                "origin", header.origin(),
                "startedAt", header.startedAt(),
                "parent", Samples.record(ParentRef.class, Map.of("key", parent)))),
        state.life(),
        state.graph(),
        List.of());
  }

  /** The same state with a slot of a group of two. */
  public static InstanceState withSlot(InstanceState state, String group) {
    InstanceState.Header header = state.header();
    return new InstanceState(
        Samples.record(
            InstanceState.Header.class,
            Map.of(
                "key", header.key(),
                "id", header.id(),
                "definition", header.definition(),
                "origin", header.origin(),
                "startedAt", header.startedAt(),
                "slot", new Slot(group, 2, Slot.OnLimit.QUEUE, true))),
        state.life(),
        state.graph(),
        List.of());
  }

  /** The same state with other runs. */
  public static InstanceState withRuns(InstanceState state, List<NodeRun> runs, boolean fast) {
    InstanceState.Header header = state.header();
    Map<String, Object> members =
        Map.of(
            "key", header.key(),
            "id", header.id(),
            "definition", header.definition(),
            "fast", fast,
            "input", Map.of("days", 3L),
            "origin", header.origin(),
            "startedAt", header.startedAt());
    return new InstanceState(
        Samples.record(InstanceState.Header.class, members),
        state.life(),
        graph(runs),
        state.keptEvents());
  }

  private static InstanceState.GraphState graph(List<NodeRun> runs) {
    Map<Integer, NodeRun> byId = new LinkedHashMap<>();
    runs.forEach(run -> byId.put(run.id(), run));
    return Samples.record(
        InstanceState.GraphState.class, Map.of("lastId", runs.size(), "runs", byId));
  }

  /** An open run of a node, or one that ended after 250 ms with an output. */
  public static NodeRun run(int id, String nodeId, @Nullable Object output) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("id", id);
    members.put("place", new NodeRun.Place(nodeId, 0, 0, 0, -1, ""));
    members.put("startAt", START);
    members.put("input", Map.of("code", "xxx"));
    if (output == null) {
      members.put("waitsFor", new Wait.ForCallback());
    } else {
      members.put(
          "result",
          new NodeRun.Result(
              NodeRun.RunStatus.DONE, "success", output, null, START.plusMillis(250)));
    }
    return Samples.record(NodeRun.class, members);
  }

  /** A work item. */
  public static Rows.HumanTaskRow task(
      InstanceKey key, String id, String user, HumanTask.State state, Instant changedAt) {
    return new Rows.HumanTaskRow(
        key,
        1,
        "approve",
        "请假条审批",
        "由于.....",
        new HumanTask(id, user, state, state.open() ? "" : "agree", null, changedAt));
  }

  /** A revision of a definition of the process API with two nodes. */
  public static Rows.DefinitionRow definition(String id, int revision, long number, String name) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("name", name);
    document.put("description", "about " + name);
    document.put("startTaskInstId", "task-1");
    document.put("engine", "standard");
    document.put(
        "tasks",
        List.of(
            Map.of("instId", "task-1", "name", "First", "template", "cron-timer"),
            Map.of(
                "instId", "task-2", "name", "Second", "template", "script", "description", "2nd")));
    return new Rows.DefinitionRow(
        new DefinitionRef(id, revision), number, "process", name, "admin", true, document, START);
  }
}
