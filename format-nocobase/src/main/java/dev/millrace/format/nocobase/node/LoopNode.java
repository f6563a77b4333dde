package dev.millrace.format.nocobase.node;

import dev.millrace.engine.JsonValue;
import dev.millrace.engine.graph.BranchingNodeType;
import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.ScopeEnd;
import dev.millrace.engine.graph.Step;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Runs its branch once per item of its target, one after the other. Its result counts: {@code
 * {looped, done}}, with {@code broken} where it did not go through all.
 */
final class LoopNode extends NocoBaseNode implements BranchingNodeType {

  private static final String TARGET = "target";
  private static final int EXIT_BREAK = 1;
  private static final int EXIT_CONTINUE = 2;

  private final NocoBaseExpressions expressions;

  LoopNode(NocoBaseExpressions expressions) {
    super("loop", "Runs its branch once per item of a list.", Nature.WAIT);
    this.expressions = expressions;
  }

  /** What is gone through. */
  private record Target(@Nullable Object value, long length) {

    private static final int DIGITS_MAX = 9;

    /** Of a resolved target; null when it is a negative number. */
    static @Nullable Target of(@Nullable Object value) {
      return switch (value) {
        case null -> new Target(null, 0);
        case List<?> list -> new Target(list, list.size());
        case Number number -> {
          BigDecimal exact = new BigDecimal(number.toString());
          // Exponents may be huge: the digits are never written out.
          boolean huge = (long) exact.precision() - exact.scale() > DIGITS_MAX;
          yield exact.signum() < 0
              ? null
              : new Target(value, huge ? Integer.MAX_VALUE : exact.longValue());
        }
        default -> new Target(value, 1);
      };
    }

    Map<String, @Nullable Object> round(long index) {
      Map<String, @Nullable Object> variables = new LinkedHashMap<>();
      Object item =
          switch (value) {
            case List<?> list -> list.get((int) index);
            case Number number -> index;
            case null, default -> value;
          };
      variables.put("item", item);
      variables.put("index", index);
      variables.put("sequence", index + 1);
      variables.put("length", length);
      return variables;
    }
  }

  @Override
  protected Step run(NodeContext context, Map<?, ?> config) {
    Object value = expressions.resolve(config.get(TARGET), context.scope());
    Target target = Target.of(value);
    if (target == null) {
      return JobStatus.error("Loop target in number type must be greater than 0");
    }
    Map<String, @Nullable Object> input = new LinkedHashMap<>();
    input.put(TARGET, value);
    Step step = body(context) == null ? Step.Done.of(count(0, 0)) : next(context, target, 0, 0);
    return Step.Recorded.input(step, input);
  }

  private static @Nullable String body(NodeContext context) {
    var names = context.node().bodies().keySet().iterator();
    return names.hasNext() ? names.next() : null;
  }

  @Override
  public Step scopeEnded(NodeContext context, ScopeEnd end) {
    Target target = Target.of(context.run().input().get(TARGET));
    if (target == null) {
      return JobStatus.error("Loop target in number type must be greater than 0");
    }
    long index = number(end.variables().get("index"));
    long done = number(JsonValue.get(end.progress(), "done"));
    if (end.failure() != null) {
      long exit = number(config(context).get("exit"));
      if (exit == EXIT_BREAK) {
        return Step.Done.of(broken(index + 1, done));
      }
      if (exit != EXIT_CONTINUE) {
        return new Step.Failed(end.failure(), count(index + 1, done));
      }
    }
    return next(context, target, index + 1, done + 1);
  }

  private static long number(@Nullable Object value) {
    return value instanceof Number number ? number.longValue() : 0;
  }

  /** Opens the branch for the first item from an index on that the condition lets through. */
  private Step next(NodeContext context, Target target, long from, long done) {
    Object condition = config(context).get("condition");
    String body = body(context);
    for (long index = from; index < target.length() && body != null; index++) {
      Map<String, @Nullable Object> round = target.round(index);
      if (condition instanceof Map<?, ?> test && tested(test, index)) {
        NocoBaseExpressions.Outcome outcome = expressions.condition(test, context.within(round));
        if (outcome.error() != null) {
          return JobStatus.expressionError(outcome.error());
        }
        if (!outcome.truthy()) {
          if (Boolean.TRUE.equals(test.get("continueOnFalse"))) {
            continue;
          }
          // The item that was refused counts only where it is the first.
          return Step.Done.of(broken(Math.max(index, 1), done));
        }
      }
      return new Step.Open(List.of(new Step.Body(body, round)), count(index, done));
    }
    return Step.Done.of(count(target.length(), done));
  }

  /**
   * Checked after a round, the condition is not asked before the first one. One that says nothing
   * is none.
   */
  private static boolean tested(Map<?, ?> condition, long index) {
    Object expression = condition.get("expression");
    boolean asks =
        condition.get("calculation") != null || (expression != null && !expression.equals(""));
    return asks && (index > 0 || number(condition.get("checkpoint")) == 0);
  }

  private static Map<String, @Nullable Object> count(long looped, long done) {
    Map<String, @Nullable Object> count = new LinkedHashMap<>();
    count.put("looped", looped);
    count.put("done", done);
    return count;
  }

  private static Map<String, @Nullable Object> broken(long looped, long done) {
    Map<String, @Nullable Object> count = count(looped, done);
    count.put("broken", true);
    return count;
  }
}
