package dev.millrace.expression.nocobase.math;

import dev.millrace.expression.nocobase.script.Arguments;
import dev.millrace.expression.nocobase.script.ScriptException;
import dev.millrace.expression.nocobase.script.ScriptFunction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Statistics over numbers given one by one or in lists. */
final class MathStatistics {
  private MathStatistics() {}

  static Map<String, ScriptFunction> all() {
    Map<String, ScriptFunction> all = new HashMap<>();
    along(all, "sum", numbers -> Arrays.stream(numbers).sum());
    over(all, "prod", numbers -> Arrays.stream(numbers).reduce(1, (a, b) -> a * b));
    along(all, "mean", MathStatistics::mean);
    over(all, "median", numbers -> quantile(numbers, 0.5));
    along(all, "max", numbers -> Arrays.stream(numbers).max().orElse(Double.NaN));
    along(all, "min", numbers -> Arrays.stream(numbers).min().orElse(Double.NaN));
    over(
        all,
        "mad",
        numbers -> {
          double median = quantile(numbers, 0.5);
          return quantile(
              Arrays.stream(numbers).map(number -> Math.abs(number - median)).toArray(), 0.5);
        });
    all.put("variance", given -> variance(given, "variance"));
    all.put("std", given -> Math.sqrt(variance(given, "std")));
    all.put(
        "quantileSeq",
        given -> {
          double[] numbers = numbers(given.get(0), "quantileSeq", given);
          double share = MathValues.number(given.get(1), "quantileSeq", 1);
          if (!(share >= 0 && share <= 1)) {
            throw ScriptException.error("N/prob must be between 0 and 1");
          }
          return quantile(numbers, share);
        });
    all.put(
        "mode",
        given -> {
          Map<Double, Integer> counts = new LinkedHashMap<>();
          for (double number : numbers(given.values(), "mode", given)) {
            counts.merge(number, 1, Integer::sum);
          }
          int most = counts.values().stream().mapToInt(Integer::intValue).max().orElse(0);
          return counts.entrySet().stream()
              .filter(entry -> entry.getValue() == most)
              .map(Map.Entry::getKey)
              .toList();
        });
    all.put(
        "cumsum",
        given -> {
          double sum = 0;
          List<Double> sums = new ArrayList<>();
          for (double number : numbers(given.values(), "cumsum", given)) {
            sum += number;
            sums.add(sum);
          }
          return sums;
        });
    return all;
  }

  private static void over(
      Map<String, ScriptFunction> all, String name, ToDoubleFunction<double[]> function) {
    all.put(name, given -> function.applyAsDouble(numbers(given.values(), name, given)));
  }

  /** As above; a list and a number are a matrix and the dimension, from 1, that is gone along. */
  private static void along(
      Map<String, ScriptFunction> all, String name, ToDoubleFunction<double[]> function) {
    all.put(
        name,
        given ->
            given.size() == 2
                    && given.get(0) instanceof List<?> list
                    && given.get(1) instanceof Number dimension
                ? along(list, dimension.doubleValue(), name, function, given)
                : function.applyAsDouble(numbers(given.values(), name, given)));
  }

  private static @Nullable Object along(
      List<?> list,
      double dimension,
      String name,
      ToDoubleFunction<double[]> function,
      Arguments given) {
    boolean matrix = !list.isEmpty() && list.stream().allMatch(row -> row instanceof List);
    int dimensions = matrix ? 2 : 1;
    if (dimension != 1 && dimension != dimensions) {
      throw ScriptException.error(
          "Index out of range (" + (long) dimension + " > " + dimensions + ")");
    }
    if (!matrix) {
      return function.applyAsDouble(numbers(list, name, given));
    }
    List<?> rows = dimension == 1 ? MathLists.transposed(list, given.budget()) : list;
    List<@Nullable Object> results = new ArrayList<>(rows.size());
    for (Object row : rows) {
      results.add(function.applyAsDouble(numbers(row, name, given)));
    }
    return results;
  }

  private static double[] numbers(@Nullable Object values, String name, Arguments given) {
    List<?> flat = values instanceof List<?> list ? MathValues.flat(list) : List.of();
    boolean ofList = given.size() == 1 && given.get(0) instanceof List;
    if (flat.isEmpty() && name.equals("sum") && ofList) {
      return new double[0];
    }
    if (flat.isEmpty()) {
      throw ScriptException.error("Cannot calculate the " + name + " of an empty array");
    }
    given.budget().steps(flat.size());
    return flat.stream().mapToDouble(value -> MathValues.number(value, name, 0)).toArray();
  }

  private static double mean(double[] numbers) {
    return Arrays.stream(numbers).sum() / numbers.length;
  }

  private static double variance(Arguments given, String name) {
    boolean named = given.size() > 1 && given.get(given.size() - 1) instanceof String;
    String kind = named ? given.text(given.size() - 1) : "unbiased";
    double[] numbers =
        numbers(given.values().subList(0, given.size() - (named ? 1 : 0)), name, given);
    double mean = mean(numbers);
    double squares = Arrays.stream(numbers).map(number -> (number - mean) * (number - mean)).sum();
    return switch (kind) {
      case "uncorrected" -> squares / numbers.length;
      case "biased" -> squares / (numbers.length + 1);
      case "unbiased" -> numbers.length == 1 ? 0 : squares / (numbers.length - 1);
      default ->
          throw ScriptException.error(
              "Unknown normalization \""
                  + kind
                  + "\". Choose \"unbiased\" (default), \"uncorrected\", or \"biased\".");
    };
  }

  private static double quantile(double[] numbers, double share) {
    double[] sorted = numbers.clone();
    Arrays.sort(sorted);
    double place = share * (sorted.length - 1);
    int below = (int) Math.floor(place);
    double fraction = place - below;
    return fraction == 0
        ? sorted[below]
        : sorted[below] + fraction * (sorted[below + 1] - sorted[below]);
  }
}
