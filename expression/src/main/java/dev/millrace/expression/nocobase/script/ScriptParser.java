package dev.millrace.expression.nocobase.script;

import dev.millrace.expression.nocobase.script.ScriptNode.Entry;
import dev.millrace.expression.nocobase.script.ScriptNode.Parameter;
import dev.millrace.expression.nocobase.script.ScriptNode.Statement;
import dev.millrace.expression.nocobase.script.ScriptToken.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Parses JavaScript expressions, by the precedence of their operators. */
final class ScriptParser extends TokenCursor {

  /** How strongly the operators between two operands bind. */
  private static final Map<String, Integer> PRECEDENCE =
      Map.ofEntries(
          Map.entry("??", 1),
          Map.entry("||", 1),
          Map.entry("&&", 2),
          Map.entry("|", 3),
          Map.entry("^", 4),
          Map.entry("&", 5),
          Map.entry("==", 6),
          Map.entry("!=", 6),
          Map.entry("===", 6),
          Map.entry("!==", 6),
          Map.entry("<", 7),
          Map.entry(">", 7),
          Map.entry("<=", 7),
          Map.entry(">=", 7),
          Map.entry("instanceof", 7),
          Map.entry("in", 7),
          Map.entry("<<", 8),
          Map.entry(">>", 8),
          Map.entry(">>>", 8),
          Map.entry("+", 9),
          Map.entry("-", 9),
          Map.entry("*", 10),
          Map.entry("/", 10),
          Map.entry("%", 10),
          Map.entry("**", 11));

  private static final int POWER = 11;
  private static final ScriptNode UNDEFINED = new ScriptNode.Literal(Undefined.VALUE);

  private ScriptParser(String source, int nesting) {
    super(source, nesting);
  }

  /**
   * Parses one expression; a semicolon may follow it.
   *
   * @throws ScriptException when it does not parse
   */
  static ScriptNode parse(String source) {
    Budget.checkSource(source);
    return parse(source, 0);
  }

  private static ScriptNode parse(String source, int nesting) {
    ScriptParser parser = new ScriptParser(source, nesting);
    ScriptNode node = parser.sequence();
    while (parser.accept(";")) {
      // Nothing follows a semicolon but others.
    }
    if (parser.peek().kind() != Kind.END) {
      throw parser.unexpected();
    }
    return node;
  }

  private ScriptNode sequence() {
    ScriptNode node = expression();
    while (accept(",")) {
      node = new ScriptNode.Binary(",", node, expression());
    }
    return node;
  }

  private ScriptNode expression() {
    deeper();
    ScriptNode function = arrow();
    ScriptNode node = function != null ? function : conditional();
    shallower();
    return node;
  }

  private ScriptNode conditional() {
    ScriptNode test = binary(1);
    if (!accept("?")) {
      return test;
    }
    ScriptNode yes = expression();
    expect(":");
    return new ScriptNode.Conditional(test, yes, expression());
  }

  private ScriptNode binary(int weakest) {
    ScriptNode left = unary();
    while (true) {
      ScriptToken token = peek();
      Integer strength =
          token.kind() == Kind.SIGN || token.kind() == Kind.NAME
              ? PRECEDENCE.get(token.text())
              : null;
      if (strength == null || strength < weakest) {
        return left;
      }
      next();
      deeper();
      ScriptNode right = binary(strength == POWER ? strength : strength + 1);
      shallower();
      left = new ScriptNode.Binary(token.text(), left, right);
    }
  }

  private ScriptNode unary() {
    ScriptToken token = peek();
    boolean operator =
        switch (token.kind()) {
          case SIGN ->
              token.text().equals("!")
                  || token.text().equals("-")
                  || token.text().equals("+")
                  || token.text().equals("~");
          case NAME -> token.text().equals("typeof") || token.text().equals("void");
          case NUMBER, STRING, TEMPLATE, REGEX, END -> false;
        };
    if (!operator) {
      return postfix();
    }
    next();
    deeper();
    ScriptNode node = new ScriptNode.Unary(token.text(), unary());
    shallower();
    return node;
  }

  private ScriptNode postfix() {
    int start = peek().start();
    ScriptNode node = primary();
    int links = 0;
    while (true) {
      ScriptNode next = link(node, start);
      if (next == null) {
        return links == 0 ? node : new ScriptNode.Chain(node);
      }
      if (++links > Budget.NESTING_MAX) {
        throw ScriptException.syntax(
            "a chain has more than " + Budget.NESTING_MAX + " members and calls");
      }
      node = next;
    }
  }

  /** The member or call that follows a node; null when none does. */
  private @Nullable ScriptNode link(ScriptNode node, int start) {
    if (accept("(")) {
      return new ScriptNode.Call(node, arguments(), false, shown(start, node));
    }
    if (accept("?.")) {
      if (accept("(")) {
        return new ScriptNode.Call(node, arguments(), true, shown(start, node));
      }
      if (accept("[")) {
        return index(node, true, start);
      }
      return new ScriptNode.Member(node, key(), true, shown(start));
    }
    if (accept(".")) {
      return new ScriptNode.Member(node, key(), false, shown(start));
    }
    return accept("[") ? index(node, false, start) : null;
  }

  private ScriptNode index(ScriptNode node, boolean optional, int start) {
    ScriptNode key = sequence();
    expect("]");
    return new ScriptNode.Member(node, key, optional, shown(start));
  }

  private ScriptNode key() {
    ScriptToken name = next();
    if (name.kind() != Kind.NAME) {
      back();
      throw unexpected();
    }
    return new ScriptNode.Literal(name.text());
  }

  private String shown(int start, ScriptNode target) {
    return target instanceof ScriptNode.Member member ? member.shown() : calleeText(start);
  }

  private List<ScriptNode> arguments() {
    List<ScriptNode> arguments = new ArrayList<>();
    while (!accept(")")) {
      arguments.add(element());
      if (!peek().sign(")")) {
        if (!accept(",")) {
          throw peek().kind() == Kind.END
              ? ScriptException.syntax("missing ) after argument list")
              : unexpected();
        }
      }
    }
    return arguments;
  }

  private ScriptNode element() {
    return accept("...") ? new ScriptNode.Spread(expression()) : expression();
  }

  private ScriptNode primary() {
    ScriptToken token = next();
    return switch (token.kind()) {
      case NUMBER -> new ScriptNode.Literal(Coercions.toNumber(token.text()));
      case STRING -> new ScriptNode.Literal(token.text());
      case TEMPLATE -> template(token.text());
      case REGEX -> {
        int slash = token.text().lastIndexOf('/');
        yield new ScriptNode.Regex(
            token.text().substring(1, slash), token.text().substring(slash + 1));
      }
      case NAME -> word(token);
      case SIGN -> bracket(token);
      case END -> {
        back();
        throw unexpected();
      }
    };
  }

  private ScriptNode word(ScriptToken token) {
    return switch (token.text()) {
      case "true" -> new ScriptNode.Literal(true);
      case "false" -> new ScriptNode.Literal(false);
      case "null" -> new ScriptNode.Literal(null);
      case "undefined" -> UNDEFINED;
      case "new" -> construction();
      case "function" -> {
        if (peek().kind() == Kind.NAME) {
          next();
        }
        expect("(");
        List<Parameter> parameters = parameters();
        expect("{");
        yield new ScriptNode.Function(parameters, statements());
      }
      case "var",
          "let",
          "const",
          "if",
          "for",
          "while",
          "return",
          "class",
          "delete",
          "throw",
          "switch",
          "try",
          "in",
          "instanceof",
          "import",
          "export",
          "await",
          "yield" -> {
        back();
        throw unexpected();
      }
      default -> new ScriptNode.Name(token.text());
    };
  }

  private ScriptNode construction() {
    int start = peek().start();
    ScriptNode target = primary();
    while (peek().sign(".")) {
      next();
      target = new ScriptNode.Member(target, key(), false, shown(start));
    }
    String shown = shown(start);
    return new ScriptNode.New(target, accept("(") ? arguments() : List.of(), shown);
  }

  private ScriptNode bracket(ScriptToken token) {
    return switch (token.text()) {
      case "(" -> {
        ScriptNode inner = sequence();
        expect(")");
        yield inner;
      }
      case "[" -> array();
      case "{" -> composed();
      default -> {
        back();
        throw unexpected();
      }
    };
  }

  private ScriptNode array() {
    List<ScriptNode> elements = new ArrayList<>();
    while (!accept("]")) {
      if (accept(",")) {
        elements.add(UNDEFINED);
        continue;
      }
      elements.add(element());
      if (!peek().sign("]")) {
        expect(",");
      }
    }
    return new ScriptNode.Array(elements);
  }

  private ScriptNode composed() {
    List<Entry> entries = new ArrayList<>();
    while (!accept("}")) {
      if (accept("...")) {
        entries.add(new Entry(null, expression()));
      } else {
        entries.add(entry());
      }
      if (!peek().sign("}")) {
        expect(",");
      }
    }
    return new ScriptNode.Composed(entries);
  }

  private Entry entry() {
    ScriptToken token = next();
    ScriptNode key;
    if (token.sign("[")) {
      key = sequence();
      expect("]");
    } else {
      key =
          switch (token.kind()) {
            case NAME, STRING -> new ScriptNode.Literal(token.text());
            case NUMBER ->
                new ScriptNode.Literal(Coercions.toText(Coercions.toNumber(token.text())));
            case SIGN, TEMPLATE, REGEX, END -> {
              back();
              throw unexpected();
            }
          };
    }
    if (token.kind() == Kind.NAME && (peek().sign(",") || peek().sign("}"))) {
      return new Entry(key, new ScriptNode.Name(token.text()));
    }
    expect(":");
    return new Entry(key, expression());
  }

  private ScriptNode template(String raw) {
    List<String> texts = new ArrayList<>();
    List<ScriptNode> parts = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    int at = 0;
    while (at < raw.length()) {
      char c = raw.charAt(at);
      if (c == '\\') {
        at = ScriptLexer.escape(raw, at + 1, text);
      } else if (raw.startsWith("${", at)) {
        int close = closing(raw, at + 2);
        texts.add(text.toString());
        text.setLength(0);
        deeper();
        parts.add(parse(raw.substring(at + 2, close), nesting()));
        shallower();
        at = close + 1;
      } else {
        text.append(c);
        at++;
      }
    }
    texts.add(text.toString());
    return new ScriptNode.Text(texts, parts);
  }

  private static int closing(String raw, int start) {
    int braces = 1;
    for (int i = start; i < raw.length(); i++) {
      char c = raw.charAt(i);
      braces += c == '{' ? 1 : c == '}' ? -1 : 0;
      if (braces == 0) {
        return i;
      }
    }
    throw ScriptException.syntax("Unterminated template literal");
  }

  // Functions

  /** An arrow function, when one begins here. */
  private @Nullable ScriptNode arrow() {
    List<Parameter> parameters;
    if (peek().kind() == Kind.NAME && following().sign("=>")) {
      parameters = List.of(new Parameter(List.of(next().text()), Parameter.Kind.WHOLE, null));
    } else if (peek().sign("(") && arrowAfterBrackets()) {
      next();
      parameters = parameters();
    } else {
      return null;
    }
    expect("=>");
    if (accept("{")) {
      return new ScriptNode.Function(parameters, statements());
    }
    return new ScriptNode.Function(parameters, List.of(new Statement.Return(expression())));
  }

  private List<Parameter> parameters() {
    List<Parameter> parameters = new ArrayList<>();
    while (!accept(")")) {
      parameters.add(parameter());
      if (!peek().sign(")")) {
        expect(",");
      }
    }
    return parameters;
  }

  private Parameter parameter() {
    Parameter.Kind kind = Parameter.Kind.WHOLE;
    List<String> names = new ArrayList<>();
    if (accept("...")) {
      kind = Parameter.Kind.REST;
      names.add(name());
    } else if (peek().sign("{") || peek().sign("[")) {
      boolean ofObject = next().text().equals("{");
      kind = ofObject ? Parameter.Kind.OF_OBJECT : Parameter.Kind.OF_LIST;
      String close = ofObject ? "}" : "]";
      while (!accept(close)) {
        names.add(name());
        if (!peek().sign(close)) {
          expect(",");
        }
      }
    } else {
      names.add(name());
    }
    return new Parameter(names, kind, accept("=") ? expression() : null);
  }

  private List<Statement> statements() {
    List<Statement> statements = new ArrayList<>();
    while (!accept("}")) {
      if (!accept(";")) {
        statements.add(statement());
      }
    }
    return statements;
  }

  private Statement statement() {
    ScriptToken token = peek();
    if (token.word("return")) {
      next();
      boolean empty = peek().sign(";") || peek().sign("}");
      return new Statement.Return(empty ? UNDEFINED : sequence());
    }
    if (token.word("const") || token.word("let") || token.word("var")) {
      next();
      Parameter target = parameter();
      ScriptNode value = target.fallback() == null ? UNDEFINED : target.fallback();
      return new Statement.Declare(new Parameter(target.names(), target.kind(), null), value);
    }
    if (token.word("if")) {
      next();
      expect("(");
      ScriptNode test = sequence();
      expect(")");
      List<Statement> yes = block();
      List<Statement> no = List.of();
      if (peek().word("else")) {
        next();
        no = block();
      }
      return new Statement.If(test, yes, no);
    }
    return new Statement.Run(sequence());
  }

  private List<Statement> block() {
    deeper();
    List<Statement> block = accept("{") ? statements() : List.of(statement());
    shallower();
    accept(";");
    return block;
  }
}
