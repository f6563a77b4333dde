package dev.millrace.expression.nocobase.script;

/**
 * An error as a value, as spreadsheets have them.
 *
 * @param text as {@code #VALUE!}
 */
record FormulaError(String text) {
  static final FormulaError VALUE = new FormulaError("#VALUE!");
  static final FormulaError NUM = new FormulaError("#NUM!");
  static final FormulaError DIV0 = new FormulaError("#DIV/0!");
  static final FormulaError NA = new FormulaError("#N/A");
  static final FormulaError REF = new FormulaError("#REF!");

  @Override
  public String toString() {
    return text;
  }

  /** Carries an error out of a formula, which answers it as its value. */
  static final class Fault extends RuntimeException {
    private final transient FormulaError error;

    Fault(FormulaError error) {
      super(error.text(), null, false, false);
      this.error = error;
    }

    FormulaError error() {
      return error;
    }
  }

  Fault fault() {
    return new Fault(this);
  }
}
