package dev.millrace.expression;

/** The bounds on evaluating what users write; each refusal names the bound it met. */
final class ExpressionLimits {

  /** Most CPU time that one JSONata expression or regular expression may take. */
  static final long EVALUATION_CPU_MILLIS_MAX = 200;

  /** Longest evaluation on a machine that is busy with other things. */
  static final long EVALUATION_MILLIS_MAX = 1_000;

  /** Deepest nesting of JSONata evaluation steps; a call of a function takes three to five. */
  static final int EVALUATION_DEPTH_MAX = 100;

  /** Deepest nesting of a template, a result or a validated value. */
  static final int JSON_DEPTH_MAX = 100;

  /** Longest JSONata source, in characters; parsing is quadratic in the length of its literals. */
  static final int SOURCE_LENGTH_MAX = 16 * 1024;

  /** Longest reference between double braces, in characters. */
  static final int PATH_LENGTH_MAX = 4 * 1024;

  /** Deepest nesting of queries inside queries of one path. */
  static final int PATH_NESTING_MAX = 16;

  /** Largest value an expression may build or give, in characters plus a few per element. */
  static final long VALUE_WEIGHT_MAX = 16L * 1024 * 1024;

  /** Sum of all values an evaluation builds on its way; four times the largest single one. */
  static final long BUILT_WEIGHT_MAX = 4 * VALUE_WEIGHT_MAX;

  /** Longest list an expression may build. */
  static final int LIST_LENGTH_MAX = 1_000_000;

  /** Elements of all lists that pass through the steps of one evaluation. */
  static final long LISTED_ELEMENTS_MAX = 16L * 1024 * 1024;

  /** Longest text a regular expression is applied to, in characters. */
  static final int REGEX_INPUT_MAX = 64 * 1024;

  /** Widest {@code $pad}, in characters. */
  static final int PAD_WIDTH_MAX = 64 * 1024;

  /** Longest picture of a date or number format. */
  static final int PICTURE_LENGTH_MAX = 256;

  /** Largest absolute scale of a decimal that takes part in arithmetic or validation. */
  static final int DECIMAL_SCALE_MAX = 1_000;

  /** Parsed templates kept. */
  static final int TEMPLATE_CACHE_ENTRIES = 4_096;

  /** Longest template text kept in the cache, in characters. */
  static final int TEMPLATE_CACHE_LENGTH_MAX = 16 * 1024;

  /** Compiled schemas kept. */
  static final int SCHEMA_CACHE_ENTRIES = 512;

  private ExpressionLimits() {}
}
