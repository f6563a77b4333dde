package dev.millrace.expression.nocobase.math;

import dev.millrace.expression.nocobase.script.Arguments;
import dev.millrace.expression.nocobase.script.Budget;
import dev.millrace.expression.nocobase.script.ScriptException;
import dev.millrace.expression.nocobase.script.ScriptFunction;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Lists, and lists of rows as matrices. */
final class MathLists {
  private static final int DETERMINANT_MAX = 100;

  private MathLists() {}

  static Map<String, ScriptFunction> all() {
    Map<String, ScriptFunction> all = new HashMap<>();
    all.put("matrix", given -> given.size() == 0 ? List.of() : given.get(0));
    all.put("clone", given -> given.get(0));
    all.put(
        "size",
        given -> {
          List<Double> size = new ArrayList<>();
          Object value = given.get(0);
          while (value instanceof List<?> list && size.size() < Budget.VALUE_DEPTH_MAX) {
            size.add((double) list.size());
            value = list.isEmpty() ? null : list.getFirst();
          }
          return given.get(0) instanceof String text ? List.of((double) text.length()) : size;
        });
    all.put(
        "count",
        given ->
            given.get(0) instanceof String text
                ? (double) text.length()
                : (double) MathValues.flat(list(given.get(0))).size());
    all.put("flatten", given -> MathValues.flat(list(given.get(0))));
    all.put("zeros", given -> filled(given, 0, 0.0));
    all.put("ones", given -> filled(given, 0, 1.0));
    all.put("identity", MathLists::identity);
    all.put("transpose", given -> transpose(given));
    all.put(
        "dot", given -> MathArithmetic.dot(list(given.get(0)), list(given.get(1)), given.budget()));
    all.put("det", given -> determinant(given));
    all.put("cross", MathLists::cross);
    all.put(
        "norm",
        given ->
            given.get(0) instanceof List<?> list
                ? Math.sqrt(MathArithmetic.dot(list, list, given.budget()))
                : Math.abs(MathValues.number(given.get(0), "norm", 0)));
    all.put(
        "range",
        given ->
            range(
                MathValues.number(given.get(0), "range", 0),
                MathValues.number(given.get(1), "range", 1),
                given.size() > 2 && !(given.get(2) instanceof Boolean)
                    ? MathValues.number(given.get(2), "range", 2)
                    : 1,
                !Boolean.FALSE.equals(given.get(given.size() - 1)),
                given.budget()));
    all.put("sort", MathLists::sort);
    all.put("map", given -> mapped(given));
    all.put("filter", given -> filtered(given));
    all.put(
        "row", given -> List.of(row(list(given.get(0)), place(given, list(given.get(0)).size()))));
    all.put(
        "column",
        given -> {
          List<?> columns = transposed(list(given.get(0)), given.budget());
          return transposed(List.of(row(columns, place(given, columns.size()))), given.budget());
        });
    return all;
  }

  private static List<?> row(List<?> rows, int place) {
    return list(rows.get(place));
  }

  private static int place(Arguments given, int size) {
    double index = MathValues.number(given.get(1), "subset", 1);
    if (!(index >= 1 && index <= size)) {
      throw ScriptException.error("Index out of range (" + index + " > " + size + ")");
    }
    return (int) index - 1;
  }

  static List<?> list(@Nullable Object value) {
    if (value instanceof List<?> list) {
      return list;
    }
    throw ScriptException.type(
        "Unexpected type of argument (expected: Array or Matrix, actual: "
            + MathValues.typeOf(value)
            + ", index: 0)");
  }

  static boolean isMatrix(List<?> list) {
    return !list.isEmpty() && list.getFirst() instanceof List<?>;
  }

  /** Numbers from a start to an end, by a step. */
  static List<@Nullable Object> range(
      double start, double end, double step, boolean includeEnd, Budget budget) {
    if (step == 0 || !Double.isFinite(start) || !Double.isFinite(end) || Double.isNaN(step)) {
      throw ScriptException.range("Step must be a finite number other than 0");
    }
    List<@Nullable Object> range = new ArrayList<>();
    for (long i = 0; ; i++) {
      double next = start + i * step;
      boolean at = MathValues.nearlyEqual(next, end) || (next == 0 && end == 0);
      boolean past = step > 0 ? next > end : next < end;
      if (at ? !includeEnd : past) {
        return range;
      }
      budget.step();
      range.add(next);
    }
  }

  private static List<@Nullable Object> filled(Arguments given, int dimension, double value) {
    List<?> sizes = given.get(0) instanceof List<?> list ? list : new ArrayList<>(given.values());
    return filled(sizes, dimension, value, given.budget());
  }

  private static List<@Nullable Object> filled(
      List<?> sizes, int dimension, double value, Budget budget) {
    List<@Nullable Object> filled = new ArrayList<>();
    if (dimension >= sizes.size() || dimension > Budget.VALUE_DEPTH_MAX) {
      return filled;
    }
    double size = MathValues.number(sizes.get(dimension), "zeros", dimension);
    for (int i = 0; i < size; i++) {
      budget.step();
      filled.add(
          dimension == sizes.size() - 1
              ? (Object) value
              : filled(sizes, dimension + 1, value, budget));
    }
    return filled;
  }

  private static List<@Nullable Object> identity(Arguments given) {
    double size = MathValues.number(given.get(0), "identity", 0);
    List<@Nullable Object> rows = new ArrayList<>();
    for (int row = 0; row < size; row++) {
      List<@Nullable Object> cells = new ArrayList<>();
      for (int column = 0; column < size; column++) {
        given.budget().step();
        cells.add(row == column ? 1.0 : 0.0);
      }
      rows.add(cells);
    }
    return rows;
  }

  private static @Nullable Object transpose(Arguments given) {
    return given.get(0) instanceof List<?> list && isMatrix(list)
        ? transposed(list, given.budget())
        : given.get(0);
  }

  static List<@Nullable Object> transposed(List<?> rows, Budget budget) {
    List<@Nullable Object> columns = new ArrayList<>();
    int width = rows.isEmpty() ? 0 : list(rows.getFirst()).size();
    for (int column = 0; column < width; column++) {
      budget.steps(rows.size());
      List<@Nullable Object> cells = new ArrayList<>();
      for (Object row : rows) {
        List<?> all = list(row);
        if (all.size() != width) {
          throw MathValues.mismatch(all.size(), width);
        }
        cells.add(all.get(column));
      }
      columns.add(cells);
    }
    return columns;
  }

  private static double determinant(Arguments given) {
    List<?> rows = list(given.get(0));
    int size = rows.size();
    if (size > DETERMINANT_MAX) {
      throw ScriptException.range("a matrix has at most " + DETERMINANT_MAX + " rows here");
    }
    double[][] cells = new double[size][size];
    for (int i = 0; i < size; i++) {
      List<?> row = list(rows.get(i));
      if (row.size() != size) {
        throw ScriptException.range(
            "Matrix must be square (size: [" + size + ", " + row.size() + "])");
      }
      for (int j = 0; j < size; j++) {
        cells[i][j] = MathValues.number(row.get(j), "det", 0);
      }
    }
    given.budget().steps((long) size * size * size);
    return determinant(cells);
  }

  private static double determinant(double[][] cells) {
    double determinant = 1;
    for (int i = 0; i < cells.length; i++) {
      int pivot = i;
      for (int j = i + 1; j < cells.length; j++) {
        pivot = Math.abs(cells[j][i]) > Math.abs(cells[pivot][i]) ? j : pivot;
      }
      if (cells[pivot][i] == 0) {
        return 0;
      }
      if (pivot != i) {
        double[] row = cells[pivot];
        cells[pivot] = cells[i];
        cells[i] = row;
        determinant = -determinant;
      }
      determinant *= cells[i][i];
      for (int j = i + 1; j < cells.length; j++) {
        double factor = cells[j][i] / cells[i][i];
        for (int k = i; k < cells.length; k++) {
          cells[j][k] -= factor * cells[i][k];
        }
      }
    }
    return determinant;
  }

  private static List<Double> cross(Arguments given) {
    double[] a = three(given.get(0));
    double[] b = three(given.get(1));
    return List.of(a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]);
  }

  private static double[] three(@Nullable Object value) {
    double[] numbers =
        list(value).stream().mapToDouble(one -> MathValues.number(one, "cross", 0)).toArray();
    int dimensions = 3;
    if (numbers.length != dimensions) {
      throw MathValues.mismatch(numbers.length, dimensions);
    }
    return numbers;
  }

  private static List<@Nullable Object> sort(Arguments given) {
    List<@Nullable Object> sorted = new ArrayList<>(list(given.get(0)));
    given.budget().steps(sorted.size());
    boolean natural = given.size() > 1 && "natural".equals(given.get(1));
    try {
      sorted.sort((a, b) -> {
        given.budget().step();
        return natural || (a instanceof String && b instanceof String)
            ? (int) MathRelations.natural(a, b)
            : Double.compare(MathValues.number(a, "sort", 0), MathValues.number(b, "sort", 1));
      });
    } catch (IllegalArgumentException e) {
      throw ScriptException.type("Cannot compare what is to be sorted");
    }
    if (given.size() > 1 && "desc".equals(given.get(1))) {
      Collections.reverse(sorted);
    }
    return sorted;
  }

  private static List<@Nullable Object> mapped(Arguments given) {
    ScriptFunction function = given.function(1);
    List<@Nullable Object> mapped = new ArrayList<>();
    for (Object element : list(given.get(0))) {
      mapped.add(given.invoke(function, element));
    }
    return mapped;
  }

  private static List<@Nullable Object> filtered(Arguments given) {
    ScriptFunction function = given.function(1);
    List<@Nullable Object> kept = new ArrayList<>();
    for (Object element : list(given.get(0))) {
      if (MathEvaluator.truth(given.invoke(function, element))) {
        kept.add(element);
      }
    }
    return kept;
  }
}
