package dev.millrace.expression.nocobase.script;

/**
 * Two series of numbers, of equal length and not empty.
 *
 * @param left the first
 * @param right the second
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and read by one formula
record Series(double[] left, double[] right) {

  /** The series in two arguments; they fail as not available when they do not fit each other. */
  static Series of(Arguments given, int left, int right) {
    Series series =
        new Series(
            Formulas.numbers(given.get(left), given.budget()),
            Formulas.numbers(given.get(right), given.budget()));
    if (series.left.length != series.right.length || series.left.length == 0) {
      throw FormulaError.NA.fault();
    }
    return series;
  }

  /** The sum of the products of both distances from the mean. */
  double products() {
    double meanLeft = StatisticalFormulas.mean(left);
    double meanRight = StatisticalFormulas.mean(right);
    double sum = 0;
    for (int i = 0; i < left.length; i++) {
      sum += (left[i] - meanLeft) * (right[i] - meanRight);
    }
    return sum;
  }

  /** Pearson's correlation; not a number where one series is constant. */
  double correlation() {
    return products()
        / Math.sqrt(StatisticalFormulas.squares(left) * StatisticalFormulas.squares(right));
  }

  /** How much the first grows with the second. */
  double slope() {
    return products() / StatisticalFormulas.squares(right);
  }
}
