package dev.millrace.expression.nocobase.script;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows that meet pairs of ranges and conditions, as {@code COUNTIFS} takes them. */
final class Cells {
  private Cells() {}

  /** Whether a row meets all conditions; the pairs begin at an argument. */
  static boolean hold(Arguments given, int firstPair, int row) {
    for (int i = firstPair; i + 1 < given.size(); i += 2) {
      List<?> range = given.get(i) instanceof List<?> list ? list : List.of();
      Object cell = cell(range, row);
      if (!Criterion.of(given.get(i + 1)).holds(cell, given.budget())) {
        return false;
      }
    }
    return true;
  }

  private static @Nullable Object cell(List<?> range, int row) {
    if (row >= range.size()) {
      return null;
    }
    Object cell = range.get(row);
    return cell instanceof List<?> inner && !inner.isEmpty() ? inner.getFirst() : cell;
  }
}
