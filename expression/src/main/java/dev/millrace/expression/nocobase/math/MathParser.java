package dev.millrace.expression.nocobase.math;

import dev.millrace.expression.nocobase.math.MathLexer.Kind;
import dev.millrace.expression.nocobase.math.MathLexer.Token;
import dev.millrace.expression.nocobase.script.Budget;
import dev.millrace.expression.nocobase.script.Coercions;
import dev.millrace.expression.nocobase.script.ScriptException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Parses the grammar of math.js, by recursive descent in the order of its operators. */
final class MathParser {
  /** The binary operators below the comparisons' weaker neighbours, the weakest first. */
  private static final List<Set<String>> LEVELS =
      List.of(Set.of("or"), Set.of("xor"), Set.of("and"), Set.of("|"), Set.of("^|"), Set.of("&"));

  private static final Set<String> WORDS = Set.of("or", "xor", "and", "not", "mod", "to", "in");

  private static final double HUNDRED = 100;

  private final List<Token> tokens;
  private int position;
  private int nesting;

  /** Whether a comma or a bracket, and no line, ends what is being parsed. */
  private int conditionals;

  private MathParser(String source) {
    this.tokens = MathLexer.tokens(source);
  }

  /**
   * Parses an expression, or several.
   *
   * @throws ScriptException when it does not parse
   */
  static MathNode parse(String source) {
    Budget.checkSource(source);
    MathParser parser = new MathParser(source);
    MathNode node = parser.block();
    if (parser.peek().kind() != Kind.END) {
      throw parser.unexpected();
    }
    return node;
  }

  private MathNode block() {
    List<MathNode> parts = new ArrayList<>();
    List<Boolean> shown = new ArrayList<>();
    boolean several = false;
    while (true) {
      if (peek().kind() != Kind.END && !peek().sign(";") && !peek().sign("\n")) {
        parts.add(assignment());
        shown.add(!peek().sign(";"));
      }
      if (!peek().sign(";") && !peek().sign("\n")) {
        break;
      }
      several = true;
      position++;
    }
    if (parts.isEmpty()) {
      return new MathNode.Constant(null);
    }
    return several ? new MathNode.Block(parts, shown) : parts.getFirst();
  }

  private MathNode assignment() {
    deeper();
    int start = position;
    MathNode node = conditional();
    if (peek().sign("=")) {
      Token token = peek();
      position++;
      MathNode value = assignment();
      node =
          switch (node) {
            case MathNode.Symbol symbol -> new MathNode.Assign(symbol.name(), value);
            case MathNode.Apply apply when tokens.get(start).text().equals(apply.name()) ->
                new MathNode.Define(apply.name(), parameters(apply, token), value);
            default -> throw invalidAssignment(token);
          };
    }
    nesting--;
    return node;
  }

  private static List<String> parameters(MathNode.Apply apply, Token token) {
    List<String> names = new ArrayList<>();
    for (MathNode argument : apply.arguments()) {
      if (!(argument instanceof MathNode.Symbol symbol)) {
        throw invalidAssignment(token);
      }
      names.add(symbol.name());
    }
    return names;
  }

  private static ScriptException invalidAssignment(Token token) {
    return ScriptException.syntax("Invalid left hand side of assignment operator =" + token.at());
  }

  private MathNode conditional() {
    MathNode test = binary(0);
    if (!peek().sign("?")) {
      return test;
    }
    position++;
    conditionals++;
    MathNode yes = assignment();
    conditionals--;
    if (!accept(":")) {
      throw ScriptException.syntax("False part of conditional expression expected" + peek().at());
    }
    return new MathNode.Conditional(test, yes, assignment());
  }

  private MathNode binary(int level) {
    if (level == LEVELS.size()) {
      return comparison();
    }
    MathNode left = binary(level + 1);
    while (operator(LEVELS.get(level))) {
      String name = next().text();
      left = apply(name, left, binary(level + 1));
    }
    return left;
  }

  private boolean operator(Set<String> names) {
    Token token = peek();
    return (token.kind() == Kind.SIGN || token.kind() == Kind.NAME) && names.contains(token.text());
  }

  private static MathNode apply(String operator, MathNode left, MathNode right) {
    return new MathNode.Apply(
        MathOperators.BINARY.getOrDefault(operator, operator), List.of(left, right));
  }

  private MathNode comparison() {
    List<MathNode> operands = new ArrayList<>(List.of(shift()));
    List<String> operators = new ArrayList<>();
    while (operator(MathOperators.COMPARISONS.keySet())) {
      operators.add(MathOperators.COMPARISONS.getOrDefault(next().text(), ""));
      operands.add(shift());
    }
    return switch (operators.size()) {
      case 0 -> operands.getFirst();
      case 1 -> new MathNode.Apply(operators.getFirst(), operands);
      default -> new MathNode.Chain(operators, operands);
    };
  }

  private MathNode shift() {
    MathNode left = range();
    while (operator(Set.of("<<", ">>", ">>>"))) {
      String name = next().text();
      left = apply(name, left, range());
    }
    return left;
  }

  private MathNode range() {
    if (peek().sign(":") && conditionals == 0) {
      position++;
      return ends() ? new MathNode.Range(null, null, null) : rest(null);
    }
    MathNode start = sum();
    if (!peek().sign(":") || conditionals > 0) {
      return start;
    }
    position++;
    return ends() ? new MathNode.Range(start, null, null) : rest(start);
  }

  private MathNode rest(@Nullable MathNode start) {
    MathNode second = sum();
    if (!accept(":")) {
      return new MathNode.Range(start, null, second);
    }
    return new MathNode.Range(start, second, ends() ? null : sum());
  }

  /** Whether an index or a list ends here, so that a range goes to the end. */
  private boolean ends() {
    return peek().sign(",") || peek().sign("]") || peek().sign(")") || peek().kind() == Kind.END;
  }

  private MathNode sum() {
    MathNode left = product();
    while (operator(Set.of("+", "-"))) {
      String name = next().text();
      MathNode right = product();
      left = apply(name, left, right);
    }
    return left;
  }

  private MathNode product() {
    MathNode left = implicit();
    while (operator(Set.of("*", "/", ".*", "./", "%", "mod"))) {
      String name = next().text();
      boolean percent =
          name.equals("%")
              && (peek().kind() == Kind.END || (peek().kind() == Kind.SIGN && !peek().sign("(")));
      left =
          percent
              ? apply("/", left, new MathNode.Constant(HUNDRED))
              : apply(name, left, implicit());
    }
    return left;
  }

  /** Factors side by side, as {@code 2 x} and {@code 2(3 + 4)}. */
  private MathNode implicit() {
    MathNode left = unary();
    while (factorBegins(left)) {
      left = apply("*", left, unary());
    }
    return left;
  }

  private boolean factorBegins(MathNode left) {
    Token token = peek();
    return switch (token.kind()) {
      case NAME -> !WORDS.contains(token.text());
      case NUMBER ->
          !(left instanceof MathNode.Constant)
              && !(left instanceof MathNode.Apply apply && apply.name().startsWith("unary"));
      case SIGN -> token.sign("(");
      case STRING, END -> false;
    };
  }

  private MathNode unary() {
    Token token = peek();
    String name =
        token.kind() == Kind.SIGN || token.kind() == Kind.NAME
            ? switch (token.text()) {
              case "-" -> "unaryMinus";
              case "+" -> "unaryPlus";
              case "~" -> "bitNot";
              case "not" -> "not";
              default -> "";
            }
            : "";
    if (name.isEmpty()) {
      return power();
    }
    position++;
    deeper();
    MathNode node = new MathNode.Apply(name, List.of(unary()));
    nesting--;
    return node;
  }

  private MathNode power() {
    MathNode left = postfix();
    if (!operator(Set.of("^", ".^"))) {
      return left;
    }
    String name = next().text().equals("^") ? "pow" : "dotPow";
    deeper();
    MathNode node = new MathNode.Apply(name, List.of(left, unary()));
    nesting--;
    return node;
  }

  private MathNode postfix() {
    MathNode node = primary();
    for (int links = 0; ; links++) {
      refuseLong(links);
      if (accept("!")) {
        node = new MathNode.Apply("factorial", List.of(node));
      } else if (peek().sign("'") || peek().sign(".'")) {
        position++;
        node = new MathNode.Apply("transpose", List.of(node));
      } else {
        return node;
      }
    }
  }

  private static void refuseLong(int links) {
    if (links > Budget.NESTING_MAX) {
      throw ScriptException.syntax(
          "more than " + Budget.NESTING_MAX + " members and calls follow each other");
    }
  }

  private MathNode primary() {
    Token token = next();
    return switch (token.kind()) {
      case NUMBER -> new MathNode.Constant(Coercions.toNumber(token.text()));
      case STRING -> accessors(new MathNode.Constant(token.text()));
      case NAME -> accessors(named(token));
      case SIGN -> bracket(token);
      case END -> throw valueExpected();
    };
  }

  private MathNode named(Token token) {
    return switch (token.text()) {
      case "true" -> new MathNode.Constant(true);
      case "false" -> new MathNode.Constant(false);
      case "null" -> new MathNode.Constant(null);
      case "undefined" -> new MathNode.Constant(null);
      default -> {
        if (WORDS.contains(token.text())) {
          position--;
          throw valueExpected();
        }
        boolean called = peek().sign("(") && !peek().spaced();
        if (called) {
          position++;
          yield new MathNode.Apply(token.text(), list(")", "Parenthesis ) expected"));
        }
        yield new MathNode.Symbol(token.text());
      }
    };
  }

  private MathNode accessors(MathNode start) {
    MathNode node = start;
    for (int links = 0; ; links++) {
      refuseLong(links);
      Token token = peek();
      if (token.sign("[") && !token.spaced()) {
        position++;
        node = new MathNode.Index(node, list("]", "Parenthesis ] expected"));
      } else if (token.sign(".") && tokens.get(position + 1).kind() == Kind.NAME) {
        position++;
        String name = next().text();
        node = new MathNode.Member(node, name);
        if (peek().sign("(") && !peek().spaced()) {
          position++;
          node = new MathNode.Call(node, list(")", "Parenthesis ) expected"), name);
        }
      } else {
        return node;
      }
    }
  }

  private List<MathNode> list(String close, String message) {
    int outer = conditionals;
    conditionals = 0;
    List<MathNode> list = new ArrayList<>();
    if (!accept(close)) {
      do {
        list.add(assignment());
      } while (accept(","));
      if (!accept(close)) {
        throw ScriptException.syntax(message + peek().at());
      }
    }
    conditionals = outer;
    return list;
  }

  private MathNode bracket(Token token) {
    return switch (token.text()) {
      case "(" -> {
        int outer = conditionals;
        conditionals = 0;
        MathNode inner = assignment();
        if (!accept(")")) {
          throw ScriptException.syntax("Parenthesis ) expected" + peek().at());
        }
        conditionals = outer;
        yield accessors(inner);
      }
      case "[" -> accessors(matrix());
      case "{" -> accessors(composed());
      default -> {
        position--;
        throw valueExpected();
      }
    };
  }

  private MathNode matrix() {
    int outer = conditionals;
    conditionals = 0;
    List<List<MathNode>> rows = new ArrayList<>(List.of(new ArrayList<>()));
    while (!accept("]")) {
      if (accept(";")) {
        rows.add(new ArrayList<>());
      } else if (!accept(",")) {
        if (peek().kind() == Kind.END) {
          throw ScriptException.syntax("End of matrix ] expected" + peek().at());
        }
        rows.getLast().add(assignment());
        if (!peek().sign("]") && !peek().sign(",") && !peek().sign(";")) {
          throw ScriptException.syntax("End of matrix ] expected" + peek().at());
        }
      }
    }
    conditionals = outer;
    return rows.size() == 1
        ? new MathNode.Matrix(rows.getFirst())
        : new MathNode.Matrix(rows.stream().<MathNode>map(MathNode.Matrix::new).toList());
  }

  private MathNode composed() {
    int outer = conditionals;
    conditionals = 0;
    List<String> keys = new ArrayList<>();
    List<MathNode> values = new ArrayList<>();
    while (!accept("}")) {
      Token key = next();
      if (key.kind() != Kind.NAME && key.kind() != Kind.STRING) {
        throw ScriptException.syntax("Symbol or string expected as object key" + key.at());
      }
      if (!accept(":")) {
        throw ScriptException.syntax("Colon : expected after object key" + peek().at());
      }
      keys.add(key.text());
      values.add(assignment());
      if (!accept(",") && !peek().sign("}")) {
        throw ScriptException.syntax(
            "Comma , or bracket } expected after object value" + peek().at());
      }
    }
    conditionals = outer;
    return new MathNode.Composed(keys, values);
  }

  private void deeper() {
    if (++nesting > Budget.NESTING_MAX) {
      throw ScriptException.syntax(
          "the expression nests deeper than " + Budget.NESTING_MAX + " levels");
    }
  }

  private Token peek() {
    return tokens.get(position);
  }

  private Token next() {
    Token token = tokens.get(position);
    if (token.kind() == Kind.END) {
      throw valueExpected();
    }
    position++;
    return token;
  }

  private boolean accept(String sign) {
    if (peek().sign(sign)) {
      position++;
      return true;
    }
    return false;
  }

  /** A value was to come. */
  private ScriptException valueExpected() {
    Token token = peek();
    return ScriptException.syntax(
        (token.kind() == Kind.END ? "Unexpected end of expression" : "Value expected")
            + token.at());
  }

  /** The expression was to end. */
  private ScriptException unexpected() {
    Token token = peek();
    return ScriptException.syntax(
        switch (token.kind()) {
              case END -> "Unexpected end of expression";
              case SIGN -> "Unexpected operator " + token.text();
              case NAME, NUMBER, STRING -> "Unexpected part \"" + token.text() + "\"";
            }
            + token.at());
  }
}
