package dev.millrace.expression.nocobase.math;

import java.util.Map;

/** The functions that operators stand for. */
final class MathOperators {
  static final Map<String, String> COMPARISONS =
      Map.of(
          "==", "equal",
          "!=", "unequal",
          "<", "smaller",
          ">", "larger",
          "<=", "smallerEq",
          ">=", "largerEq");

  static final Map<String, String> BINARY =
      Map.ofEntries(
          Map.entry("or", "or"),
          Map.entry("xor", "xor"),
          Map.entry("and", "and"),
          Map.entry("|", "bitOr"),
          Map.entry("^|", "bitXor"),
          Map.entry("&", "bitAnd"),
          Map.entry("<<", "leftShift"),
          Map.entry(">>", "rightArithShift"),
          Map.entry(">>>", "rightLogShift"),
          Map.entry("+", "add"),
          Map.entry("-", "subtract"),
          Map.entry("*", "multiply"),
          Map.entry("/", "divide"),
          Map.entry(".*", "dotMultiply"),
          Map.entry("./", "dotDivide"),
          Map.entry("%", "mod"),
          Map.entry("mod", "mod"));

  private MathOperators() {}
}
