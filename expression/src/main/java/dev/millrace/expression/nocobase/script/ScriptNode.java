package dev.millrace.expression.nocobase.script;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A parsed expression. Immutable. */
sealed interface ScriptNode {

  /** A number, text, boolean, null or undefined. */
  record Literal(@Nullable Object value) implements ScriptNode {}

  /** A template literal: texts around expressions, one text more than expressions. */
  record Text(List<String> texts, List<ScriptNode> parts) implements ScriptNode {}

  /** A regular expression between slashes. */
  record Regex(String source, String flags) implements ScriptNode {}

  /** A name. */
  record Name(String name) implements ScriptNode {}

  /** A list; elements may be spread. */
  record Array(List<ScriptNode> elements) implements ScriptNode {}

  /** An object; a null key spreads its value. */
  record Composed(List<Entry> entries) implements ScriptNode {}

  /** A member of an object literal. */
  record Entry(@Nullable ScriptNode key, ScriptNode value) {}

  /** Three dots before an element or argument. */
  record Spread(ScriptNode value) implements ScriptNode {}

  /**
   * A member.
   *
   * @param optional whether it is asked with {@code ?.}
   * @param shown the source of the whole, for messages
   */
  record Member(ScriptNode target, ScriptNode key, boolean optional, String shown)
      implements ScriptNode {}

  /** A call. */
  record Call(ScriptNode target, List<ScriptNode> arguments, boolean optional, String shown)
      implements ScriptNode {}

  /** A chain of members and calls, which a {@code ?.} in it may cut short. */
  record Chain(ScriptNode last) implements ScriptNode {}

  /** A call with {@code new}. */
  record New(ScriptNode target, List<ScriptNode> arguments, String shown) implements ScriptNode {}

  /** An operator before its operand. */
  record Unary(String operator, ScriptNode operand) implements ScriptNode {}

  /** An operator between two operands. */
  record Binary(String operator, ScriptNode left, ScriptNode right) implements ScriptNode {}

  /** The ternary operator. */
  record Conditional(ScriptNode test, ScriptNode yes, ScriptNode no) implements ScriptNode {}

  /** A function, as an arrow or with a body of statements. */
  record Function(List<Parameter> parameters, List<Statement> body) implements ScriptNode {}

  /**
   * A parameter.
   *
   * @param names one, or those taken out of an object or a list
   * @param kind how the names are taken
   * @param fallback for an argument that was not given
   */
  record Parameter(List<String> names, Kind kind, @Nullable ScriptNode fallback) {
    enum Kind {
      WHOLE,
      REST,
      OF_OBJECT,
      OF_LIST
    }
  }

  /** A statement in a function. */
  sealed interface Statement {
    /** Ends the function. */
    record Return(ScriptNode value) implements Statement {}

    /** Names a value. */
    record Declare(Parameter target, ScriptNode value) implements Statement {}

    /** Evaluates and forgets. */
    record Run(ScriptNode value) implements Statement {}

    /** Runs one of two lists of statements. */
    record If(ScriptNode test, List<Statement> yes, List<Statement> no) implements Statement {}
  }
}
