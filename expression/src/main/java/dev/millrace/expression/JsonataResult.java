package dev.millrace.expression;

import com.dashjoin.jsonata.Jsonata;
import dev.millrace.engine.JsonValue;
import dev.millrace.engine.expression.ExpressionException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Brings what JSONata gives into the plain form, counting its weight. Used by one thread. */
final class JsonataResult {
  private static final long WEIGHT_OF_ELEMENT = 8;

  private final EvaluationGuard guard;
  private long weight;

  JsonataResult(EvaluationGuard guard) {
    this.guard = guard;
  }

  /**
   * The plain form; data that came from the scope is given as it is.
   *
   * @throws ExpressionException for a function, and past the bounds on depth and weight
   */
  @Nullable Object plain(@Nullable Object result) {
    return plain(result, 0);
  }

  private @Nullable Object plain(@Nullable Object result, int depth) {
    if (depth > ExpressionLimits.JSON_DEPTH_MAX) {
      throw EvaluationGuard.tooDeep();
    }
    count(WEIGHT_OF_ELEMENT);
    return switch (result) {
      case null -> null;
      case Object nothing when nothing.equals(Jsonata.NULL_VALUE) -> null;
      case ScopeView view -> {
        count(guard.weigh(view));
        yield view.raw();
      }
      case String text -> {
        count(text.length());
        yield text;
      }
      case Collection<?> list -> {
        List<@Nullable Object> plain = new ArrayList<>();
        for (Object element : list) {
          plain.add(plain(element, depth + 1));
        }
        yield Collections.unmodifiableList(plain);
      }
      case Map<?, ?> map -> {
        Map<String, @Nullable Object> plain = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          String key = String.valueOf(entry.getKey());
          count(key.length());
          plain.put(key, plain(entry.getValue(), depth + 1));
        }
        yield Collections.unmodifiableMap(plain);
      }
      case Boolean flag -> flag;
      case Number number -> number(number);
      default ->
          throw new ExpressionException("expected a JSON value as the result, found a function");
    };
  }

  private static @Nullable Object number(Number number) {
    try {
      return JsonValue.of(number);
    } catch (IllegalArgumentException e) {
      throw new ExpressionException("the result is " + number + ", which isn't a JSON number", e);
    }
  }

  private void count(long added) {
    weight += added;
    EvaluationGuard.refuseOver(weight, ExpressionLimits.VALUE_WEIGHT_MAX);
  }
}
