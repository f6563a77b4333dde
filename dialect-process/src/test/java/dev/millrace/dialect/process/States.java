package dev.millrace.dialect.process;

import dev.millrace.engine.Command;
import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.EndReason;
import dev.millrace.engine.Failure;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.Reply;
import dev.millrace.engine.Status;
import dev.millrace.engine.Wait;
import dev.millrace.runtime.worker.Workers;
import dev.millrace.store.query.Queries.DefinitionView;
import dev.millrace.transport.json.Json;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** States and definitions for tests. */
final class States {
  static final Instant START = Instant.ofEpochMilli(1_700_063_265_000L);
  static final Instant END = Instant.ofEpochMilli(1_700_063_307_000L);
  static final InstanceKey KEY = InstanceKey.of("1541815603606036480");
  static final DefinitionRef REF = new DefinitionRef("proc-avxhke9u", 2);

  /** The workers of a server to which none is connected. */
  static final Workers NO_WORKERS =
      new Workers(_ -> CompletableFuture.completedFuture(Reply.OK), "t-", (_, _) -> {});

  private States() {}

  static DefinitionView definition(String json) {
    return new DefinitionView(REF, 7, "process", "order", "admin", true, parsed(json), START);
  }

  private static Object parsed(String json) {
    Object value = Json.parse(json);
    return value == null ? Map.of() : value;
  }

  static InstanceState completed(@Nullable Object output, NodeRun... runs) {
    return state(Status.COMPLETED, EndReason.NONE, output, null, runs);
  }

  static InstanceState running(NodeRun... runs) {
    return state(Status.RUNNING, EndReason.NONE, null, null, runs);
  }

  static InstanceState failed(Failure failure, NodeRun... runs) {
    return state(Status.FAILED, EndReason.ERROR, null, failure, runs);
  }

  private static InstanceState state(
      Status status,
      EndReason reason,
      @Nullable Object output,
      @Nullable Failure failure,
      NodeRun... runs) {
    Map<Integer, NodeRun> byId = new LinkedHashMap<>();
    for (NodeRun run : runs) {
      byId.put(run.id(), run);
    }
    return new InstanceState(
        new InstanceState.Header(
            KEY, 1, REF, false, null, new Command.Origin("zhangsan", "api", false), null, START),
        new InstanceState.Lifecycle(
            1,
            "777",
            status,
            reason,
            output,
            failure,
            null,
            null,
            status.terminal() ? END : null,
            END,
            9),
        new InstanceState.GraphState(
            runs.length,
            byId,
            Map.of(),
            Map.of(),
            Map.of(),
            List.of(),
            Map.of("a", 1L),
            Map.of(),
            null),
        List.of());
  }

  static NodeRun done(int id, String nodeId, @Nullable Object output) {
    return open(id, nodeId, List.of(), null)
        .ended(new NodeRun.Result(NodeRun.RunStatus.DONE, "success", output, null, END));
  }

  static NodeRun open(int id, String nodeId, List<NodeRun.Attempt> attempts, @Nullable Wait wait) {
    return new NodeRun(
        id,
        new NodeRun.Place(nodeId, 0, 0, 0, -1, ""),
        START,
        Map.of("code", "xxx"),
        attempts,
        START,
        wait,
        null,
        null);
  }
}
