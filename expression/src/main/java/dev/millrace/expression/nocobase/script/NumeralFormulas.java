package dev.millrace.expression.nocobase.script;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Formulas of bits, and of numbers written in other bases or as the Romans did. */
final class NumeralFormulas {
  private static final int DIGITS_MAX = 10;
  private static final int BITS_MAX = 53;
  private static final double BITS_END = 0x1p48;
  private static final int ROMAN_END = 4_000;
  private static final Pattern ROMAN =
      Pattern.compile("M*(?:D?C{0,3}|C[MD])(?:L?X{0,3}|X[CL])(?:V?I{0,3}|I[XV])");

  private static final int[] VALUES = {1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1};
  private static final String[] SIGNS = {
    "M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"
  };

  /** How numbers are written, by the name it has in formulas. */
  private enum Notation {
    BIN(2),
    OCT(8),
    HEX(16);

    private final int radix;

    Notation(int radix) {
      this.radix = radix;
    }

    /** How many numbers ten digits write; the upper half of them is negative. */
    long span() {
      return Math.round(Math.pow(radix, DIGITS_MAX));
    }
  }

  private NumeralFormulas() {}

  static Map<String, ScriptFunction> all() {
    Map<String, ScriptFunction> all = new HashMap<>();
    for (Notation from : Notation.values()) {
      all.put(from + "2DEC", given -> (double) read(given.get(0), from));
      all.put("DEC2" + from, given -> written(decimal(given), from, given));
      for (Notation to : Notation.values()) {
        if (from != to) {
          all.put(from + "2" + to, given -> written(read(given.get(0), from), to, given));
        }
      }
    }
    all.put("BITAND", given -> (double) (bits(given, 0) & bits(given, 1)));
    all.put("BITOR", given -> (double) (bits(given, 0) | bits(given, 1)));
    all.put("BITXOR", given -> (double) (bits(given, 0) ^ bits(given, 1)));
    all.put("BITLSHIFT", given -> shifted(bits(given, 0), shift(given)));
    all.put("BITRSHIFT", given -> shifted(bits(given, 0), -shift(given)));
    all.put(
        "DELTA", given -> Formulas.number(given, 0) == Formulas.number(given, 1, 0) ? 1.0 : 0.0);
    all.put(
        "GESTEP", given -> Formulas.number(given, 0) >= Formulas.number(given, 1, 0) ? 1.0 : 0.0);
    all.put("ROMAN", given -> roman(Formulas.number(given, 0)));
    all.put("ARABIC", given -> arabic(Formulas.text(given, 0)));
    return all;
  }

  private static long decimal(Arguments given) {
    return (long) Formulas.number(given, 0);
  }

  private static long read(@Nullable Object value, Notation notation) {
    String digits = Coercions.toText(value).strip();
    try {
      long number = Long.parseUnsignedLong(digits, notation.radix);
      if (digits.length() > DIGITS_MAX || number < 0) {
        throw FormulaError.NUM.fault();
      }
      return number >= notation.span() / 2 ? number - notation.span() : number;
    } catch (NumberFormatException notOfTheBase) {
      throw FormulaError.NUM.fault();
    }
  }

  private static String written(long number, Notation notation, Arguments given) {
    if (number < -notation.span() / 2 || number >= notation.span() / 2) {
      throw FormulaError.NUM.fault();
    }
    if (number < 0) {
      return Long.toString(notation.span() + number, notation.radix);
    }
    String digits = Long.toString(number, notation.radix);
    int places = Formulas.integer(given, 1, digits.length());
    if (places < digits.length() || places > DIGITS_MAX) {
      throw FormulaError.NUM.fault();
    }
    return "0".repeat(places - digits.length()) + digits;
  }

  private static long bits(Arguments given, int index) {
    double number = Formulas.number(given, index);
    if (number < 0 || number != Math.floor(number) || number >= BITS_END) {
      throw FormulaError.NUM.fault();
    }
    return (long) number;
  }

  private static int shift(Arguments given) {
    int shift = Formulas.integer(given, 1, 0);
    if (Math.abs((long) shift) > BITS_MAX) {
      throw FormulaError.NUM.fault();
    }
    return shift;
  }

  private static double shifted(long bits, int left) {
    return left >= 0 ? bits * Math.pow(2, left) : (double) (bits >> -left);
  }

  private static String roman(double given) {
    int left = (int) given;
    if (given < 0 || left >= ROMAN_END) {
      throw FormulaError.VALUE.fault();
    }
    StringBuilder roman = new StringBuilder();
    for (int i = 0; i < VALUES.length; i++) {
      while (left >= VALUES[i]) {
        roman.append(SIGNS[i]);
        left -= VALUES[i];
      }
    }
    return roman.toString();
  }

  private static double arabic(String roman) {
    String left = roman.strip().toUpperCase(Locale.ROOT);
    if (!ROMAN.matcher(left).matches()) {
      throw FormulaError.VALUE.fault();
    }
    int sum = 0;
    for (int i = 0; i < VALUES.length; i++) {
      while (left.startsWith(SIGNS[i])) {
        sum += VALUES[i];
        left = left.substring(SIGNS[i].length());
      }
    }
    return sum;
  }
}
