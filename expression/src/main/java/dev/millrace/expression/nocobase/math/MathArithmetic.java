package dev.millrace.expression.nocobase.math;

import dev.millrace.expression.nocobase.script.Arguments;
import dev.millrace.expression.nocobase.script.Budget;
import dev.millrace.expression.nocobase.script.Numbers;
import dev.millrace.expression.nocobase.script.ScriptException;
import dev.millrace.expression.nocobase.script.ScriptFunction;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/** Arithmetic, trigonometry, bits, chance and counting. */
final class MathArithmetic {
  private static final int FACTORIAL_MAX = 170;
  private static final double UNSIGNED_RANGE = 4294967296.0;
  private static final int MANY = 1_000;

  private MathArithmetic() {}

  static Map<String, ScriptFunction> all() {
    Map<String, ScriptFunction> all = new HashMap<>();
    ofOne().forEach((name, function) -> all.put(name, MathFunctions.each(name, function)));
    two(all, "subtract", (a, b) -> a - b);
    two(all, "mod", (a, b) -> b == 0 ? a : a - b * Math.floor(a / b));
    two(all, "dotMultiply", (a, b) -> a * b);
    two(all, "dotDivide", (a, b) -> a / b);
    two(all, "dotPow", Math::pow);

    two(all, "atan2", Math::atan2);
    two(all, "bitAnd", (a, b) -> bits(a) & bits(b));
    two(all, "bitOr", (a, b) -> bits(a) | bits(b));
    two(all, "bitXor", (a, b) -> bits(a) ^ bits(b));
    two(all, "leftShift", (a, b) -> bits(a) << bits(b));
    two(all, "rightArithShift", (a, b) -> bits(a) >> bits(b));
    two(all, "rightLogShift", (a, b) -> Integer.toUnsignedLong(bits(a)) >>> (bits(b) & 31));
    two(all, "nthRoot", MathArithmetic::root);
    two(all, "combinations", MathArithmetic::combinations);
    fold(all, "add", Double::sum);
    fold(all, "gcd", MathArithmetic::gcd);
    fold(all, "lcm", (a, b) -> a == 0 || b == 0 ? 0 : Math.abs(a * b) / gcd(a, b));
    fold(all, "hypot", Math::hypot);
    all.put("multiply", MathArithmetic::multiply);
    all.put("pow", MathArithmetic::power);
    all.put(
        "divide",
        given -> {
          MathFunctions.count(given, "divide", 2, 2);
          if (given.get(1) instanceof List<?>) {
            throw ScriptException.type("a matrix cannot be a divisor here; use dotDivide");
          }
          return MathFunctions.pairs(
              given, given.get(0), given.get(1), (a, b) -> apply("divide", (x, y) -> x / y, a, b));
        });
    all.put("round", given -> rounded(given, "round"));
    all.put("floor", given -> rounded(given, "floor"));
    all.put("ceil", given -> rounded(given, "ceil"));
    all.put("fix", given -> rounded(given, "fix"));
    all.put(
        "log",
        given -> {
          MathFunctions.count(given, "log", 1, 2);
          double base = given.size() > 1 ? MathValues.number(given.get(1), "log", 1) : Math.E;
          return MathFunctions.each(
              given,
              given.get(0),
              value -> {
                double logarithm = Math.log(MathValues.number(value, "log", 0));
                return base == Math.E ? logarithm : logarithm / Math.log(base);
              });
        });
    all.put(
        "permutations",
        given -> {
          double n = MathValues.number(given.get(0), "permutations", 0);
          double k = given.size() > 1 ? MathValues.number(given.get(1), "permutations", 1) : n;
          if (!(n >= 0 && k >= 0 && k <= n)) {
            throw ScriptException.type("Positive integer value expected in function permutations");
          }
          return product(n - k + 1, n);
        });
    all.put("random", MathArithmetic::random);
    all.put("randomInt", given -> Math.floor(random(given)));
    return all;
  }

  private static Map<String, DoubleUnaryOperator> ofOne() {
    return Map.ofEntries(
        Map.entry("abs", Math::abs),
        Map.entry("cbrt", Math::cbrt),
        Map.entry("cube", x -> x * x * x),
        Map.entry("exp", Math::exp),
        Map.entry("expm1", Math::expm1),
        Map.entry("log10", Math::log10),
        Map.entry("log1p", Math::log1p),
        Map.entry("log2", x -> Math.log(x) / Math.log(2)),
        Map.entry("sign", Math::signum),
        Map.entry("sqrt", Math::sqrt),
        Map.entry("square", x -> x * x),
        Map.entry("unaryMinus", x -> -x),
        Map.entry("unaryPlus", x -> x),
        Map.entry("bitNot", x -> ~bits(x)),
        Map.entry("factorial", MathArithmetic::factorial),
        Map.entry("gamma", x -> factorial(x - 1)),
        Map.entry("sin", Math::sin),
        Map.entry("cos", Math::cos),
        Map.entry("tan", Math::tan),
        Map.entry("sec", x -> 1 / Math.cos(x)),
        Map.entry("csc", x -> 1 / Math.sin(x)),
        Map.entry("cot", x -> 1 / Math.tan(x)),
        Map.entry("asin", Math::asin),
        Map.entry("acos", Math::acos),
        Map.entry("atan", Math::atan),
        Map.entry("sinh", Math::sinh),
        Map.entry("cosh", Math::cosh),
        Map.entry("tanh", Math::tanh),
        Map.entry("asinh", x -> Math.log(x + Math.sqrt(x * x + 1))),
        Map.entry("acosh", x -> Math.log(x + Math.sqrt(x * x - 1))),
        Map.entry("atanh", x -> Math.log((1 + x) / (1 - x)) / 2));
  }

  private static void two(
      Map<String, ScriptFunction> all, String name, DoubleBinaryOperator function) {
    all.put(
        name,
        given -> {
          MathFunctions.count(given, name, name.equals("nthRoot") ? 1 : 2, 2);
          Object right = given.size() > 1 ? given.get(1) : (Object) 2.0;
          return MathFunctions.pairs(
              given, given.get(0), right, (a, b) -> apply(name, function, a, b));
        });
  }

  private static Object apply(
      String name, DoubleBinaryOperator function, @Nullable Object left, @Nullable Object right) {
    return function.applyAsDouble(
        MathValues.number(left, name, 0), MathValues.number(right, name, 1));
  }

  private static void fold(
      Map<String, ScriptFunction> all, String name, DoubleBinaryOperator function) {
    all.put(
        name,
        given -> {
          MathFunctions.count(given, name, 1, MANY);
          Object value = given.get(0);
          if (given.size() == 1 && value instanceof List<?> list && !name.equals("add")) {
            return list.stream()
                .mapToDouble(element -> MathValues.number(element, name, 0))
                .reduce(function)
                .orElse(0);
          }
          for (int i = 1; i < given.size(); i++) {
            value =
                MathFunctions.pairs(
                    given, value, given.get(i), (a, b) -> apply(name, function, a, b));
          }
          return value;
        });
  }

  private static int bits(double number) {
    if (number != Math.rint(number)) {
      throw ScriptException.error("Integers expected in a function of bits");
    }
    return (int) (long) (number % UNSIGNED_RANGE);
  }

  private static double root(double number, double root) {
    if (number < 0 && Math.abs(root % 2) == 1) {
      return -root(-number, root);
    }
    if (number < 0) {
      throw ScriptException.error("Root must be odd when a is negative.");
    }
    double value = Math.pow(number, 1 / root);
    double whole = Math.rint(value);
    return Math.pow(whole, root) == number ? whole : value;
  }

  private static double gcd(double left, double right) {
    double a = Math.abs(left);
    double b = Math.abs(right);
    if (!Double.isFinite(a) || !Double.isFinite(b)) {
      return Double.NaN;
    }
    if (a != Math.rint(a) || b != Math.rint(b)) {
      throw ScriptException.error("Parameters in function gcd must be integer numbers");
    }
    while (b != 0) {
      double rest = a % b;
      a = b;
      b = rest;
    }
    return a;
  }

  private static double factorial(double number) {
    if (number < 0) {
      throw ScriptException.error("Value must be non-negative");
    }
    if (number != Math.rint(number)) {
      throw ScriptException.error("Integer value expected in function factorial");
    }
    return number > FACTORIAL_MAX ? Double.POSITIVE_INFINITY : product(2, number);
  }

  private static double product(double from, double to) {
    double product = 1;
    for (double factor = from; factor <= to && Double.isFinite(product); factor++) {
      product *= factor;
    }
    return product;
  }

  private static double combinations(double all, double chosen) {
    if (!(all >= 0) || !(chosen >= 0)) {
      throw ScriptException.type("Positive integer value expected in function combinations");
    }
    if (chosen > all) {
      throw ScriptException.type("k must be less than or equal to n");
    }
    double fewer = Math.min(chosen, all - chosen);
    double product = 1;
    for (double i = 1; i <= fewer && Double.isFinite(product); i++) {
      product = product * (all - fewer + i) / i;
    }
    return Math.rint(product);
  }

  private static @Nullable Object rounded(Arguments given, String name) {
    MathFunctions.count(given, name, 1, 2);
    int decimals = given.size() > 1 ? (int) MathValues.number(given.get(1), name, 1) : 0;
    int decimalsMax = 15;
    if (decimals < 0 || decimals > decimalsMax) {
      throw ScriptException.error(
          "Number of decimals in function " + name + " must be in te range of 0-15");
    }
    return MathFunctions.each(
        given,
        given.get(0),
        value -> {
          double number = MathValues.number(value, name, 0);
          double scale = Math.pow(10, decimals);
          double nearest = Numbers.round(number, decimals);
          // What is a whole number but for noise is taken as one.
          if (MathValues.nearlyEqual(number, nearest)) {
            return nearest;
          }
          return switch (name) {
            case "floor" -> Math.floor(number * scale) / scale;
            case "ceil" -> Math.ceil(number * scale) / scale;
            case "fix" ->
                (number > 0 ? Math.floor(number * scale) : Math.ceil(number * scale)) / scale;
            default -> nearest;
          };
        });
  }

  // Products

  private static @Nullable Object power(Arguments given) {
    MathFunctions.count(given, "pow", 2, 2);
    if (!(given.get(0) instanceof List<?> matrix)) {
      return MathFunctions.pairs(
          given, given.get(0), given.get(1), (a, b) -> apply("pow", Math::pow, a, b));
    }
    if (!MathLists.isMatrix(matrix)) {
      throw ScriptException.error("For A^b, A must be 2 dimensional (A has 1 dimensions)");
    }
    double exponent = MathValues.number(given.get(1), "pow", 1);
    if (exponent != Math.rint(exponent) || exponent < 1) {
      throw ScriptException.type("For A^b, b must be a positive integer");
    }
    Object power = matrix;
    for (double i = 1; i < exponent; i++) {
      given.budget().step();
      power = product(given, power, matrix);
    }
    return power;
  }

  private static @Nullable Object multiply(Arguments given) {
    MathFunctions.count(given, "multiply", 2, MANY);
    Object value = given.get(0);
    for (int i = 1; i < given.size(); i++) {
      value = product(given, value, given.get(i));
    }
    return value;
  }

  private static @Nullable Object product(
      Arguments given, @Nullable Object left, @Nullable Object right) {
    if (!(left instanceof List<?> a) || !(right instanceof List<?> b)) {
      return MathFunctions.pairs(
          given, left, right, (x, y) -> apply("multiply", (m, n) -> m * n, x, y));
    }
    boolean rowsLeft = MathLists.isMatrix(a);
    boolean rowsRight = MathLists.isMatrix(b);
    if (!rowsLeft && !rowsRight) {
      return dot(a, b, given.budget());
    }
    List<?> columns = rowsRight ? MathLists.transposed(b, given.budget()) : List.of(b);
    List<?> rows = rowsLeft ? a : List.of(a);
    List<@Nullable Object> product = new java.util.ArrayList<>();
    for (Object row : rows) {
      List<@Nullable Object> cells = new java.util.ArrayList<>();
      for (Object column : columns) {
        cells.add(dot(MathLists.list(row), MathLists.list(column), given.budget()));
      }
      product.add(rowsRight ? cells : cells.getFirst());
    }
    return rowsLeft ? product : product.getFirst();
  }

  static double dot(List<?> left, List<?> right, Budget budget) {
    if (left.size() != right.size()) {
      throw MathValues.mismatch(left.size(), right.size());
    }
    budget.steps(left.size());
    double sum = 0;
    for (int i = 0; i < left.size(); i++) {
      sum +=
          MathValues.number(left.get(i), "multiply", 0)
              * MathValues.number(right.get(i), "multiply", 1);
    }
    return sum;
  }

  /** Between 0 and 1, or the bounds given; repeatable within the moment of the scope. */
  private static double random(Arguments given) {
    double from = given.size() > 1 ? MathValues.number(given.get(0), "random", 0) : 0;
    double to = given.size() > 0 ? MathValues.number(given.get(given.size() - 1), "random", 0) : 1;
    long seed = Double.doubleToLongBits(given.call().nowMillis()) + given.call().draw();
    return from + new SplittableRandom(seed).nextDouble() * (to - from);
  }
}
