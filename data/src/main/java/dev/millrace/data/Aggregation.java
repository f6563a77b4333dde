package dev.millrace.data;

import java.util.Locale;

/**
 * One number about many records.
 *
 * @param distinct count or add each value once
 * @param precision digits after the point, 0 to 14, for sums and averages
 * @param which the records; its pages, fields and order do not matter
 */
public record Aggregation(
    Aggregator aggregator, String field, boolean distinct, int precision, Query which) {

  /** The digits after the point when nothing is said. */
  public static final int PRECISION = 2;

  static final int PRECISION_MAX = 14;

  /** How values become one. */
  public enum Aggregator {
    COUNT,
    SUM,
    AVG,
    MIN,
    MAX;

    /**
     * The aggregator of that name, in small letters.
     *
     * @throws DataException when there is none
     */
    public static Aggregator named(String name) {
      for (Aggregator each : values()) {
        if (each.name().toLowerCase(Locale.ROOT).equals(name)) {
          return each;
        }
      }
      throw new DataException(
          DataException.Kind.BAD_OPERATOR,
          "the aggregator is one of count, sum, avg, min, max; found \""
              + Names.shortened(name)
              + "\"");
    }
  }

  public Aggregation {
    if (precision < 0 || precision > PRECISION_MAX) {
      throw new DataException(
          DataException.Kind.BAD_VALUE, "precision is 0 to 14, found " + precision);
    }
  }
}
