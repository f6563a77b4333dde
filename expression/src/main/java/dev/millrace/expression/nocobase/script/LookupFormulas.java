package dev.millrace.expression.nocobase.script;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Formulas of lists and tables, which are lists of rows. */
final class LookupFormulas {
  private LookupFormulas() {}

  static Map<String, ScriptFunction> all() {
    Map<String, ScriptFunction> all = new HashMap<>();
    all.put("ROWS", given -> (double) rows(given, 0).size());
    all.put(
        "COLUMNS",
        given -> {
          List<?> rows = rows(given, 0);
          return rows.isEmpty() ? 0.0 : (double) row(rows.getFirst()).size();
        });
    all.put("INDEX", LookupFormulas::index);
    all.put("MATCH", LookupFormulas::match);
    all.put("LOOKUP", LookupFormulas::lookup);
    all.put("VLOOKUP", given -> lookup(given, rows(given, 1)));
    all.put("HLOOKUP", given -> lookup(given, transposed(rows(given, 1), given.budget())));
    all.put(
        "TRANSPOSE",
        given -> {
          List<?> rows = rows(given, 0);
          boolean table = rows.stream().anyMatch(row -> row instanceof List<?>);
          return transposed(table ? rows : List.of(rows), given.budget());
        });
    all.put("UNIQUE", LookupFormulas::unique);
    all.put("FLATTEN", given -> new ScriptList(Formulas.flat(given)));
    all.put("ARGS2ARRAY", given -> new ScriptList(given.values()));
    all.put(
        "SORT",
        given -> {
          double direction = Formulas.integer(given, 2, 1);
          List<@Nullable Object> elements = new ArrayList<>(rows(given, 0));
          return new ScriptList(
              ListMembers.sorted(
                  elements,
                  (a, b) -> {
                    given.budget().step();
                    return direction * compare(first(a), first(b));
                  },
                  given.budget()));
        });
    return all;
  }

  private static List<?> rows(Arguments given, int index) {
    return switch (given.get(index)) {
      case List<?> list -> list;
      case FormulaError error -> throw error.fault();
      case null, default -> throw FormulaError.VALUE.fault();
    };
  }

  private static List<?> row(@Nullable Object row) {
    return row instanceof List<?> cells
        ? cells
        : new ScriptList(java.util.Collections.singletonList(row));
  }

  private static @Nullable Object first(@Nullable Object row) {
    return row instanceof List<?> cells ? (cells.isEmpty() ? null : cells.getFirst()) : row;
  }

  /** What makes values of different types different, and 1 and 1.0 the same. */
  static Object identity(@Nullable Object value) {
    return value instanceof Number number
        ? (Object) number.doubleValue()
        : Coercions.typeOf(value) + ":" + Coercions.toText(value);
  }

  private static ScriptList unique(Arguments given) {
    Map<Object, @Nullable Object> seen = new LinkedHashMap<>();
    for (Object value : Formulas.flat(given)) {
      seen.putIfAbsent(identity(value), value);
    }
    return new ScriptList(seen.values());
  }

  private static double compare(@Nullable Object left, @Nullable Object right) {
    if (left instanceof Number && right instanceof Number) {
      return Double.compare(Coercions.toNumber(left), Coercions.toNumber(right));
    }
    if (left instanceof Number || right instanceof Number) {
      return left instanceof Number ? -1 : 1;
    }
    return folded(left).compareTo(folded(right));
  }

  private static String folded(@Nullable Object value) {
    return Coercions.toText(value).toLowerCase(Locale.ROOT);
  }

  private static boolean same(@Nullable Object left, @Nullable Object right) {
    boolean texts = left instanceof String && right instanceof String;
    return texts ? folded(left).equals(folded(right)) : Coercions.strictlyEqual(left, right);
  }

  private static @Nullable Object index(Arguments given) {
    List<?> rows = rows(given, 0);
    int row = Formulas.integer(given, 1, 1);
    int column = Formulas.integer(given, 2, 1);
    if (row < 1 || row > rows.size()) {
      throw FormulaError.REF.fault();
    }
    List<?> cells = row(rows.get(row - 1));
    if (column < 1 || column > cells.size()) {
      throw FormulaError.REF.fault();
    }
    return cells.get(column - 1);
  }

  /** The place of a value; kind 0 the same, 1 the largest not above, -1 the smallest not below. */
  private static double match(Arguments given) {
    Object wanted = given.get(0);
    List<?> list = rows(given, 1);
    int kind = Formulas.integer(given, 2, 1);
    given.budget().steps(list.size());
    int best = -1;
    for (int i = 0; i < list.size(); i++) {
      Object candidate = first(list.get(i));
      if (same(candidate, wanted)) {
        return i + 1.0;
      }
      if (kind != 0 && Coercions.typeOf(candidate).equals(Coercions.typeOf(wanted))) {
        double order = compare(candidate, wanted) * kind;
        boolean better = best < 0 || compare(candidate, first(list.get(best))) * kind > 0;
        best = order < 0 && better ? i : best;
      }
    }
    if (best < 0) {
      throw FormulaError.NA.fault();
    }
    return best + 1.0;
  }

  private static @Nullable Object lookup(Arguments given) {
    List<?> results = given.has(2) ? rows(given, 2) : rows(given, 1);
    int place = (int) match(new Arguments(given.values().subList(0, 2), given.call()));
    if (place > results.size()) {
      throw FormulaError.REF.fault();
    }
    return first(results.get(place - 1));
  }

  /** The cell of a column in the row whose first cell is the one wanted. */
  private static @Nullable Object lookup(Arguments given, List<?> rows) {
    Object wanted = given.get(0);
    int column = Formulas.integer(given, 2, 1);
    boolean nearest = !given.has(3) || Coercions.truthy(given.get(3));
    given.budget().steps(rows.size());
    List<?> found = null;
    for (Object row : rows) {
      List<?> cells = row(row);
      Object key = first(row);
      if (same(key, wanted)) {
        return cell(cells, column);
      }
      boolean comparable =
          Objects.equals(Coercions.typeOf(key), Coercions.typeOf(wanted)) && key instanceof Number;
      if (nearest && comparable && compare(key, wanted) < 0) {
        found = cells;
      }
    }
    if (found == null) {
      throw FormulaError.NA.fault();
    }
    return cell(found, column);
  }

  private static @Nullable Object cell(List<?> cells, int column) {
    if (column < 1 || column > cells.size()) {
      throw FormulaError.REF.fault();
    }
    return cells.get(column - 1);
  }

  private static ScriptList transposed(List<?> rows, Budget budget) {
    ScriptList columns = new ScriptList();
    int width = rows.isEmpty() ? 0 : row(rows.getFirst()).size();
    for (int column = 0; column < width; column++) {
      budget.steps(rows.size());
      ScriptList cells = new ScriptList();
      for (Object row : rows) {
        List<?> all = row(row);
        cells.add(column < all.size() ? all.get(column) : null);
      }
      columns.add(cells);
    }
    return columns;
  }
}
