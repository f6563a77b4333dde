package dev.millrace.expression;

import com.dashjoin.jsonata.Jsonata;
import com.dashjoin.jsonata.Utils;
import dev.millrace.engine.expression.ExpressionException;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Watches one JSONata evaluation at the entry and exit of each step and stops it at the first bound
 * it meets: time, depth, and the weight of what it builds. Used by one thread.
 *
 * <p>Weight is counted on the value as a tree. That matters because a few steps can build a small
 * graph of shared lists whose text is gigabytes long, and the library writes or compares a value in
 * one call in which nothing can be checked. The library's own time box isn't used: it doesn't look
 * at the later elements of an array constructor.
 */
final class EvaluationGuard {
  private static final int SMALL_CONTAINER = 16;
  private static final int SMALL_TEXT = 64;
  private static final long WEIGHT_OF_CONTAINER = 32;
  private static final long WEIGHT_OF_ELEMENT = 16;

  private final Deadline deadline;
  private final IdentityHashMap<Object, Long> weights = new IdentityHashMap<>();
  private int depth;
  private long built;
  private long listed;

  EvaluationGuard(Deadline deadline) {
    this.deadline = deadline;
  }

  void attach(Jsonata.Frame frame) {
    frame.setEvaluateEntryCallback((step, input, environment) -> enter());
    frame.setEvaluateExitCallback((step, input, environment, result) -> exit(result));
  }

  private void enter() {
    depth++;
    if (depth > ExpressionLimits.EVALUATION_DEPTH_MAX) {
      throw new ExpressionException(
          "the evaluation nests deeper than "
              + ExpressionLimits.EVALUATION_DEPTH_MAX
              + " steps; a recursive function may have no end");
    }
    deadline.check();
  }

  private void exit(@Nullable Object result) {
    depth--;
    deadline.check();
    switch (result) {
      case null -> {}
      case ScopeView.OfMap view -> {}
      case ScopeView.OfList view -> list(view.size());
      case String text -> text(text);
      case Collection<?> list -> {
        list(list.size());
        weigh(list);
      }
      case Map<?, ?> map -> weigh(map);
      case Pattern pattern ->
          throw new ExpressionException(
              "a regular expression isn't understood where it stands: /" + pattern + "/");
      default -> {}
    }
  }

  /**
   * A path copies the list each of its items gives into one result that isn't seen before it is
   * whole, so elements are counted each time a list passes, new or not.
   */
  private void list(int size) {
    listed += size;
    if (listed > ExpressionLimits.LISTED_ELEMENTS_MAX) {
      throw new ExpressionException(
          "the expression handles more than "
              + ExpressionLimits.LISTED_ELEMENTS_MAX
              + " list elements");
    }
  }

  private void text(String text) {
    if (text.length() >= SMALL_TEXT && weights.put(text, (long) text.length()) == null) {
      refuseOver(text.length(), ExpressionLimits.VALUE_WEIGHT_MAX);
      charge(text.length());
    }
  }

  /**
   * The weight of a value as a tree.
   *
   * @throws ExpressionException when it is over the limit
   */
  long weigh(@Nullable Object value) {
    return weigh(value, 0);
  }

  private long weigh(@Nullable Object value, int level) {
    return switch (value) {
      case null -> WEIGHT_OF_ELEMENT;
      case String text -> WEIGHT_OF_ELEMENT + text.length();
      case ScopeView view -> weigh(view.raw(), level);
      case Utils.RangeList range -> {
        refuseLongList(range.size());
        // Whatever reads a range makes a number of each element.
        if (weights.put(range, WEIGHT_OF_ELEMENT * range.size()) == null) {
          charge(WEIGHT_OF_ELEMENT * range.size());
        }
        yield WEIGHT_OF_ELEMENT * range.size();
      }
      case Collection<?> list -> {
        refuseLongList(list.size());
        yield weighContainer(list, list, level);
      }
      case Map<?, ?> map -> weighContainer(map, map.values(), level);
      default -> WEIGHT_OF_ELEMENT;
    };
  }

  private long weighContainer(Object container, Collection<?> elements, int level) {
    Long known = weights.get(container);
    if (known != null) {
      return known;
    }
    if (level > ExpressionLimits.JSON_DEPTH_MAX) {
      throw tooDeep();
    }
    long total = WEIGHT_OF_CONTAINER;
    boolean nested = false;
    for (Object element : elements) {
      total += WEIGHT_OF_ELEMENT + weigh(element, level + 1);
      nested |= element instanceof Collection || element instanceof Map;
      refuseOver(total, ExpressionLimits.VALUE_WEIGHT_MAX);
    }
    if (nested || elements.size() > SMALL_CONTAINER) {
      weights.put(container, total);
      charge(WEIGHT_OF_CONTAINER + WEIGHT_OF_ELEMENT * elements.size());
    }
    return total;
  }

  private void charge(long weight) {
    built += weight;
    refuseOver(built, ExpressionLimits.BUILT_WEIGHT_MAX);
  }

  private static void refuseLongList(int size) {
    if (size > ExpressionLimits.LIST_LENGTH_MAX) {
      throw new ExpressionException(
          "a list has at most "
              + ExpressionLimits.LIST_LENGTH_MAX
              + " elements in an expression, found "
              + size);
    }
  }

  static void refuseOver(long weight, long max) {
    if (weight > max) {
      throw new ExpressionException(
          "the expression builds more than " + max + " characters of data");
    }
  }

  static ExpressionException tooDeep() {
    return new ExpressionException(
        "the value nests deeper than " + ExpressionLimits.JSON_DEPTH_MAX + " levels");
  }
}
