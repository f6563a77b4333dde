package dev.millrace.expression.nocobase.math;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A parsed expression of math.js. Immutable. */
sealed interface MathNode {

  /** A number, text, boolean or null. */
  record Constant(@Nullable Object value) implements MathNode {}

  /** A name. */
  record Symbol(String name) implements MathNode {}

  /** A function or an operator, applied. */
  record Apply(String name, List<MathNode> arguments) implements MathNode {}

  /** A call of what is no plain name, as the member of an object. */
  record Call(MathNode target, List<MathNode> arguments, String shown) implements MathNode {}

  /** A list; a matrix is a list of rows. */
  record Matrix(List<MathNode> elements) implements MathNode {}

  /** An object. */
  record Composed(List<String> keys, List<MathNode> values) implements MathNode {}

  /** A range, both ends included. */
  record Range(@Nullable MathNode start, @Nullable MathNode step, @Nullable MathNode end)
      implements MathNode {}

  /** Elements by indexes that count from 1. */
  record Index(MathNode target, List<MathNode> indexes) implements MathNode {}

  /** A member of an object. */
  record Member(MathNode target, String name) implements MathNode {}

  /** The ternary operator. */
  record Conditional(MathNode test, MathNode yes, MathNode no) implements MathNode {}

  /** Comparisons in a row, as {@code a < b < c}. */
  record Chain(List<String> operators, List<MathNode> operands) implements MathNode {}

  /** Gives a name a value. */
  record Assign(String name, MathNode value) implements MathNode {}

  /** Gives a name a function. */
  record Define(String name, List<String> parameters, MathNode body) implements MathNode {}

  /** Expressions in a row; those that end with a semicolon do not show. */
  record Block(List<MathNode> parts, List<Boolean> shown) implements MathNode {}
}
