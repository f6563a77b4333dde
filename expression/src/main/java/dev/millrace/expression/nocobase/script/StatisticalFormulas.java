package dev.millrace.expression.nocobase.script;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Formulas of statistics. */
final class StatisticalFormulas {
  private static final int QUARTERS = 4;

  private StatisticalFormulas() {}

  static Map<String, ScriptFunction> all() {
    Map<String, ScriptFunction> all = new HashMap<>();
    all.putAll(counts());
    all.putAll(averages());
    all.putAll(ranks());
    ScriptFunction sample = given -> Math.sqrt(variance(Formulas.numbers(given), 1));
    ScriptFunction whole = given -> Math.sqrt(variance(Formulas.numbers(given), 0));
    all.put("STDEV", Formulas.family("STDEV", sample, Map.of("S", sample, "P", whole)));
    all.put("STDEVS", sample);
    all.put("STDEVP", whole);
    ScriptFunction ofSample = given -> variance(Formulas.numbers(given), 1);
    ScriptFunction ofWhole = given -> variance(Formulas.numbers(given), 0);
    all.put("VAR", Formulas.family("VAR", ofSample, Map.of("S", ofSample, "P", ofWhole)));
    all.put("VARS", ofSample);
    all.put("VARP", ofWhole);
    all.put("DEVSQ", given -> squares(Formulas.strictNumbers(given)));
    all.put(
        "AVEDEV",
        given -> {
          double[] numbers = Formulas.strictNumbers(given);
          double mean = mean(numbers);
          return mean(Arrays.stream(numbers).map(number -> Math.abs(number - mean)).toArray());
        });
    all.put("CORREL", given -> Series.of(given, 0, 1).correlation());
    all.put("SLOPE", given -> Series.of(given, 0, 1).slope());
    all.put(
        "INTERCEPT",
        given -> {
          Series series = Series.of(given, 0, 1);
          return mean(series.left()) - series.slope() * mean(series.right());
        });
    return all;
  }

  private static Map<String, ScriptFunction> counts() {
    Map<String, ScriptFunction> all = new HashMap<>();
    all.put("COUNT", given -> (double) Formulas.numbers(given).length);
    all.put(
        "COUNTA",
        given -> (double) Formulas.flat(given).stream().filter(value -> !blank(value)).count());
    all.put(
        "COUNTBLANK",
        given -> (double) Formulas.flat(given).stream().filter(value -> blank(value)).count());
    all.put(
        "COUNTUNIQUE",
        given ->
            (double)
                Formulas.flat(given).stream().map(LookupFormulas::identity).distinct().count());
    all.put(
        "COUNTIF",
        given -> {
          Criterion criterion = Criterion.of(given.get(1));
          return (double)
              Formulas.flat(given.get(0), given.budget()).stream()
                  .filter(cell -> criterion.holds(cell, given.budget()))
                  .count();
        });
    all.put(
        "COUNTIFS",
        given -> {
          int rows = given.get(0) instanceof List<?> list ? list.size() : 0;
          double count = 0;
          for (int row = 0; row < rows; row++) {
            count += Cells.hold(given, 0, row) ? 1 : 0;
          }
          return count;
        });
    return all;
  }

  private static boolean blank(@Nullable Object value) {
    return Undefined.orNull(value) || "".equals(value);
  }

  private static Map<String, ScriptFunction> averages() {
    Map<String, ScriptFunction> all = new HashMap<>();
    all.put("AVERAGE", given -> mean(Formulas.numbers(given)));
    all.put("AVERAGEA", given -> mean(counted(given)));
    all.put(
        "AVERAGEIF",
        given -> {
          List<@Nullable Object> cells = Formulas.flat(given.get(0), given.budget());
          List<@Nullable Object> amounts =
              given.has(2) ? Formulas.flat(given.get(2), given.budget()) : cells;
          Criterion criterion = Criterion.of(given.get(1));
          ScriptList kept = new ScriptList();
          for (int i = 0; i < cells.size() && i < amounts.size(); i++) {
            if (criterion.holds(cells.get(i), given.budget())) {
              kept.add(amounts.get(i));
            }
          }
          return mean(Formulas.numbers(kept, given.budget()));
        });
    all.put("AVERAGEIFS", given -> mean(matching(given)));
    all.put("MAXIFS", given -> Arrays.stream(matching(given)).max().orElse(0));
    all.put("MINIFS", given -> Arrays.stream(matching(given)).min().orElse(0));
    all.put("MAX", given -> Arrays.stream(Formulas.numbers(given)).max().orElse(0));
    all.put("MIN", given -> Arrays.stream(Formulas.numbers(given)).min().orElse(0));
    all.put("MAXA", given -> Arrays.stream(counted(given)).max().orElse(0));
    all.put("MINA", given -> Arrays.stream(counted(given)).min().orElse(0));
    all.put("MEDIAN", given -> percentile(sorted(Formulas.numbers(given)), 0.5));
    ScriptFunction mode = StatisticalFormulas::mode;
    all.put("MODE", Formulas.family("MODE", mode, Map.of("SNGL", mode)));
    all.put(
        "GEOMEAN",
        given ->
            Math.exp(mean(Arrays.stream(Formulas.strictNumbers(given)).map(Math::log).toArray())));
    all.put(
        "HARMEAN",
        given -> 1 / mean(Arrays.stream(Formulas.strictNumbers(given)).map(x -> 1 / x).toArray()));
    return all;
  }

  /** The numbers of the first argument in the rows that meet the conditions. */
  private static double[] matching(Arguments given) {
    List<@Nullable Object> cells = Formulas.flat(given.get(0), given.budget());
    ScriptList kept = new ScriptList();
    for (int i = 0; i < cells.size(); i++) {
      if (Cells.hold(given, 1, i)) {
        kept.add(cells.get(i));
      }
    }
    return Formulas.numbers(kept, given.budget());
  }

  /** All arguments as numbers, text as 0. */
  private static double[] counted(Arguments given) {
    return Formulas.flat(given).stream()
        .filter(value -> !Undefined.orNull(value))
        .mapToDouble(value -> value instanceof String ? 0 : Coercions.toNumber(value))
        .toArray();
  }

  private static Object mode(Arguments given) {
    Map<Double, Integer> counts = new LinkedHashMap<>();
    for (double number : Formulas.numbers(given)) {
      counts.merge(number, 1, Integer::sum);
    }
    return counts.entrySet().stream()
        .reduce((best, next) -> next.getValue() > best.getValue() ? next : best)
        .<Object>map(Map.Entry::getKey)
        .orElse(FormulaError.NA);
  }

  private static Map<String, ScriptFunction> ranks() {
    Map<String, ScriptFunction> all = new HashMap<>();
    all.put("LARGE", given -> ranked(given, true));
    all.put("SMALL", given -> ranked(given, false));
    ScriptFunction rank =
        given -> {
          double number = Formulas.number(given, 0);
          boolean ascending = given.has(2) && Coercions.truthy(given.get(2));
          double[] numbers = Formulas.numbers(given.get(1), given.budget());
          if (Arrays.stream(numbers).noneMatch(other -> other == number)) {
            return FormulaError.NA;
          }
          long before =
              Arrays.stream(numbers)
                  .filter(other -> ascending ? other < number : other > number)
                  .count();
          return before + 1.0;
        };
    all.put("RANK", Formulas.family("RANK", rank, Map.of("EQ", rank)));
    ScriptFunction percentile =
        given ->
            percentile(
                sorted(Formulas.numbers(given.get(0), given.budget())), Formulas.number(given, 1));
    all.put("PERCENTILE", Formulas.family("PERCENTILE", percentile, Map.of("INC", percentile)));
    ScriptFunction quartile =
        given ->
            percentile(
                sorted(Formulas.numbers(given.get(0), given.budget())),
                Formulas.number(given, 1) / QUARTERS);
    all.put("QUARTILE", Formulas.family("QUARTILE", quartile, Map.of("INC", quartile)));
    return all;
  }

  private static Object ranked(Arguments given, boolean largest) {
    double[] sorted = sorted(Formulas.numbers(given.get(0), given.budget()));
    int rank = (int) Formulas.number(given, 1);
    if (rank < 1 || rank > sorted.length) {
      return FormulaError.NUM;
    }
    return largest ? sorted[sorted.length - rank] : sorted[rank - 1];
  }

  private static double[] sorted(double[] numbers) {
    double[] sorted = numbers.clone();
    Arrays.sort(sorted);
    return sorted;
  }

  static double mean(double[] numbers) {
    if (numbers.length == 0) {
      throw FormulaError.DIV0.fault();
    }
    return Arrays.stream(numbers).sum() / numbers.length;
  }

  /** The sum of the squares of the distances from the mean. */
  static double squares(double[] numbers) {
    double mean = mean(numbers);
    return Arrays.stream(numbers).map(number -> (number - mean) * (number - mean)).sum();
  }

  /** The mean square distance from the mean; fewer than the count divide it for a sample. */
  static double variance(double[] numbers, int fewer) {
    if (numbers.length <= fewer) {
      throw FormulaError.DIV0.fault();
    }
    return squares(numbers) / (numbers.length - fewer);
  }

  /** The value at a share of sorted numbers, between two of them in proportion. */
  static double percentile(double[] sorted, double share) {
    if (sorted.length == 0 || !(share >= 0 && share <= 1)) {
      throw FormulaError.NUM.fault();
    }
    double place = share * (sorted.length - 1);
    int below = (int) Math.floor(place);
    double fraction = place - below;
    return fraction == 0
        ? sorted[below]
        : sorted[below] + fraction * (sorted[below + 1] - sorted[below]);
  }
}
