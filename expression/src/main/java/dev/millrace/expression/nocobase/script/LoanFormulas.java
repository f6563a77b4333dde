package dev.millrace.expression.nocobase.script;

import java.util.HashMap;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;

/** Formulas of interest within loans, of rates that are searched for, and of depreciation. */
final class LoanFormulas {
  private static final int ROUNDS_MAX = 200;
  private static final double RATE_FIRST_GUESS = 0.01;
  private static final double RETURN_FIRST_GUESS = 0.1;
  private static final double EXACT = 1e-12;
  private static final double LOWEST_RATE = -0.999999;
  private static final double DAYS_OF_YEAR = 365;
  private static final double MILLIS_OF_DAY = 86_400_000;
  private static final int MONTHS_OF_YEAR = 12;
  private static final double PER_MILLE = 1_000;

  /** Periods are gone through one by one. */
  private static final int PERIODS_MAX = 10_000;

  private LoanFormulas() {}

  static Map<String, ScriptFunction> all() {
    Map<String, ScriptFunction> all = new HashMap<>();
    all.put("RATE", LoanFormulas::rate);
    all.put("IPMT", given -> interest(loan(given, 0), period(given)));
    all.put(
        "PPMT",
        given -> {
          Loan loan = loan(given, 0);
          return loan.payment() - interest(loan, period(given));
        });
    all.put("CUMIPMT", given -> summed(given, true));
    all.put("CUMPRINC", given -> summed(given, false));
    all.put("IRR", LoanFormulas::internalRate);
    all.put("MIRR", LoanFormulas::modifiedRate);
    all.put(
        "XNPV",
        given -> {
          double[] values = Formulas.numbers(given.get(1), given.budget());
          return dated(Formulas.number(given, 0), values, years(given, 2, values.length));
        });
    all.put(
        "XIRR",
        given -> {
          double[] values = Formulas.numbers(given.get(0), given.budget());
          double[] years = years(given, 1, values.length);
          requireBothSigns(values);
          return solve(
              rate -> dated(rate, values, years), Formulas.number(given, 2, RETURN_FIRST_GUESS));
        });
    all.put(
        "EFFECT",
        given -> {
          double periods = periods(given);
          return Math.pow(1 + positive(given, 0) / periods, periods) - 1;
        });
    all.put(
        "NOMINAL",
        given -> {
          double periods = periods(given);
          return (Math.pow(1 + positive(given, 0), 1 / periods) - 1) * periods;
        });
    all.put(
        "RRI",
        given ->
            Math.pow(Formulas.number(given, 2) / positive(given, 1), 1 / positive(given, 0)) - 1);
    all.put(
        "PDURATION",
        given ->
            Math.log(positive(given, 2) / positive(given, 1)) / Math.log(1 + positive(given, 0)));
    all.put("DB", LoanFormulas::fixedDepreciation);
    all.put("DDB", LoanFormulas::decliningDepreciation);
    all.put(
        "SYD",
        given -> {
          double life = positive(given, 2);
          double period = Formulas.number(given, 3);
          double loss = Formulas.number(given, 0) - Formulas.number(given, 1);
          return loss * (life - period + 1) * 2 / (life * (life + 1));
        });
    return all;
  }

  /**
   * A loan that is paid back in equal parts.
   *
   * @param due 1 when each payment is made at the beginning of its period, 0 at the end
   */
  private record Loan(double rate, double periods, double amount, double future, double due) {

    double growth(double after) {
      return Math.pow(1 + rate, after);
    }

    double payment() {
      if (rate == 0) {
        return -(amount + future) / periods;
      }
      return -rate
          * (amount * growth(periods) + future)
          / ((growth(periods) - 1) * (1 + rate * due));
    }

    /** What is owed after some periods. */
    double owed(double after) {
      double paid = payment();
      return rate == 0
          ? amount + paid * after
          : amount * growth(after) + paid * (1 + rate * due) * (growth(after) - 1) / rate;
    }
  }

  private static Loan loan(Arguments given, int first) {
    return new Loan(
        Formulas.number(given, first),
        Formulas.number(given, first + 2),
        Formulas.number(given, first + 3),
        Formulas.number(given, first + 4, 0),
        Formulas.number(given, first + 5, 0));
  }

  private static double period(Arguments given) {
    return Formulas.number(given, 1);
  }

  /** The part of a payment that is interest. */
  private static double interest(Loan loan, double period) {
    if (loan.due() == 0) {
      return -loan.owed(period - 1) * loan.rate();
    }
    if (period == 1) {
      return 0;
    }
    return -(loan.owed(period - 2) + loan.payment()) * loan.rate();
  }

  private static double summed(Arguments given, boolean interest) {
    Loan loan =
        new Loan(
            positive(given, 0),
            positive(given, 1),
            positive(given, 2),
            0,
            Formulas.number(given, 5, 0));
    double first = positive(given, 3);
    double last = positive(given, 4);
    if (first > last || last - first > PERIODS_MAX) {
      throw FormulaError.NUM.fault();
    }
    double sum = 0;
    for (double period = Math.ceil(first); period <= last; period++) {
      double one = interest(loan, period);
      sum += interest ? one : loan.payment() - one;
    }
    return sum;
  }

  private static Object rate(Arguments given) {
    double periods = Formulas.number(given, 0);
    double payment = Formulas.number(given, 1);
    double amount = Formulas.number(given, 2);
    double future = Formulas.number(given, 3, 0);
    double due = Formulas.number(given, 4, 0);
    return solve(
        rate -> {
          double growth = Math.pow(1 + rate, periods);
          double payments =
              Math.abs(rate) < EXACT ? periods : (1 + rate * due) * (growth - 1) / rate;
          return amount * growth + payment * payments + future;
        },
        Formulas.number(given, 5, RATE_FIRST_GUESS));
  }

  private static Object internalRate(Arguments given) {
    double[] values = Formulas.numbers(given.get(0), given.budget());
    requireBothSigns(values);
    return solve(
        rate -> {
          double sum = 0;
          for (int i = 0; i < values.length; i++) {
            sum += values[i] / Math.pow(1 + rate, i);
          }
          return sum;
        },
        Formulas.number(given, 1, RETURN_FIRST_GUESS));
  }

  private static Object modifiedRate(Arguments given) {
    double[] values = Formulas.numbers(given.get(0), given.budget());
    requireBothSigns(values);
    double finance = Formulas.number(given, 1);
    double reinvest = Formulas.number(given, 2);
    double earned = 0;
    double spent = 0;
    for (int i = 0; i < values.length; i++) {
      if (values[i] > 0) {
        earned += values[i] * Math.pow(1 + reinvest, values.length - 1.0 - i);
      } else {
        spent -= values[i] / Math.pow(1 + finance, i);
      }
    }
    return Math.pow(earned / spent, 1 / (values.length - 1.0)) - 1;
  }

  private static double[] years(Arguments given, int index, int count) {
    Object[] dates = Formulas.flat(given.get(index), given.budget()).toArray();
    if (dates.length != count || count == 0) {
      throw FormulaError.NUM.fault();
    }
    double[] years = new double[count];
    for (int i = 0; i < count; i++) {
      DateValue date = DateFormulas.moment(dates[i]);
      DateValue first = DateFormulas.moment(dates[0]);
      years[i] = (date.millis() - first.millis()) / MILLIS_OF_DAY / DAYS_OF_YEAR;
    }
    return years;
  }

  private static double dated(double rate, double[] values, double[] years) {
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      sum += values[i] / Math.pow(1 + rate, years[i]);
    }
    return sum;
  }

  private static void requireBothSigns(double[] values) {
    boolean earns = false;
    boolean spends = false;
    for (double value : values) {
      earns |= value > 0;
      spends |= value < 0;
    }
    if (!earns || !spends) {
      throw FormulaError.NUM.fault();
    }
  }

  /** A zero of a function near a guess, by secants. */
  private static double solve(DoubleUnaryOperator function, double guess) {
    double before = guess;
    double now = guess + RATE_FIRST_GUESS / 10;
    double valueBefore = function.applyAsDouble(before);
    for (int round = 0; round < ROUNDS_MAX; round++) {
      double value = function.applyAsDouble(now);
      double change = value - valueBefore;
      if (Math.abs(value) < EXACT || change == 0) {
        return Formulas.finite(now);
      }
      double next = Math.max(LOWEST_RATE, now - value * (now - before) / change);
      if (Math.abs(next - now) < EXACT) {
        return Formulas.finite(next);
      }
      before = now;
      valueBefore = value;
      now = next;
    }
    throw FormulaError.NUM.fault();
  }

  private static Object fixedDepreciation(Arguments given) {
    double cost = positive(given, 0);
    double salvage = Formulas.number(given, 1);
    double life = positive(given, 2);
    double period = positive(given, 3);
    double months = Formulas.number(given, 4, MONTHS_OF_YEAR);
    if (period > life || life > PERIODS_MAX) {
      throw FormulaError.NUM.fault();
    }
    double rate = Math.round((1 - Math.pow(salvage / cost, 1 / life)) * PER_MILLE) / PER_MILLE;
    double first = cost * rate * months / MONTHS_OF_YEAR;
    double total = first;
    double latest = first;
    double wholeYears = period == life ? life - 1 : period;
    for (int year = 2; year <= wholeYears; year++) {
      latest = (cost - total) * rate;
      total += latest;
    }
    return period == 1 ? first : period == life ? (cost - total) * rate : latest;
  }

  private static Object decliningDepreciation(Arguments given) {
    double cost = positive(given, 0);
    double salvage = Formulas.number(given, 1);
    double life = positive(given, 2);
    double period = positive(given, 3);
    double factor = Formulas.number(given, 4, 2);
    if (period > life || life > PERIODS_MAX) {
      throw FormulaError.NUM.fault();
    }
    double total = 0;
    double latest = 0;
    for (int year = 1; year <= period; year++) {
      latest = Math.min((cost - total) * factor / life, cost - salvage - total);
      total += latest;
    }
    return latest;
  }

  private static double periods(Arguments given) {
    double periods = Math.floor(Formulas.number(given, 1));
    if (periods < 1) {
      throw FormulaError.NUM.fault();
    }
    return periods;
  }

  private static double positive(Arguments given, int index) {
    double number = Formulas.number(given, index);
    if (!(number > 0)) {
      throw FormulaError.NUM.fault();
    }
    return number;
  }
}
