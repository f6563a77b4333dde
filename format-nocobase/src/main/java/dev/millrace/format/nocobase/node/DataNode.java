package dev.millrace.format.nocobase.node;

import dev.millrace.engine.Failure;
import dev.millrace.engine.expression.ExpressionException;
import dev.millrace.engine.graph.ErrorPolicy;
import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.Step;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Work on the records of a collection. A variable of its filter that does not exist must not widen
 * it: as a plain value it is an error, as the operand of an operator it matches nothing. A database
 * that is away is waited for: the node is tried again for a minute, and then fails.
 */
public final class DataNode extends ActivityNode {

  /** The type of the failures of a node whose database cannot be reached. */
  public static final String UNAVAILABLE = NocoBaseNode.PREFIX + "unavailable";

  private static final int RETRIES = 100;
  private static final long FIRST_PAUSE_MILLIS = 250;
  private static final long LONGEST_PAUSE_MILLIS = 5_000;
  private static final long PATIENCE_MILLIS = 60_000;

  private static final ErrorPolicy WAITING =
      new ErrorPolicy(
          ErrorPolicy.Operation.STOP,
          new ErrorPolicy.Retry(
              RETRIES,
              FIRST_PAUSE_MILLIS,
              ErrorPolicy.Backoff.EXPONENTIAL,
              2,
              LONGEST_PAUSE_MILLIS,
              ErrorPolicy.Jitter.EQUAL,
              PATIENCE_MILLIS,
              List.of(UNAVAILABLE),
              List.of()),
          List.of(),
          null);

  private static final Set<String> TYPES =
      Set.of("create", "update", "destroy", "query", "aggregate", "transaction");

  private static final String PARAMS = "params";
  private static final String FILTER = "filter";

  private final NocoBaseExpressions expressions;

  DataNode(NocoBaseExpressions expressions, String type, String summary) {
    super(expressions, type, false, summary);
    this.expressions = expressions;
  }

  /** What becomes of a node of a type that fails. */
  public static ErrorPolicy errors(String type) {
    return TYPES.contains(type) ? WAITING : ErrorPolicy.STOP;
  }

  /** The failure of a node whose database is away; null for another failure. */
  static Step.@Nullable Failed unavailable(Failure failure) {
    // It keeps its type, which the policy knows it by.
    return failure.type().equals(UNAVAILABLE)
        ? new Step.Failed(failure.ending(JobStatus.of(failure).failure("").end()), failure.detail())
        : null;
  }

  @Override
  public Step waitFailed(NodeContext context, Failure failure) {
    Step.Failed unavailable = unavailable(failure);
    return unavailable == null ? super.waitFailed(context, failure) : unavailable;
  }

  @Override
  Map<String, @Nullable Object> resolved(NodeContext context, Map<?, ?> config) {
    Map<String, @Nullable Object> resolved = super.resolved(context, config);
    if (config.get(PARAMS) instanceof Map<?, ?> params && params.containsKey(FILTER)) {
      Map<String, @Nullable Object> with = new LinkedHashMap<>();
      if (resolved.get(PARAMS) instanceof Map<?, ?> known) {
        known.forEach((name, value) -> with.put(String.valueOf(name), value));
      }
      with.put(FILTER, filter("", params.get(FILTER), context));
      resolved.put(PARAMS, with);
    }
    return resolved;
  }

  private @Nullable Object filter(String field, @Nullable Object template, NodeContext context) {
    return switch (template) {
      case Map<?, ?> map -> {
        Map<String, @Nullable Object> resolved = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          String name = String.valueOf(entry.getKey());
          boolean missing =
              entry.getValue() instanceof String text
                  && expressions.undefined(text, context.scope());
          if (missing && name.startsWith("$")) {
            resolved.put("$in", List.of());
          } else {
            resolved.put(name, filter(name, entry.getValue(), context));
          }
        }
        yield resolved;
      }
      case List<?> list ->
          list.stream().<@Nullable Object>map(one -> filter(field, one, context)).toList();
      case String text -> {
        if (!field.startsWith("$") && expressions.undefined(text, context.scope())) {
          throw new ExpressionException(
              "WHERE parameter \"" + field + "\" has invalid \"undefined\" value");
        }
        yield resolve(text, context);
      }
      case null, default -> template;
    };
  }
}
