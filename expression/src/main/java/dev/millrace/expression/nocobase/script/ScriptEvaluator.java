package dev.millrace.expression.nocobase.script;

import dev.millrace.expression.nocobase.script.Arguments.Call;
import dev.millrace.expression.nocobase.script.ScriptNode.Entry;
import dev.millrace.expression.nocobase.script.ScriptNode.Parameter;
import dev.millrace.expression.nocobase.script.ScriptNode.Statement;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Evaluates parsed expressions. Used by one thread for one evaluation. */
final class ScriptEvaluator {
  private static final int SHIFT_MASK = 31;
  private static final double UNSIGNED_RANGE = 4294967296.0;

  /** What an evaluation answers instead of a value. */
  private enum Signal {
    /** A {@code ?.} in a chain found nothing; the chain is undefined. */
    CUT,
    /** A function ran to its end without a return. */
    FELL_THROUGH
  }

  private final Call call;

  ScriptEvaluator(Call call) {
    this.call = call;
  }

  @Nullable Object evaluate(ScriptNode node, ScriptFrame frame) {
    call.budget().enter();
    try {
      return value(node, frame);
    } finally {
      call.budget().leave();
    }
  }

  private @Nullable Object value(ScriptNode node, ScriptFrame frame) {
    return switch (node) {
      case ScriptNode.Literal literal -> literal.value();
      case ScriptNode.Text text -> text(text, frame);
      case ScriptNode.Regex regex -> ScriptRegex.of(regex.source(), regex.flags());
      case ScriptNode.Name name -> frame.value(name.name());
      case ScriptNode.Array array -> list(array.elements(), frame);
      case ScriptNode.Composed composed -> composed(composed, frame);
      case ScriptNode.Spread spread -> evaluate(spread.value(), frame);
      case ScriptNode.Member member -> member(member, frame);
      case ScriptNode.Call callNode -> call(callNode, frame);
      case ScriptNode.Chain chain -> {
        Object value = evaluate(chain.last(), frame);
        yield value == Signal.CUT ? Undefined.VALUE : value;
      }
      case ScriptNode.New made ->
          Globals.construct(
              evaluate(made.target(), frame),
              made.shown(),
              new Arguments(list(made.arguments(), frame), call));
      case ScriptNode.Unary unary -> unary(unary.operator(), evaluate(unary.operand(), frame));
      case ScriptNode.Binary binary -> binary(binary, frame);
      case ScriptNode.Conditional conditional ->
          evaluate(
              Coercions.truthy(evaluate(conditional.test(), frame))
                  ? conditional.yes()
                  : conditional.no(),
              frame);
      case ScriptNode.Function function -> (ScriptFunction) given -> run(function, frame, given);
    };
  }

  private String text(ScriptNode.Text node, ScriptFrame frame) {
    StringBuilder text = new StringBuilder(node.texts().getFirst());
    for (int i = 0; i < node.parts().size(); i++) {
      text.append(Coercions.toText(evaluate(node.parts().get(i), frame)));
      text.append(node.texts().get(i + 1));
      call.budget().build(text.length());
    }
    return text.toString();
  }

  private ScriptList list(List<ScriptNode> nodes, ScriptFrame frame) {
    ScriptList list = new ScriptList();
    for (ScriptNode node : nodes) {
      Object value = evaluate(node, frame);
      if (node instanceof ScriptNode.Spread) {
        List<?> spread = elements(value);
        call.budget().steps(spread.size());
        list.addAll(spread);
      } else {
        list.add(value);
      }
    }
    return list;
  }

  private static List<?> elements(@Nullable Object value) {
    return switch (value) {
      case List<?> list -> list;
      case String text -> text.codePoints().mapToObj(Character::toString).toList();
      case null, default -> throw ScriptException.type(Coercions.shown(value) + " is not iterable");
    };
  }

  private Map<String, @Nullable Object> composed(ScriptNode.Composed node, ScriptFrame frame) {
    Map<String, @Nullable Object> composed = new LinkedHashMap<>();
    for (Entry entry : node.entries()) {
      Object value = evaluate(entry.value(), frame);
      if (entry.key() == null) {
        if (value instanceof Map<?, ?> map) {
          call.budget().steps(map.size());
          map.forEach((key, member) -> composed.put(String.valueOf(key), member));
        }
      } else {
        composed.put(Coercions.toText(evaluate(entry.key(), frame)), value);
      }
    }
    return composed;
  }

  private @Nullable Object member(ScriptNode.Member node, ScriptFrame frame) {
    Object target = evaluate(node.target(), frame);
    if (target == Signal.CUT || (node.optional() && Undefined.orNull(target))) {
      return Signal.CUT;
    }
    return Members.get(target, evaluate(node.key(), frame), call);
  }

  private @Nullable Object call(ScriptNode.Call node, ScriptFrame frame) {
    Object target = evaluate(node.target(), frame);
    if (target == Signal.CUT || (node.optional() && Undefined.orNull(target))) {
      return Signal.CUT;
    }
    if (!(target instanceof ScriptFunction function)) {
      throw ScriptException.type(node.shown() + " is not a function");
    }
    return function.call(new Arguments(list(node.arguments(), frame), call));
  }

  // Functions

  private @Nullable Object run(ScriptNode.Function function, ScriptFrame outer, Arguments given) {
    ScriptFrame frame = new ScriptFrame(outer);
    for (int i = 0; i < function.parameters().size(); i++) {
      Parameter parameter = function.parameters().get(i);
      Object value = given.get(i);
      if (parameter.kind() == Parameter.Kind.REST) {
        value = new ScriptList(given.values().subList(Math.min(i, given.size()), given.size()));
      } else if (value == Undefined.VALUE && parameter.fallback() != null) {
        value = evaluate(parameter.fallback(), frame);
      }
      declare(parameter, value, frame);
    }
    Object value = run(function.body(), frame);
    return value == Signal.FELL_THROUGH ? Undefined.VALUE : value;
  }

  private void declare(Parameter parameter, @Nullable Object value, ScriptFrame frame) {
    switch (parameter.kind()) {
      case WHOLE, REST -> frame.declare(parameter.names().getFirst(), value);
      case OF_OBJECT -> {
        for (String name : parameter.names()) {
          frame.declare(name, Members.get(value, name, call));
        }
      }
      case OF_LIST -> {
        Iterator<?> elements = elements(value).iterator();
        for (String name : parameter.names()) {
          frame.declare(name, elements.hasNext() ? elements.next() : Undefined.VALUE);
        }
      }
    }
  }

  private @Nullable Object run(List<Statement> statements, ScriptFrame frame) {
    for (Statement statement : statements) {
      Object result =
          switch (statement) {
            case Statement.Return end -> evaluate(end.value(), frame);
            case Statement.Declare declared -> {
              declare(declared.target(), evaluate(declared.value(), frame), frame);
              yield Signal.FELL_THROUGH;
            }
            case Statement.Run run -> {
              evaluate(run.value(), frame);
              yield Signal.FELL_THROUGH;
            }
            case Statement.If choice ->
                run(
                    Coercions.truthy(evaluate(choice.test(), frame)) ? choice.yes() : choice.no(),
                    new ScriptFrame(frame));
          };
      if (result != Signal.FELL_THROUGH) {
        return result;
      }
    }
    return Signal.FELL_THROUGH;
  }

  // Operators

  private static @Nullable Object unary(String operator, @Nullable Object value) {
    return switch (operator) {
      case "!" -> !Coercions.truthy(value);
      case "-" -> -Coercions.toNumber(value);
      case "+" -> Coercions.toNumber(value);
      case "~" -> (double) ~toInt(value);
      case "typeof" -> Coercions.typeOf(value);
      default -> Undefined.VALUE;
    };
  }

  private @Nullable Object binary(ScriptNode.Binary node, ScriptFrame frame) {
    Object left = evaluate(node.left(), frame);
    boolean decided =
        switch (node.operator()) {
          case "&&" -> !Coercions.truthy(left);
          case "||" -> Coercions.truthy(left);
          case "??" -> !Undefined.orNull(left);
          default -> false;
        };
    if (decided) {
      return left;
    }
    Object right = evaluate(node.right(), frame);
    return switch (node.operator()) {
      case "&&", "||", "??", "," -> right;
      case "+" -> add(left, right);
      case "-" -> Coercions.toNumber(left) - Coercions.toNumber(right);
      case "*" -> Coercions.toNumber(left) * Coercions.toNumber(right);
      case "/" -> Coercions.toNumber(left) / Coercions.toNumber(right);
      case "%" -> Coercions.toNumber(left) % Coercions.toNumber(right);
      case "**" -> Math.pow(Coercions.toNumber(left), Coercions.toNumber(right));
      case "==" -> Coercions.looselyEqual(left, right);
      case "!=" -> !Coercions.looselyEqual(left, right);
      case "===" -> Coercions.strictlyEqual(left, right);
      case "!==" -> !Coercions.strictlyEqual(left, right);
      case "<" -> Coercions.less(left, right);
      case ">" -> Coercions.less(right, left);
      case "<=" -> Coercions.lessOrEqual(left, right);
      case ">=" -> Coercions.lessOrEqual(right, left);
      case "in" -> in(left, right);
      case "instanceof" -> Globals.isInstance(left, right);
      default -> bits(node.operator(), left, right);
    };
  }

  private Object add(@Nullable Object left, @Nullable Object right) {
    Object a = Coercions.toScalar(left);
    Object b = Coercions.toScalar(right);
    if (a instanceof String || b instanceof String) {
      String sum = Coercions.toText(a).concat(Coercions.toText(b));
      call.budget().build(sum.length());
      return sum;
    }
    return Coercions.toNumber(a) + Coercions.toNumber(b);
  }

  private static boolean in(@Nullable Object key, @Nullable Object container) {
    return switch (container) {
      case Map<?, ?> map -> map.containsKey(Coercions.toText(key));
      case List<?> list -> {
        double index = Coercions.toNumber(key);
        yield index >= 0 && index < list.size() && index == Math.rint(index);
      }
      case null, default ->
          throw ScriptException.type(
              "Cannot use 'in' operator to search for '"
                  + Coercions.toText(key)
                  + "' in "
                  + Coercions.shown(container));
    };
  }

  private static double bits(String operator, @Nullable Object left, @Nullable Object right) {
    int a = toInt(left);
    int b = toInt(right);
    return switch (operator) {
      case "&" -> a & b;
      case "|" -> a | b;
      case "^" -> a ^ b;
      case "<<" -> a << (b & SHIFT_MASK);
      case ">>" -> a >> (b & SHIFT_MASK);
      case ">>>" -> Integer.toUnsignedLong(a) >>> (b & SHIFT_MASK);
      default -> throw ScriptException.syntax("Unexpected token '" + operator + "'");
    };
  }

  /** A value as the 32 bits that JavaScript's bit operators work on. */
  static int toInt(@Nullable Object value) {
    double number = Coercions.toNumber(value);
    if (!Double.isFinite(number)) {
      return 0;
    }
    double whole = number < 0 ? Math.ceil(number) : Math.floor(number);
    return (int) (long) (whole % UNSIGNED_RANGE);
  }

  /** All elements of a value that can be gone through. */
  static List<@Nullable Object> copy(@Nullable Object value) {
    return new ArrayList<>(elements(value));
  }
}
