package dev.millrace.expression.nocobase.script;

import java.util.HashMap;
import java.util.Map;

/** Formulas of interest and payments. */
final class FinancialFormulas {
  private FinancialFormulas() {}

  static Map<String, ScriptFunction> all() {
    Map<String, ScriptFunction> all = new HashMap<>();
    all.put(
        "PMT",
        given -> {
          Loan loan = Loan.of(given);
          double amount = Formulas.number(given, 2);
          double future = Formulas.number(given, 3, 0);
          double due = 1 + loan.rate * Formulas.number(given, 4, 0);
          return loan.rate == 0
              ? -(amount + future) / loan.periods
              : -loan.rate * (amount * loan.growth() + future) / ((loan.growth() - 1) * due);
        });
    all.put(
        "FV",
        given -> {
          Loan loan = Loan.of(given);
          double payment = Formulas.number(given, 2);
          double amount = Formulas.number(given, 3, 0);
          double due = 1 + loan.rate * Formulas.number(given, 4, 0);
          return -(amount * loan.growth() + payment * due * loan.sum());
        });
    all.put(
        "PV",
        given -> {
          Loan loan = Loan.of(given);
          double payment = Formulas.number(given, 2);
          double future = Formulas.number(given, 3, 0);
          double due = 1 + loan.rate * Formulas.number(given, 4, 0);
          return -(future + payment * due * loan.sum()) / loan.growth();
        });
    all.put(
        "NPER",
        given -> {
          double rate = Formulas.number(given, 0);
          double payment = Formulas.number(given, 1);
          double amount = Formulas.number(given, 2);
          double future = Formulas.number(given, 3, 0);
          double due = 1 + rate * Formulas.number(given, 4, 0);
          return rate == 0
              ? -(amount + future) / payment
              : Math.log((payment * due - future * rate) / (amount * rate + payment * due))
                  / Math.log(1 + rate);
        });
    all.put(
        "NPV",
        given -> {
          double[] numbers = Formulas.numbers(given);
          double sum = 0;
          for (int i = 1; i < numbers.length; i++) {
            sum += numbers[i] / Math.pow(1 + numbers[0], i);
          }
          return sum;
        });
    all.put(
        "SLN",
        given ->
            (Formulas.number(given, 0) - Formulas.number(given, 1)) / Formulas.number(given, 2));
    return all;
  }

  private record Loan(double rate, double periods) {
    static Loan of(Arguments given) {
      return new Loan(Formulas.number(given, 0), Formulas.number(given, 1));
    }

    double growth() {
      return Math.pow(1 + rate, periods);
    }

    /** What payments of one come to. */
    double sum() {
      return rate == 0 ? periods : (growth() - 1) / rate;
    }
  }
}
