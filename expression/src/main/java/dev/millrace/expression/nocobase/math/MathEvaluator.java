package dev.millrace.expression.nocobase.math;

import dev.millrace.expression.nocobase.script.Arguments;
import dev.millrace.expression.nocobase.script.Arguments.Call;
import dev.millrace.expression.nocobase.script.ScriptException;
import dev.millrace.expression.nocobase.script.ScriptFunction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Evaluates parsed expressions of math.js. Used by one thread for one evaluation. */
final class MathEvaluator {
  private static final String END = "end";

  private final Call call;
  private final Map<String, @Nullable Object> names;

  MathEvaluator(Call call, Map<String, ? extends @Nullable Object> names) {
    this.call = call;
    this.names = new HashMap<>(names);
  }

  @Nullable Object evaluate(MathNode node) {
    call.budget().enter();
    try {
      return value(node);
    } finally {
      call.budget().leave();
    }
  }

  private @Nullable Object value(MathNode node) {
    return switch (node) {
      case MathNode.Constant constant -> constant.value();
      case MathNode.Symbol symbol -> symbol(symbol.name());
      case MathNode.Apply apply -> apply(apply);
      case MathNode.Call called -> {
        if (!(evaluate(called.target()) instanceof ScriptFunction function)) {
          throw ScriptException.error("Undefined function " + called.shown());
        }
        yield function.call(new Arguments(all(called.arguments()), call));
      }
      case MathNode.Matrix matrix -> all(matrix.elements());
      case MathNode.Composed composed -> {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        for (int i = 0; i < composed.keys().size(); i++) {
          object.put(composed.keys().get(i), evaluate(composed.values().get(i)));
        }
        yield object;
      }
      case MathNode.Range range -> range(range, 0);
      case MathNode.Index index -> index(index);
      case MathNode.Member member -> member(evaluate(member.target()), member.name());
      case MathNode.Conditional conditional ->
          evaluate(chosen(evaluate(conditional.test())) ? conditional.yes() : conditional.no());
      case MathNode.Chain chain -> chain(chain);
      case MathNode.Assign assign -> {
        Object value = evaluate(assign.value());
        names.put(assign.name(), value);
        yield value;
      }
      case MathNode.Define define -> {
        ScriptFunction function = given -> call(define, given);
        names.put(define.name(), function);
        yield function;
      }
      case MathNode.Block block -> {
        List<@Nullable Object> entries = new ArrayList<>();
        for (int i = 0; i < block.parts().size(); i++) {
          Object value = evaluate(block.parts().get(i));
          if (block.shown().get(i)) {
            entries.add(value);
          }
        }
        Map<String, @Nullable Object> results = new LinkedHashMap<>();
        results.put("mathjs", "ResultSet");
        results.put("entries", entries);
        yield results;
      }
    };
  }

  private List<@Nullable Object> all(List<MathNode> nodes) {
    List<@Nullable Object> values = new ArrayList<>(nodes.size());
    for (MathNode node : nodes) {
      values.add(evaluate(node));
    }
    return values;
  }

  private @Nullable Object symbol(String name) {
    if (names.containsKey(name)) {
      return names.get(name);
    }
    Object known = MathFunctions.value(name);
    if (known == null) {
      throw ScriptException.error("Undefined symbol " + name);
    }
    return known;
  }

  private @Nullable Object apply(MathNode.Apply node) {
    Object function =
        names.containsKey(node.name()) ? names.get(node.name()) : MathFunctions.value(node.name());
    if (function instanceof List<?> || function instanceof String) {
      return index(function, node.arguments());
    }
    if (!(function instanceof ScriptFunction callable)) {
      throw ScriptException.error("Undefined function " + node.name());
    }
    return callable.call(new Arguments(all(node.arguments()), call));
  }

  private @Nullable Object call(MathNode.Define define, Arguments given) {
    if (given.size() != define.parameters().size()) {
      throw ScriptException.type(
          "Too "
              + (given.size() < define.parameters().size() ? "few" : "many")
              + " arguments in function "
              + define.name()
              + " (expected: "
              + define.parameters().size()
              + ", actual: "
              + given.size()
              + ")");
    }
    MathEvaluator inner = new MathEvaluator(call, names);
    for (int i = 0; i < given.size(); i++) {
      inner.names.put(define.parameters().get(i), given.get(i));
    }
    return inner.evaluate(define.body());
  }

  private static @Nullable Object member(@Nullable Object target, String name) {
    if (target instanceof Map<?, ?> map) {
      return map.get(name);
    }
    throw ScriptException.type("Cannot apply a property accessor to " + MathValues.typeOf(target));
  }

  private boolean chain(MathNode.Chain chain) {
    Object left = evaluate(chain.operands().getFirst());
    for (int i = 0; i < chain.operators().size(); i++) {
      Object right = evaluate(chain.operands().get(i + 1));
      if (!(MathFunctions.value(chain.operators().get(i)) instanceof ScriptFunction comparison)
          || !truth(comparison.call(new Arguments(pair(left, right), call)))) {
        return false;
      }
      left = right;
    }
    return true;
  }

  private static List<@Nullable Object> pair(@Nullable Object left, @Nullable Object right) {
    List<@Nullable Object> pair = new ArrayList<>(2);
    pair.add(left);
    pair.add(right);
    return pair;
  }

  /** Whether a value chooses the first of two: here text counts unless it is empty. */
  private static boolean chosen(@Nullable Object value) {
    return value instanceof String text ? !text.isEmpty() : truth(value);
  }

  /** Whether a value counts as true. */
  static boolean truth(@Nullable Object value) {
    return switch (value) {
      case null -> false;
      case Boolean flag -> flag;
      case Number number -> number.doubleValue() != 0 && !Double.isNaN(number.doubleValue());
      case String text -> MathValues.number(text, "condition", 0) != 0;
      default ->
          throw ScriptException.type(
              "Unsupported type of condition \"" + MathValues.typeOf(value) + "\"");
    };
  }

  // Ranges and indexes

  /** The numbers of a range; one without an end goes to the length. */
  private List<@Nullable Object> range(MathNode.Range range, int length) {
    double start = range.start() == null ? 1 : number(range.start());
    double step = range.step() == null ? 1 : number(range.step());
    double end = range.end() == null ? length : number(range.end());
    return MathLists.range(start, end, step, true, call.budget());
  }

  private double number(MathNode node) {
    return MathValues.number(evaluate(node), "range", 0);
  }

  private @Nullable Object index(MathNode.Index node) {
    return index(evaluate(node.target()), node.indexes());
  }

  private @Nullable Object index(@Nullable Object target, List<MathNode> indexes) {
    return switch (target) {
      case Map<?, ?> map when indexes.size() == 1 ->
          evaluate(indexes.getFirst()) instanceof String name ? map.get(name) : null;
      case String text when indexes.size() == 1 -> {
        StringBuilder part = new StringBuilder();
        for (Object position : positions(indexes.getFirst(), text.length())) {
          part.append(text.charAt(within(position, text.length())));
        }
        yield part.toString();
      }
      case List<?> list -> elements(list, indexes, 0);
      case null, default ->
          throw ScriptException.type(
              "Cannot apply index: unsupported type of object " + MathValues.typeOf(target));
    };
  }

  private @Nullable Object elements(List<?> list, List<MathNode> indexes, int dimension) {
    MathNode index = indexes.get(dimension);
    boolean last = dimension == indexes.size() - 1;
    List<@Nullable Object> positions = positions(index, list.size());
    List<@Nullable Object> found = new ArrayList<>();
    for (Object position : positions) {
      Object element = list.get(within(position, list.size()));
      if (last) {
        found.add(element);
      } else if (element instanceof List<?> inner) {
        found.add(elements(inner, indexes, dimension + 1));
      } else {
        throw MathValues.mismatch(indexes.size(), dimension + 1);
      }
    }
    boolean single =
        indexes.stream()
            .noneMatch(one -> one instanceof MathNode.Range || one instanceof MathNode.Matrix);
    return single ? found.getFirst() : found;
  }

  /** The places that an index names, in which {@code end} is the last one. */
  private List<@Nullable Object> positions(MathNode index, int length) {
    boolean named = names.containsKey(END);
    Object before = names.put(END, (double) length);
    try {
      if (index instanceof MathNode.Range range) {
        return range(range, length);
      }
      Object value = evaluate(index);
      List<@Nullable Object> places = new ArrayList<>();
      if (value instanceof List<?> list) {
        places.addAll(list);
      } else {
        places.add(value);
      }
      return places;
    } finally {
      if (named) {
        names.put(END, before);
      } else {
        names.remove(END);
      }
    }
  }

  private static int within(@Nullable Object position, int length) {
    double index = MathValues.number(position, "index", 0);
    if (index != Math.rint(index)) {
      throw ScriptException.type("Index must be an integer (value: " + index + ")");
    }
    if (index < 1 || index > length) {
      throw ScriptException.error(
          "Index out of range (" + (long) index + (index < 1 ? " < 1)" : " > " + length + ")"));
    }
    return (int) index - 1;
  }
}
