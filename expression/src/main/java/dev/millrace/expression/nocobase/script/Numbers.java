package dev.millrace.expression.nocobase.script;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Locale;

/** Ways to write and to round numbers. */
public final class Numbers {
  static final int DECIMAL = 10;

  /** Decimals that the result of an expression keeps. */
  private static final int RESULT_DECIMALS = 9;

  private static final int FRACTION_DIGITS_MAX = 52;

  /** From here on {@code toFixed} writes what {@code toString} does. */
  private static final double FIXED_MAX = 1e21;

  private Numbers() {}

  /** Rounds half away from zero at a decimal; negative counts places before the point. */
  public static double round(double number, int decimals) {
    return rounded(number, decimals, RoundingMode.HALF_UP);
  }

  /** Rounds at a decimal. */
  static double rounded(double number, int decimals, RoundingMode mode) {
    int scaleMax = 400;
    if (!Double.isFinite(number) || decimals > scaleMax) {
      return number;
    }
    return decimals < -scaleMax
        ? 0
        : new BigDecimal(Double.toString(number)).setScale(decimals, mode).doubleValue();
  }

  /** A number as the result of an expression. */
  public static double result(double number) {
    return round(number, RESULT_DECIMALS);
  }

  static String fixed(double number, int decimals) {
    if (!Double.isFinite(number) || Math.abs(number) >= FIXED_MAX) {
      return Coercions.toText(number);
    }
    String text = new BigDecimal(number).setScale(decimals, RoundingMode.HALF_UP).toPlainString();
    return number < 0 && !text.startsWith("-") ? "-" + text : text;
  }

  static String precise(double number, int digits) {
    if (!Double.isFinite(number)) {
      return Coercions.toText(number);
    }
    BigDecimal rounded =
        new BigDecimal(number).round(new MathContext(digits, RoundingMode.HALF_UP));
    int exponent = rounded.precision() - rounded.scale() - 1;
    int plainMin = -7;
    if (rounded.signum() == 0) {
      return fixed(0, digits - 1);
    }
    if (exponent > plainMin && exponent < digits) {
      return rounded.setScale(digits - 1 - exponent, RoundingMode.HALF_UP).toPlainString();
    }
    String all = rounded.unscaledValue().abs().toString();
    String padded = all + "0".repeat(Math.max(0, digits - all.length()));
    return (rounded.signum() < 0 ? "-" : "")
        + padded.charAt(0)
        + (digits > 1 ? "." + padded.substring(1, digits) : "")
        + "e"
        + (exponent < 0 ? "-" : "+")
        + Math.abs(exponent);
  }

  static String inRadix(double number, int radix) {
    if (radix == DECIMAL || !Double.isFinite(number)) {
      return Coercions.toText(number);
    }
    double magnitude = Math.abs(number);
    BigInteger whole = new BigDecimal(Math.floor(magnitude)).toBigInteger();
    StringBuilder text = new StringBuilder(number < 0 ? "-" : "").append(whole.toString(radix));
    double fraction = magnitude - Math.floor(magnitude);
    if (fraction > 0) {
      text.append('.');
      for (int i = 0; fraction > 0 && i < FRACTION_DIGITS_MAX; i++) {
        fraction *= radix;
        text.append(Character.forDigit((int) fraction, radix));
        fraction -= Math.floor(fraction);
      }
    }
    return text.toString();
  }

  /** With commas between thousands and at most three decimals. */
  static String grouped(double number) {
    if (!Double.isFinite(number)) {
      return Coercions.toText(number);
    }
    return format(number, "#,##0.###");
  }

  /** In a pattern of {@link DecimalFormat}, with English signs. */
  public static String format(double number, String pattern) {
    DecimalFormat format =
        new DecimalFormat(pattern, DecimalFormatSymbols.getInstance(Locale.ENGLISH));
    format.setRoundingMode(RoundingMode.HALF_UP);
    return format.format(new BigDecimal(Double.toString(number)));
  }
}
