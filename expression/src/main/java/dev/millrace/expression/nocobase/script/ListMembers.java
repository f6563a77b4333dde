package dev.millrace.expression.nocobase.script;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The methods of lists. None changes a list, but for {@code push} on one the expression made. */
final class ListMembers {
  private ListMembers() {}

  static @Nullable ScriptFunction get(List<?> list, String name) {
    ScriptFunction called = calling(list, name);
    if (called != null) {
      return called;
    }
    return switch (name) {
      case "includes" -> given -> indexOf(list, given) >= 0;
      case "indexOf" -> given -> (double) indexOf(list, given);
      case "lastIndexOf" ->
          given -> {
            for (int i = list.size() - 1; i >= 0; i--) {
              if (Coercions.strictlyEqual(list.get(i), given.get(0))) {
                return (double) i;
              }
            }
            return -1.0;
          };
      case "join" ->
          given -> {
            StringBuilder text = new StringBuilder();
            given.budget().steps(list.size());
            Coercions.join(list, given.has(0) ? given.text(0) : ",", text, 0);
            given.budget().build(text.length());
            return text.toString();
          };
      case "slice" -> given -> slice(list, given);
      case "concat" -> given -> concat(list, given);
      case "flat" ->
          given -> {
            ScriptList flat = new ScriptList();
            flatten(list, given.integer(0, 1), flat, given.budget());
            return flat;
          };
      case "sort", "toSorted" -> given -> sorted(list, given);
      case "reverse", "toReversed" ->
          given -> {
            given.budget().steps(list.size());
            ScriptList reversed = new ScriptList(list);
            Collections.reverse(reversed);
            return reversed;
          };
      case "at" ->
          given -> {
            int index = given.integer(0, 0);
            int from = index < 0 ? index + list.size() : index;
            return from >= 0 && from < list.size() ? list.get(from) : Undefined.VALUE;
          };
      case "keys" ->
          given -> {
            ScriptList keys = new ScriptList();
            for (int i = 0; i < list.size(); i++) {
              keys.add((double) i);
            }
            return keys;
          };
      case "values" -> given -> new ScriptList(list);
      case "entries" ->
          given -> {
            ScriptList entries = new ScriptList();
            for (int i = 0; i < list.size(); i++) {
              entries.add(new ScriptList(Members.pair((double) i, list.get(i))));
            }
            return entries;
          };
      case "push" -> given -> push(list, given);
      case "toString" -> given -> Coercions.toText(list);
      default -> null;
    };
  }

  /** The methods that call a function for each element. */
  private static @Nullable ScriptFunction calling(List<?> list, String name) {
    return switch (name) {
      case "map" ->
          given -> {
            ScriptFunction function = given.function(0);
            ScriptList mapped = new ScriptList();
            for (int i = 0; i < list.size(); i++) {
              mapped.add(given.invoke(function, list.get(i), (double) i, list));
            }
            return mapped;
          };
      case "flatMap" ->
          given -> {
            ScriptFunction function = given.function(0);
            ScriptList mapped = new ScriptList();
            for (int i = 0; i < list.size(); i++) {
              Object value = given.invoke(function, list.get(i), (double) i, list);
              if (value instanceof List<?> inner) {
                given.budget().steps(inner.size());
                mapped.addAll(inner);
              } else {
                mapped.add(value);
              }
            }
            return mapped;
          };
      case "filter" ->
          given -> {
            ScriptFunction function = given.function(0);
            ScriptList kept = new ScriptList();
            for (int i = 0; i < list.size(); i++) {
              if (holds(list, i, function, given)) {
                kept.add(list.get(i));
              }
            }
            return kept;
          };
      case "find" -> given -> element(list, search(list, given, true));
      case "findLast" -> given -> element(list, search(list, given, false));
      case "findIndex" -> given -> (double) search(list, given, true);
      case "findLastIndex" -> given -> (double) search(list, given, false);
      case "some" -> given -> search(list, given, true) >= 0;
      case "every" ->
          given -> {
            ScriptFunction function = given.function(0);
            for (int i = 0; i < list.size(); i++) {
              if (!holds(list, i, function, given)) {
                return false;
              }
            }
            return true;
          };
      case "forEach" ->
          given -> {
            ScriptFunction function = given.function(0);
            for (int i = 0; i < list.size(); i++) {
              given.invoke(function, list.get(i), (double) i, list);
            }
            return Undefined.VALUE;
          };
      case "reduce" -> given -> reduce(list, given, true);
      case "reduceRight" -> given -> reduce(list, given, false);
      default -> null;
    };
  }

  private static boolean holds(List<?> list, int index, ScriptFunction function, Arguments given) {
    return Coercions.truthy(given.invoke(function, list.get(index), (double) index, list));
  }

  private static @Nullable Object element(List<?> list, int index) {
    return index < 0 ? Undefined.VALUE : list.get(index);
  }

  private static int search(List<?> list, Arguments given, boolean forward) {
    ScriptFunction function = given.function(0);
    for (int i = 0; i < list.size(); i++) {
      int index = forward ? i : list.size() - 1 - i;
      if (holds(list, index, function, given)) {
        return index;
      }
    }
    return -1;
  }

  private static @Nullable Object reduce(List<?> list, Arguments given, boolean forward) {
    ScriptFunction function = given.function(0);
    int next = 0;
    Object value;
    if (given.size() > 1) {
      value = given.get(1);
    } else if (list.isEmpty()) {
      throw ScriptException.type("Reduce of empty array with no initial value");
    } else {
      value = forward ? list.getFirst() : list.getLast();
      next = 1;
    }
    for (; next < list.size(); next++) {
      int index = forward ? next : list.size() - 1 - next;
      value = given.invoke(function, value, list.get(index), (double) index, list);
    }
    return value;
  }

  private static int indexOf(List<?> list, Arguments given) {
    given.budget().steps(list.size());
    for (int i = Math.max(0, given.integer(1, 0)); i < list.size(); i++) {
      if (Coercions.strictlyEqual(list.get(i), given.get(0))) {
        return i;
      }
    }
    return -1;
  }

  /** An index as {@code slice} counts it: from the end when negative, and within the length. */
  static int bound(double index, int length) {
    double from = index < 0 ? index + length : index;
    return (int) Math.max(0, Math.min(length, from));
  }

  private static ScriptList slice(List<?> list, Arguments given) {
    int start = bound(given.number(0, 0), list.size());
    int end = bound(given.number(1, list.size()), list.size());
    given.budget().steps(Math.max(0, end - start));
    return start < end ? new ScriptList(list.subList(start, end)) : new ScriptList();
  }

  private static ScriptList concat(List<?> list, Arguments given) {
    given.budget().steps(list.size());
    ScriptList all = new ScriptList(list);
    for (Object value : given.values()) {
      if (value instanceof List<?> more) {
        given.budget().steps(more.size());
        all.addAll(more);
      } else {
        all.add(value);
      }
    }
    return all;
  }

  /** Appends the elements of a list, lists in it opened down to a depth. */
  static void flatten(List<?> list, int depth, List<@Nullable Object> flat, Budget budget) {
    budget.enter();
    budget.steps(list.size());
    for (Object element : list) {
      if (depth > 0 && element instanceof List<?> inner) {
        flatten(inner, depth - 1, flat, budget);
      } else {
        flat.add(element);
      }
    }
    budget.leave();
  }

  private static Object push(List<?> list, Arguments given) {
    if (!(list instanceof ScriptList own)) {
      throw ScriptException.type(
          "Cannot add property " + list.size() + ", object is not extensible");
    }
    own.addAll(given.values());
    return (double) own.size();
  }

  private static ScriptList sorted(List<?> list, Arguments given) {
    Order order =
        given.has(0)
            ? (a, b) -> Coercions.toNumber(given.invoke(given.function(0), a, b))
            : (a, b) -> {
              given.budget().step();
              return Coercions.toText(a).compareTo(Coercions.toText(b));
            };
    return new ScriptList(sorted(new ArrayList<>(list), order, given.budget()));
  }

  /** How two elements are ordered; negative when the first comes first. */
  interface Order {
    double compare(@Nullable Object left, @Nullable Object right);
  }

  /**
   * Sorts by merging, which needs no order that is consistent; undefined comes last. The sort of
   * the JDK may refuse what a user's function answers.
   */
  static List<@Nullable Object> sorted(List<@Nullable Object> list, Order order, Budget budget) {
    budget.steps(list.size());
    if (list.size() < 2) {
      return list;
    }
    int middle = list.size() / 2;
    List<@Nullable Object> left = sorted(new ArrayList<>(list.subList(0, middle)), order, budget);
    List<@Nullable Object> right =
        sorted(new ArrayList<>(list.subList(middle, list.size())), order, budget);
    List<@Nullable Object> merged = new ArrayList<>(list.size());
    int i = 0;
    int j = 0;
    while (i < left.size() && j < right.size()) {
      Object a = left.get(i);
      Object b = right.get(j);
      boolean takeRight = b != Undefined.VALUE && (a == Undefined.VALUE || order.compare(a, b) > 0);
      merged.add(takeRight ? b : a);
      if (takeRight) {
        j++;
      } else {
        i++;
      }
    }
    merged.addAll(left.subList(i, left.size()));
    merged.addAll(right.subList(j, right.size()));
    return merged;
  }
}
