package dev.millrace.engine.graph.node;

import dev.millrace.engine.Wait;
import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.Step;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A delay. A due time that has passed already is due at once. */
final class IntervalNode implements NodeType {

  private static final String INTERVAL = "interval";
  private static final String UNTIL = "until";
  private static final String UNTIL_EXPECTED =
      "ISO 8601 with an offset, as 2030-01-31T09:00:00+08:00, or epoch milliseconds,"
          + " within a hundred years";

  @Override
  public String name() {
    return INTERVAL;
  }

  @Override
  public List<String> aliases() {
    return List.of("delay", "wait");
  }

  @Override
  public String summary() {
    return "Waits for some seconds or until a time.";
  }

  @Override
  public Category category() {
    return Category.EVENT;
  }

  @Override
  public Nature nature() {
    return Nature.WAIT;
  }

  @Override
  public List<ParameterSpec> parameters() {
    return List.of(
        ParameterSpec.optional(
            INTERVAL, "number", "Seconds to wait; either this or until is required."),
        ParameterSpec.optional(
            UNTIL,
            "any",
            "The time to wait for, ISO 8601 with an offset or epoch milliseconds; goes before"
                + " interval."));
  }

  @Override
  public List<List<String>> requiredChoices() {
    return List.of(List.of(INTERVAL, UNTIL));
  }

  @Override
  public Map<String, Object> example() {
    return Map.of(INTERVAL, 60L);
  }

  @Override
  public Step enter(NodeContext context) {
    return NodeParameters.read(
        context, parameters -> new Step.Waiting(new Wait.ForTime(dueAt(context, parameters))));
  }

  private static Instant dueAt(NodeContext context, NodeParameters parameters) {
    if (parameters.given(UNTIL)) {
      return until(context, parameters.value(UNTIL));
    }
    Long millis = parameters.millis(INTERVAL);
    if (millis == null) {
      throw new ConstraintException("expected the parameter interval or until, found neither");
    }
    return context.now().plusMillis(millis);
  }

  private static Instant until(NodeContext context, @Nullable Object value) {
    BigDecimal epochMillis = NodeParameters.decimal(value);
    Instant due;
    try {
      if (epochMillis != null) {
        due = Instant.ofEpochMilli(epochMillis.longValueExact());
      } else if (value instanceof String text) {
        due = OffsetDateTime.parse(text.strip()).toInstant();
      } else {
        throw NodeParameters.mismatch(UNTIL, UNTIL_EXPECTED, value);
      }
    } catch (ArithmeticException | DateTimeException unreadable) {
      throw NodeParameters.mismatch(UNTIL, UNTIL_EXPECTED, value);
    }
    if (due.isAfter(context.now().plusSeconds(NodeParameters.SECONDS_MAX))) {
      throw NodeParameters.mismatch(UNTIL, UNTIL_EXPECTED, value);
    }
    return due.isBefore(context.now()) ? context.now() : due;
  }
}
