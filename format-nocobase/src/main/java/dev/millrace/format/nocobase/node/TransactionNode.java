package dev.millrace.format.nocobase.node;

import dev.millrace.engine.Failure;
import dev.millrace.engine.JsonValue;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.Wait;
import dev.millrace.engine.graph.BranchingNodeType;
import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.ScopeEnd;
import dev.millrace.engine.graph.Step;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Runs branch 1 in a transaction of the records' database, and another branch where that fails.
 * What the record nodes of branch 1 write is kept together at its end, or not at all. Nothing may
 * wait inside branch 1.
 *
 * <p>Three activities hold the transaction: {@code nocobase.begin} answers its name, {@code
 * nocobase.commit} and {@code nocobase.rollback} end it. A crash ends it too, and nothing of it was
 * kept: who asks for the end is then answered {@code {"lost":true}}, and branch 1 runs again from
 * its begin.
 */
final class TransactionNode extends NocoBaseNode implements BranchingNodeType {

  private static final String RUN = "1";
  private static final String BEGIN = PREFIX + "begin";
  private static final String COMMIT = PREFIX + "commit";
  private static final String ROLLBACK = PREFIX + "rollback";

  TransactionNode() {
    super(
        "transaction",
        "Runs a branch whose writes are kept together, and another one if it fails.",
        Nature.WAIT);
  }

  @Override
  protected Step run(NodeContext context, Map<?, ?> config) {
    if (!context.node().bodies().containsKey(RUN)) {
      return Step.Done.of(null);
    }
    if (inTransaction(context)) {
      return JobStatus.error("a transaction inside an open transaction scope is not supported");
    }
    Map<String, @Nullable Object> input = new LinkedHashMap<>();
    input.put("$job", ActivityNode.job(context));
    return Step.Recorded.input(ask(BEGIN), input);
  }

  private static Step ask(String activity) {
    return new Step.Waiting(new Wait.ForActivity(activity, List.of(), 0, true, false));
  }

  @Override
  public Step scopeEnded(NodeContext context, ScopeEnd end) {
    Failure failure = end.failure();
    if (!end.body().equals(RUN)) {
      return failure == null ? undone(context) : new Step.Failed(failure);
    }
    if (failure == null) {
      return ask(COMMIT);
    }
    return noted(failure, ask(ROLLBACK));
  }

  /** The same with why branch 1 failed, which its job shows. */
  private static Step noted(Failure failure, Step step) {
    Map<String, @Nullable Object> why = new LinkedHashMap<>();
    why.put("status", (long) JobStatus.of(failure).number());
    why.put("message", failure.message());
    Map<String, @Nullable Object> meta = new LinkedHashMap<>();
    meta.put("rolledBack", why);
    return Step.Recorded.notes(step, new NodeRun.Notes(null, meta, null, false));
  }

  @Override
  public Step waitEnded(NodeContext context, String outcome, @Nullable Object output) {
    String asked =
        context.run().waitsFor() instanceof Wait.ForActivity activity ? activity.activity() : "";
    if (asked.equals(BEGIN)) {
      Object name = JsonValue.get(output, "transaction");
      return Step.Open.one(RUN, Map.of(TRANSACTION, name == null ? "" : name));
    }
    if (Boolean.TRUE.equals(JsonValue.get(output, "lost"))) {
      return ask(BEGIN);
    }
    return asked.equals(COMMIT) ? Step.Done.of(null) : rolledBack(context);
  }

  /** Without its database a transaction is undone, which is what the other branch is for. */
  @Override
  public Step waitFailed(NodeContext context, Failure failure) {
    boolean begun =
        context.run().waitsFor() instanceof Wait.ForActivity activity
            && !activity.activity().equals(BEGIN);
    if (begun && otherBody(context) != null) {
      return noted(failure, open(otherBody(context)));
    }
    Step.Failed unavailable = begun ? null : DataNode.unavailable(failure);
    return unavailable == null ? super.waitFailed(context, failure) : unavailable;
  }

  private static @Nullable String otherBody(NodeContext context) {
    return context.node().bodies().keySet().stream()
        .filter(body -> !body.equals(RUN))
        .findFirst()
        .orElse(null);
  }

  private static Step open(@Nullable String body) {
    return Step.Open.one(String.valueOf(body), Map.of());
  }

  private static Step rolledBack(NodeContext context) {
    String other = otherBody(context);
    return other == null ? undone(context) : open(other);
  }

  /** The end of a node whose branch 1 failed. */
  private static Step undone(NodeContext context) {
    if (Boolean.TRUE.equals(config(context).get("continueAfterRollback"))) {
      return Step.Done.of(null);
    }
    NodeRun.Notes notes = context.run().notes();
    Object why = JsonValue.get(notes == null ? null : notes.meta(), "rolledBack");
    long status =
        JsonValue.get(why, "status") instanceof Number number
            ? number.longValue()
            : JobStatus.ERROR.number();
    return JobStatus.of(status).step(null, JsonValue.text(why, "message", "branch 1 failed"));
  }
}
