package dev.millrace.expression.nocobase.script;

import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The functions of spreadsheets, and how they read their arguments. */
public final class Formulas {
  private static final Set<String> FAMILIES = Set.of("MODE", "RANK", "PERCENTILE", "QUARTILE");
  private static final Map<String, ScriptFunction> ALL = collect();

  private Formulas() {}

  /** The names of all formulas, sorted. */
  public static Set<String> names() {
    return Collections.unmodifiableSet(new TreeSet<>(ALL.keySet()));
  }

  static Map<String, ScriptFunction> all() {
    return ALL;
  }

  private static Map<String, ScriptFunction> collect() {
    Map<String, ScriptFunction> all = new HashMap<>();
    all.putAll(LogicalFormulas.all());
    all.putAll(MathFormulas.all());
    all.putAll(StatisticalFormulas.all());
    all.putAll(TextFormulas.all());
    all.putAll(DateFormulas.all());
    all.putAll(LookupFormulas.all());
    all.putAll(FinancialFormulas.all());
    all.putAll(LoanFormulas.all());
    all.putAll(NumeralFormulas.all());
    all.putAll(RegressionFormulas.all());
    variants(all);
    all.replaceAll((name, function) -> wrapped(function));
    return Collections.unmodifiableMap(all);
  }

  /** Variants have a name of their own too, as {@code RANKEQ} for {@code RANK.EQ}. */
  private static void variants(Map<String, ScriptFunction> all) {
    for (Map.Entry<String, ScriptFunction> one : List.copyOf(all.entrySet())) {
      if (one.getValue() instanceof Constructor family && FAMILIES.contains(one.getKey())) {
        family.members().forEach((name, member) -> all.putIfAbsent(one.getKey() + name, member));
      }
    }
  }

  /** A formula whose faults are its value. */
  private static ScriptFunction wrapped(ScriptFunction function) {
    if (function instanceof Constructor family) {
      Map<String, ScriptFunction> members = new HashMap<>(family.members());
      members.replaceAll((name, member) -> wrapped(member));
      ScriptFunction plain = wrapped(family.plain());
      return new Constructor(family.name(), plain, plain, members);
    }
    return given -> {
      try {
        return function.call(given);
      } catch (FormulaError.Fault fault) {
        return fault.error();
      } catch (DateTimeException | ArithmeticException e) {
        return FormulaError.NUM;
      }
    };
  }

  /** A formula with variants behind a dot, as {@code STDEV.P}. */
  static ScriptFunction family(
      String name, ScriptFunction plain, Map<String, ScriptFunction> variants) {
    return new Constructor(name, plain, plain, variants);
  }

  /** A value as a number: nothing is 0, text must be one. */
  static double number(@Nullable Object value) {
    return switch (value) {
      case null -> 0;
      case Undefined nothing -> 0;
      case FormulaError error -> throw error.fault();
      case Number number -> number.doubleValue();
      case Boolean flag -> flag ? 1 : 0;
      case List<?> list when list.size() == 1 -> number(list.getFirst());
      default -> {
        double number = Coercions.toNumber(value);
        boolean blank = value instanceof String text && text.isBlank();
        if (Double.isNaN(number) || blank) {
          throw FormulaError.VALUE.fault();
        }
        yield number;
      }
    };
  }

  static double number(Arguments given, int index) {
    return number(given.get(index));
  }

  static double number(Arguments given, int index, double fallback) {
    return given.has(index) ? number(given.get(index)) : fallback;
  }

  static int integer(Arguments given, int index, int fallback) {
    return given.has(index) ? (int) number(given.get(index)) : fallback;
  }

  /** An argument as text: nothing is empty. */
  static String text(Arguments given, int index) {
    return switch (given.get(index)) {
      case null -> "";
      case Undefined nothing -> "";
      case FormulaError error -> throw error.fault();
      case Boolean flag -> flag.toString();
      default -> given.text(index);
    };
  }

  /** All arguments, lists in them opened. */
  static List<@Nullable Object> flat(Arguments given) {
    return flat(given.values(), given.budget());
  }

  static List<@Nullable Object> flat(@Nullable Object value, Budget budget) {
    List<@Nullable Object> flat = new ArrayList<>();
    if (value instanceof List<?> list) {
      ListMembers.flatten(list, Budget.VALUE_DEPTH_MAX, flat, budget);
    } else {
      flat.add(value);
    }
    for (Object element : flat) {
      if (element instanceof FormulaError error) {
        throw error.fault();
      }
    }
    return flat;
  }

  /** The numbers among all arguments. */
  static double[] numbers(Arguments given) {
    return numbers(given.values(), given.budget());
  }

  /** All arguments as numbers; one that is none is an error. */
  static double[] strictNumbers(Arguments given) {
    return flat(given).stream().mapToDouble(Formulas::number).toArray();
  }

  static double[] numbers(@Nullable Object value, Budget budget) {
    return flat(value, budget).stream()
        .filter(element -> element instanceof Number)
        .mapToDouble(element -> ((Number) element).doubleValue())
        .toArray();
  }

  /** A number as a value, or the error of one that is none. */
  static double finite(double number) {
    if (!Double.isFinite(number)) {
      throw FormulaError.NUM.fault();
    }
    return number;
  }
}
