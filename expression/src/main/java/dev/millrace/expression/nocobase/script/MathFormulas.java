package dev.millrace.expression.nocobase.script;

import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/** Formulas of arithmetic and trigonometry. */
final class MathFormulas {
  private static final int FACTORIAL_MAX = 170;
  private static final int RADIX_MAX = 36;

  private MathFormulas() {}

  static Map<String, ScriptFunction> all() {
    Map<String, ScriptFunction> all = new HashMap<>();
    all.putAll(ofOne());
    all.putAll(rounding());
    all.putAll(whole());
    all.put("PI", given -> Math.PI);
    all.put("RAND", MathFormulas::random);
    all.put(
        "RANDBETWEEN",
        given -> {
          double low = Math.ceil(Formulas.number(given, 0));
          double high = Math.floor(Formulas.number(given, 1));
          return low + Math.floor(random(given) * (high - low + 1));
        });
    all.put("ATAN2", given -> Math.atan2(Formulas.number(given, 0), Formulas.number(given, 1)));
    all.put(
        "LOG",
        given ->
            Formulas.finite(
                Math.log(Formulas.number(given, 0))
                    / Math.log(Formulas.number(given, 1, Numbers.DECIMAL))));
    all.put(
        "POWER",
        given -> Formulas.finite(Math.pow(Formulas.number(given, 0), Formulas.number(given, 1))));
    all.put(
        "MOD",
        given -> {
          double by = divisor(given);
          double number = Formulas.number(given, 0);
          double rest = Math.abs(number % by);
          return by > 0 ? rest : -rest;
        });
    all.put(
        "QUOTIENT",
        given -> {
          double quotient = Formulas.number(given, 0) / divisor(given);
          return quotient < 0 ? Math.ceil(quotient) : Math.floor(quotient);
        });
    all.putAll(sums());
    return all;
  }

  private static Map<String, ScriptFunction> sums() {
    Map<String, ScriptFunction> all = new HashMap<>();
    all.put("SUM", given -> sum(given.values(), given.budget()));
    all.put(
        "SUMSQ",
        given -> {
          double sum = 0;
          for (double number : Formulas.strictNumbers(given)) {
            sum += number * number;
          }
          return sum;
        });
    all.put(
        "PRODUCT",
        given -> {
          double product = 1;
          double[] numbers = Formulas.strictNumbers(given);
          for (double number : numbers) {
            product *= number;
          }
          return numbers.length == 0 ? 0.0 : product;
        });
    all.put("SUMPRODUCT", MathFormulas::sumProduct);
    all.put("SUMIF", MathFormulas::sumIf);
    all.put(
        "SUMIFS",
        given -> {
          List<@Nullable Object> cells = Formulas.flat(given.get(0), given.budget());
          double sum = 0;
          for (int i = 0; i < cells.size(); i++) {
            if (Cells.hold(given, 1, i) && cells.get(i) instanceof Number number) {
              sum += number.doubleValue();
            }
          }
          return sum;
        });
    return all;
  }

  private static Map<String, ScriptFunction> ofOne() {
    Map<String, DoubleUnaryOperator> functions =
        Map.ofEntries(
            Map.entry("ABS", Math::abs),
            Map.entry("ACOS", Math::acos),
            Map.entry("ACOSH", x -> Math.log(x + Math.sqrt(x * x - 1))),
            Map.entry("ACOT", x -> Math.atan(1 / x)),
            Map.entry("ASIN", Math::asin),
            Map.entry("ASINH", x -> Math.log(x + Math.sqrt(x * x + 1))),
            Map.entry("ATAN", Math::atan),
            Map.entry("ATANH", x -> Math.log((1 + x) / (1 - x)) / 2),
            Map.entry("COS", Math::cos),
            Map.entry("COSH", Math::cosh),
            Map.entry("COT", x -> 1 / Math.tan(x)),
            Map.entry("DEGREES", Math::toDegrees),
            Map.entry("EXP", Math::exp),
            Map.entry("LN", Math::log),
            Map.entry("LOG10", Math::log10),
            Map.entry("RADIANS", Math::toRadians),
            Map.entry("SIGN", Math::signum),
            Map.entry("SIN", Math::sin),
            Map.entry("SINH", Math::sinh),
            Map.entry("SQRT", Math::sqrt),
            Map.entry("SQRTPI", x -> Math.sqrt(x * Math.PI)),
            Map.entry("TAN", Math::tan),
            Map.entry("TANH", Math::tanh),
            Map.entry("INT", Math::floor),
            Map.entry("EVEN", x -> Math.signum(x) * Math.ceil(Math.abs(x) / 2) * 2),
            Map.entry("ODD", MathFormulas::odd));
    Map<String, ScriptFunction> all = new HashMap<>();
    functions.forEach((name, function) ->
        all.put(name, given -> Formulas.finite(function.applyAsDouble(Formulas.number(given, 0)))));
    return all;
  }

  private static double odd(double number) {
    double up = Math.ceil(Math.abs(number));
    double odd = up % 2 == 1 ? up : up + 1;
    return number < 0 ? -odd : odd;
  }

  private static Map<String, ScriptFunction> rounding() {
    Map<String, ScriptFunction> all = new HashMap<>();
    // Halves go up, as those of JavaScript do: -2.5 becomes -2.
    all.put(
        "ROUND",
        given ->
            rounded(
                given,
                Formulas.number(given, 0) < 0 ? RoundingMode.HALF_DOWN : RoundingMode.HALF_UP));
    all.put("ROUNDUP", given -> rounded(given, RoundingMode.UP));
    all.put("ROUNDDOWN", given -> rounded(given, RoundingMode.DOWN));
    all.put("TRUNC", given -> rounded(given, RoundingMode.DOWN));
    all.put("CEILING", given -> multiple(given, RoundingMode.CEILING));
    all.put("FLOOR", given -> multiple(given, RoundingMode.FLOOR));
    all.put("MROUND", given -> multiple(given, RoundingMode.HALF_UP));
    return all;
  }

  private static double rounded(Arguments given, RoundingMode mode) {
    return Numbers.rounded(Formulas.number(given, 0), Formulas.integer(given, 1, 0), mode);
  }

  /** The nearest multiple of the second argument. */
  private static double multiple(Arguments given, RoundingMode mode) {
    double number = Formulas.number(given, 0);
    double step = Math.abs(Formulas.number(given, 1, 1));
    if (step == 0) {
      return 0;
    }
    double steps = Numbers.rounded(number / step, Numbers.DECIMAL, RoundingMode.HALF_UP);
    return Numbers.round(Numbers.rounded(steps, 0, mode) * step, Numbers.DECIMAL);
  }

  private static Map<String, ScriptFunction> whole() {
    Map<String, ScriptFunction> all = new HashMap<>();
    all.put("FACT", given -> factorial(Math.floor(Formulas.number(given, 0)), 1));
    all.put("FACTDOUBLE", given -> factorial(Math.floor(Formulas.number(given, 0)), 2));
    all.put(
        "COMBIN",
        given -> combinations(Formulas.number(given, 0), Formulas.number(given, 1), given));
    all.put(
        "MULTINOMIAL",
        given -> {
          double sum = 0;
          double divisor = 1;
          for (double number : Formulas.strictNumbers(given)) {
            sum += number;
            divisor *= factorial(number, 1);
          }
          return factorial(sum, 1) / divisor;
        });
    all.put("GCD", given -> fold(given, BigInteger::gcd));
    all.put(
        "LCM",
        given ->
            fold(
                given,
                (a, b) ->
                    a.signum() == 0 || b.signum() == 0
                        ? BigInteger.ZERO
                        : a.divide(a.gcd(b)).multiply(b)));
    all.put(
        "BASE",
        given -> {
          int radix = radix(given);
          String digits = Numbers.inRadix(Math.floor(Formulas.number(given, 0)), radix);
          int padding = Math.clamp(Formulas.integer(given, 2, 0), 0, Budget.STEPS_MAX);
          given.budget().build(padding);
          return "0".repeat(Math.max(0, padding - digits.length())) + digits;
        });
    all.put("DECIMAL", given -> Coercions.digits(Formulas.text(given, 0), radix(given)));
    return all;
  }

  private static int radix(Arguments given) {
    int radix = Formulas.integer(given, 1, Numbers.DECIMAL);
    if (radix < 2 || radix > RADIX_MAX) {
      throw FormulaError.NUM.fault();
    }
    return radix;
  }

  /** The product of a number and those below it by a step. */
  static double factorial(double number, int step) {
    if (!(number >= 0)) {
      throw FormulaError.NUM.fault();
    }
    if (number > FACTORIAL_MAX * step) {
      return Double.POSITIVE_INFINITY;
    }
    double product = 1;
    for (double factor = number; factor > 1; factor -= step) {
      product *= factor;
    }
    return product;
  }

  static double combinations(double all, double chosen, Arguments given) {
    if (!(all >= chosen) || !(chosen >= 0)) {
      throw FormulaError.NUM.fault();
    }
    double fewer = Math.min(chosen, all - chosen);
    double product = 1;
    for (int i = 1; i <= fewer && Double.isFinite(product); i++) {
      given.budget().step();
      product = product * (all - fewer + i) / i;
    }
    return Math.rint(product);
  }

  private static double fold(
      Arguments given, java.util.function.BinaryOperator<BigInteger> operator) {
    BigInteger value = BigInteger.ZERO;
    boolean first = true;
    for (double number : Formulas.strictNumbers(given)) {
      BigInteger next = new java.math.BigDecimal(Formulas.finite(Math.abs(number))).toBigInteger();
      value = first ? next : operator.apply(value, next);
      first = false;
      int bitsMax = 1024;
      if (value.bitLength() > bitsMax) {
        throw FormulaError.NUM.fault();
      }
    }
    return value.doubleValue();
  }

  private static double divisor(Arguments given) {
    double divisor = Formulas.number(given, 1);
    if (divisor == 0) {
      throw FormulaError.DIV0.fault();
    }
    return divisor;
  }

  /** Text counts with the number it begins with. */
  static double sum(@Nullable Object values, Budget budget) {
    double sum = 0;
    for (Object element : Formulas.flat(values, budget)) {
      double number =
          switch (element) {
            case Number one -> one.doubleValue();
            case String text -> Coercions.leadingNumber(text.strip());
            case null, default -> 0;
          };
      sum += Double.isNaN(number) && element instanceof String ? 0 : number;
    }
    return sum;
  }

  private static double sumProduct(Arguments given) {
    List<List<@Nullable Object>> columns =
        given.values().stream().map(value -> Formulas.flat(value, given.budget())).toList();
    double sum = 0;
    for (int row = 0; !columns.isEmpty() && row < columns.getFirst().size(); row++) {
      double product = 1;
      for (List<@Nullable Object> column : columns) {
        if (column.size() != columns.getFirst().size()) {
          throw FormulaError.VALUE.fault();
        }
        product *= column.get(row) instanceof Number number ? number.doubleValue() : 0;
      }
      sum += product;
    }
    return sum;
  }

  private static double sumIf(Arguments given) {
    List<@Nullable Object> cells = Formulas.flat(given.get(0), given.budget());
    List<@Nullable Object> amounts =
        given.has(2) ? Formulas.flat(given.get(2), given.budget()) : cells;
    Criterion criterion = Criterion.of(given.get(1));
    double sum = 0;
    for (int i = 0; i < cells.size() && i < amounts.size(); i++) {
      if (amounts.get(i) instanceof Number number
          && criterion.holds(cells.get(i), given.budget())) {
        sum += number.doubleValue();
      }
    }
    return sum;
  }

  /**
   * A number from 0 to 1 that follows from the moment of the scope and the place in the evaluation,
   * so that a repeated evaluation gives the same.
   */
  static double random(Arguments given) {
    return new SplittableRandom(
            Double.doubleToLongBits(given.call().nowMillis()) + given.call().draw())
        .nextDouble();
  }
}
