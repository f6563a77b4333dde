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

  private static final BigDecimal DEFAULT_UNIT_MILLIS = BigDecimal.valueOf(1_000);

  private static final String NOT_A_DURATION =
      "Delay duration must be a finite number greater than or equal to 1";

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
    Object given = config.get("duration");
    BigDecimal duration =
        given == null ? BigDecimal.ONE : number(expressions.resolve(given, context.scope()));
    if (duration == null || duration.compareTo(BigDecimal.ONE) < 0) {
      return JobStatus.error(NOT_A_DURATION);
    }
    BigDecimal unit = number(config.get("unit"));
    BigDecimal millis =
        duration.multiply(unit == null || unit.signum() <= 0 ? DEFAULT_UNIT_MILLIS : unit);
    if (millis.compareTo(MILLIS_MAX) > 0) {
      return JobStatus.error("duration: expected at most a thousand years, found " + duration);
    }
    long whole = millis.longValue();
    return Step.Recorded.notes(
        new Step.Waiting(new Wait.ForTime(context.now().plusMillis(whole))), Notes.ofOutput(whole));
  }

  /** A number, which may be written as text; null for anything else. */
  private static @Nullable BigDecimal number(@Nullable Object value) {
    try {
      return value instanceof Number || value instanceof String
          ? new BigDecimal(value.toString().strip())
          : null;
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
