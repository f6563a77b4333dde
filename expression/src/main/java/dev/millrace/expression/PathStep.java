package dev.millrace.expression;

import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One step of a parsed path. */
sealed interface PathStep {

  /** A member by name, or an element by position. */
  record Key(String name) implements PathStep {}

  /** The first member whose name matches. */
  record Wildcard(String pattern) implements PathStep {}

  /** {@code #}: the length of a list at the end of a path, else the rest of it per element. */
  record Each() implements PathStep {}

  /** {@code #(…)} the first element that matches, {@code #(…)#} all of them. */
  record Query(List<PathStep> path, Comparison comparison, boolean all) implements PathStep {}

  /** {@code @name:argument}. */
  record Modifier(ModifierName name, String argument) implements PathStep {}

  /** {@code |}: ends what is done per element. */
  record Pipe() implements PathStep {}

  /** What a query asks of an element; without an operator, only that it exists. */
  record Comparison(@Nullable Operator operator, @Nullable Operand operand) {}

  /** Comparison operators of queries. */
  enum Operator {
    EQUAL,
    NOT_EQUAL,
    LESS,
    LESS_OR_EQUAL,
    GREATER,
    GREATER_OR_EQUAL,
    LIKE,
    NOT_LIKE
  }

  /** The right side of a comparison. */
  sealed interface Operand {
    /** Quoted text, or a bare word that is nothing else. */
    record Text(String text) implements Operand {}

    /** A number. */
    record Numeric(BigDecimal number) implements Operand {}

    /** true or false. */
    record Flag(boolean flag) implements Operand {}

    /** null. */
    record Null() implements Operand {}

    /** {@code ~true} and its kind: the element is turned into a truth value first. */
    record Truth(TruthKind kind) implements Operand {}
  }

  /** How an element is turned into a truth value: {@code ~true ~false ~null ~*}. */
  enum TruthKind {
    TRUE_LIKE,
    FALSE_LIKE,
    NULL_LIKE,
    EXISTING
  }

  /** The modifiers. */
  enum ModifierName {
    REVERSE,
    TRIM,
    KEYS,
    VALUES,
    TOSTR,
    FROMSTR,
    CASE,
    THIS
  }
}
