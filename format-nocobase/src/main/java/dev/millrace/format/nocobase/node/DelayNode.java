package dev.millrace.format.nocobase.node;

import dev.millrace.engine.NodeRun.Notes;
import dev.millrace.engine.Wait;
import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.Step;
import java.math.BigDecimal;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Waits for a while, then ends as configured, also when it is settled from outside with another
 * status. Its result is the milliseconds, shown from the beginning.
 */
final class DelayNode extends NocoBaseNode {

  /** A thousand years; more is a mistake. */
  private static final BigDecimal MILLIS_MAX =
      BigDecimal.valueOf(1_000L * 366 * 24 * 3_600 * 1_000);

  private static final long DEFAULT_UNIT_MILLIS = 1_000;

  private final NocoBaseExpressions expressions;

  DelayNode(NocoBaseExpressions expressions) {
    super("delay", "Waits for a while.", Nature.WAIT);
    this.expressions = expressions;
  }

  @Override
  protected Step run(NodeContext context, Map<?, ?> config) {
    if (inTransaction(context)) {
      return refusedWait();
    }
    Object duration = expressions.resolve(config.get("duration"), context.scope());
    Object unit = config.get("unit");
    BigDecimal millis =
        number(
            duration == null ? 1 : duration,
            number(unit == null ? DEFAULT_UNIT_MILLIS : unit, BigDecimal.ONE));
    if (millis == null) {
      return JobStatus.error("duration: expected a number, found " + duration);
    }
    if (millis.signum() < 0 || millis.compareTo(MILLIS_MAX) > 0) {
      return JobStatus.error("duration: expected 0 to a thousand years, found " + duration);
    }
    long whole = millis.longValue();
    return Step.Recorded.notes(
        new Step.Waiting(new Wait.ForTime(context.now().plusMillis(whole))), Notes.ofOutput(whole));
  }

  private static @Nullable BigDecimal number(Object value, @Nullable BigDecimal factor) {
    try {
      return factor == null ? null : new BigDecimal(value.toString().strip()).multiply(factor);
    } catch (NumberFormatException notANumber) {
      return null;
    }
  }

  @Override
  public Step waitEnded(NodeContext context, String outcome, @Nullable Object output) {
    Object end = config(context).get("endStatus");
    JobStatus status =
        end instanceof Number number && number.longValue() != 0
            ? JobStatus.of(number.longValue())
            : JobStatus.RESOLVED;
    return status.step(shown(context), "the delay ended as failed");
  }

  @Override
  public Step settled(NodeContext context, @Nullable Object value) {
    return waitEnded(context, "", null);
  }
}
