package dev.millrace.expression.nocobase.script;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Formulas of logic and information. */
final class LogicalFormulas {
  private static final int TYPE_OF_TEXT = 2;
  private static final int TYPE_OF_BOOLEAN = 4;
  private static final int TYPE_OF_ERROR = 16;
  private static final int TYPE_OF_LIST = 64;

  private LogicalFormulas() {}

  static Map<String, ScriptFunction> all() {
    Map<String, ScriptFunction> all = new HashMap<>();
    all.put("TRUE", given -> true);
    all.put("FALSE", given -> false);
    all.put("AND", given -> Formulas.flat(given).stream().allMatch(Coercions::truthy));
    all.put("OR", given -> Formulas.flat(given).stream().anyMatch(Coercions::truthy));
    all.put(
        "XOR", given -> Formulas.flat(given).stream().filter(Coercions::truthy).count() % 2 == 1);
    all.put("NOT", given -> !truth(given.get(0)));
    all.put(
        "IF",
        given ->
            truth(given.get(0))
                ? (given.size() > 1 ? given.get(1) : (Object) true)
                : (given.size() > 2 ? given.get(2) : (Object) false));
    all.put("IFS", LogicalFormulas::ifs);
    all.put("IFERROR", given -> given.get(0) instanceof FormulaError ? given.get(1) : given.get(0));
    all.put("IFNA", given -> FormulaError.NA.equals(given.get(0)) ? given.get(1) : given.get(0));
    all.put("SWITCH", LogicalFormulas::choose);
    all.put(
        "CHOOSE",
        given -> {
          int index = (int) Formulas.number(given, 0);
          if (index < 1 || index >= given.size()) {
            throw FormulaError.VALUE.fault();
          }
          return given.get(index);
        });
    all.put("ISBLANK", given -> given.get(0) == null);
    all.put("ISERROR", given -> isError(given.get(0)));
    all.put("ISERR", given -> isError(given.get(0)) && !FormulaError.NA.equals(given.get(0)));
    all.put("ISNA", given -> FormulaError.NA.equals(given.get(0)));
    all.put(
        "ISNUMBER", given -> given.get(0) instanceof Number && Double.isFinite(given.number(0)));
    all.put("ISTEXT", given -> given.get(0) instanceof String);
    all.put("ISNONTEXT", given -> !(given.get(0) instanceof String));
    all.put("ISLOGICAL", given -> given.get(0) instanceof Boolean);
    all.put("ISEVEN", given -> Math.floor(Math.abs(Formulas.number(given, 0))) % 2 == 0);
    all.put("ISODD", given -> Math.floor(Math.abs(Formulas.number(given, 0))) % 2 == 1);
    all.put("NA", given -> FormulaError.NA);
    all.put(
        "N",
        given ->
            switch (given.get(0)) {
              case Number number -> number;
              case DateValue date -> date.millis();
              case Boolean flag -> flag ? 1.0 : 0.0;
              case FormulaError error -> error;
              case null, default -> 0.0;
            });
    all.put("TYPE", given -> (double) type(given.get(0)));
    return all;
  }

  private static boolean isError(@Nullable Object value) {
    return value instanceof FormulaError
        || (value instanceof Number number && !Double.isFinite(number.doubleValue()));
  }

  private static int type(@Nullable Object value) {
    return switch (value) {
      case String text -> TYPE_OF_TEXT;
      case Boolean flag -> TYPE_OF_BOOLEAN;
      case FormulaError error -> TYPE_OF_ERROR;
      case List<?> list -> TYPE_OF_LIST;
      case null, default -> 1;
    };
  }

  private static boolean truth(@Nullable Object value) {
    return switch (value) {
      case FormulaError error -> throw error.fault();
      case null, default -> Coercions.truthy(value);
    };
  }

  private static @Nullable Object ifs(Arguments given) {
    for (int i = 0; i + 1 < given.size(); i += 2) {
      if (truth(given.get(i))) {
        return given.get(i + 1);
      }
    }
    return FormulaError.NA;
  }

  private static @Nullable Object choose(Arguments given) {
    for (int i = 1; i + 1 < given.size(); i += 2) {
      if (Coercions.strictlyEqual(given.get(0), given.get(i))) {
        return given.get(i + 1);
      }
    }
    boolean fallback = given.size() > 1 && given.size() % 2 == 0;
    return fallback ? given.get(given.size() - 1) : FormulaError.NA;
  }
}
