package dev.millrace.expression.nocobase.script;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** Formulas of two series of numbers, of the shape of one, of selections and of other angles. */
final class RegressionFormulas {
  private static final int SELECTION_MAX = 100_000;

  private RegressionFormulas() {}

  static Map<String, ScriptFunction> all() {
    Map<String, ScriptFunction> all = new HashMap<>();
    all.put("PEARSON", RegressionFormulas::correlation);
    all.put("RSQ", given -> Math.pow(correlation(given), 2));
    all.put("COVARIANCEP", given -> covariance(given, 0));
    all.put("COVARIANCES", given -> covariance(given, 1));
    all.put(
        "STEYX",
        given -> {
          Series series = Series.of(given, 0, 1);
          double products = series.products();
          double rest =
              StatisticalFormulas.squares(series.left())
                  - products * products / StatisticalFormulas.squares(series.right());
          return Math.sqrt(rest / (series.left().length - 2));
        });
    all.put(
        "FORECAST",
        given -> {
          Series series = Series.of(given, 1, 2);
          return StatisticalFormulas.mean(series.left())
              + series.slope()
                  * (Formulas.number(given, 0) - StatisticalFormulas.mean(series.right()));
        });
    summed(all, "SUMX2MY2", (x, y) -> x * x - y * y);
    summed(all, "SUMX2PY2", (x, y) -> x * x + y * y);
    summed(all, "SUMXMY2", (x, y) -> (x - y) * (x - y));
    all.put("SKEW", given -> skew(Formulas.numbers(given)));
    all.put("KURT", given -> kurtosis(Formulas.numbers(given)));
    all.put(
        "STANDARDIZE",
        given ->
            (Formulas.number(given, 0) - Formulas.number(given, 1)) / Formulas.number(given, 2));
    selections(all);
    of(all, "SEC", x -> 1 / Math.cos(x));
    of(all, "CSC", x -> 1 / Math.sin(x));
    of(all, "SECH", x -> 1 / Math.cosh(x));
    of(all, "CSCH", x -> 1 / Math.sinh(x));
    of(all, "COTH", x -> 1 / Math.tanh(x));
    of(all, "ACOTH", x -> 0.5 * Math.log((x + 1) / (x - 1)));
    of(all, "FISHER", x -> 0.5 * Math.log((1 + x) / (1 - x)));
    of(all, "FISHERINV", Math::tanh);
    return all;
  }

  private static void selections(Map<String, ScriptFunction> all) {
    all.put("PERMUT", given -> falling(whole(given, 0), whole(given, 1)));
    all.put("PERMUTATIONA", given -> Math.pow(whole(given, 0), whole(given, 1)));
    all.put(
        "COMBINA",
        given -> {
          double chosen = whole(given, 1);
          double of = whole(given, 0) + chosen - 1;
          return chosen == 0 ? 1.0 : Math.rint(falling(of, chosen) / falling(chosen, chosen));
        });
  }

  private static void of(Map<String, ScriptFunction> all, String name, DoubleUnaryOperator made) {
    all.put(name, given -> Formulas.finite(made.applyAsDouble(Formulas.number(given, 0))));
  }

  private static void summed(
      Map<String, ScriptFunction> all, String name, DoubleBinaryOperator part) {
    all.put(
        name,
        given -> {
          Series series = Series.of(given, 0, 1);
          double sum = 0;
          for (int i = 0; i < series.left().length; i++) {
            sum += part.applyAsDouble(series.left()[i], series.right()[i]);
          }
          return sum;
        });
  }

  /** The product of so many numbers down from the first one. */
  private static double falling(double first, double count) {
    if (count > SELECTION_MAX || count > first) {
      throw FormulaError.NUM.fault();
    }
    double product = 1;
    for (int i = 0; i < count; i++) {
      product *= first - i;
    }
    return product;
  }

  private static double whole(Arguments given, int index) {
    double number = Math.floor(Formulas.number(given, index));
    if (number < 0) {
      throw FormulaError.NUM.fault();
    }
    return number;
  }

  private static double correlation(Arguments given) {
    return Formulas.finite(Series.of(given, 0, 1).correlation());
  }

  /** The mean product of both distances; fewer than the count divide it for a sample. */
  private static double covariance(Arguments given, int fewer) {
    Series series = Series.of(given, 0, 1);
    return Formulas.finite(series.products() / (series.left().length - fewer));
  }

  /** The sum of powers of the distances from the mean. */
  private static double powers(double[] numbers, int power) {
    double mean = Arrays.stream(numbers).average().orElse(Double.NaN);
    double sum = 0;
    for (double number : numbers) {
      sum += Math.pow(number - mean, power);
    }
    return sum;
  }

  private static double deviation(double[] numbers) {
    return Math.sqrt(powers(numbers, 2) / (numbers.length - 1));
  }

  private static double skew(double[] numbers) {
    double n = numbers.length;
    double cubes = powers(numbers, 3) / Math.pow(deviation(numbers), 3);
    return Formulas.finite(n * cubes / ((n - 1) * (n - 2)));
  }

  private static double kurtosis(double[] numbers) {
    double n = numbers.length;
    double fourths = powers(numbers, 4) / Math.pow(deviation(numbers), 4);
    double wanted = n * (n + 1) / ((n - 1) * (n - 2) * (n - 3)) * fourths;
    return Formulas.finite(wanted - 3 * (n - 1) * (n - 1) / ((n - 2) * (n - 3)));
  }
}
