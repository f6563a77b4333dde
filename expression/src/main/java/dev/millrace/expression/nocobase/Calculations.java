package dev.millrace.expression.nocobase;

import dev.millrace.engine.expression.ExpressionException;
import dev.millrace.engine.expression.ExpressionScope;
import dev.millrace.expression.nocobase.math.MathScript;
import dev.millrace.expression.nocobase.script.Coercions;
import dev.millrace.expression.nocobase.script.FormulaScript;
import dev.millrace.expression.nocobase.script.ScriptException;
import dev.millrace.expression.nocobase.script.Undefined;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The calculation engines {@code math.js}, {@code formula.js} and {@code string}, and conditions.
 * In the first two a placeholder {@code {{path}}} is a variable of the expression, the same path
 * the same variable, and inside a string literal its name {@code $$0}; in {@code string} it is
 * replaced by text. A missing value is null. A number as the result is rounded to nine decimals.
 * Thread-safe.
 */
public final class Calculations {

  /** The engine of a calculation that names none. */
  public static final String DEFAULT_ENGINE = "math.js";

  private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{\\s*([\\w$.-]+)\\s*}}");

  private final BasicLogic logic;

  public Calculations(NocoBaseTemplates templates) {
    this.logic = new BasicLogic(templates);
  }

  /**
   * Evaluates an expression; an unknown engine, or no expression, gives null.
   *
   * @param engine {@code math.js}, {@code formula.js} or {@code string}; null for the default
   */
  public Outcome evaluate(
      @Nullable String engine, @Nullable String expression, ExpressionScope scope) {
    if (expression == null || expression.isBlank()) {
      return new Outcome.Value(null);
    }
    NocoBaseScope roots = NocoBaseScope.of(scope);
    try {
      return switch (engine == null ? DEFAULT_ENGINE : engine) {
        case "string" -> new Outcome.Value(text(expression, roots));
        case "math.js" -> {
          Bound bound = Bound.of(expression, roots);
          yield new Outcome.Value(
              MathScript.parse(bound.source).evaluate(bound.variables, SystemVariables.now(scope)));
        }
        case "formula.js" -> {
          Bound bound = Bound.of(expression, roots);
          yield new Outcome.Value(
              FormulaScript.parse(bound.source)
                  .evaluate(bound.variables, SystemVariables.now(scope)));
        }
        default -> new Outcome.Value(null);
      };
    } catch (ScriptException e) {
      return Outcome.Failed.of(e);
    } catch (ExpressionException e) {
      return new Outcome.Failed("Error: " + e.getMessage());
    } catch (StackOverflowError e) {
      return new Outcome.Failed("RangeError: Maximum call stack size exceeded");
    } catch (RuntimeException e) {
      return Outcome.Failed.unforeseen(e);
    }
  }

  /**
   * Evaluates what a condition, a case of several or a loop tests: {@code {engine, calculation,
   * expression}}. An engine that is none of the three tests the basic logic of {@code calculation}.
   *
   * @return the value, which need not be a boolean
   */
  public Outcome condition(Map<String, ?> config, ExpressionScope scope) {
    if (config.get("engine") instanceof String engine && isEngine(engine)) {
      Object expression = config.get("expression");
      return evaluate(engine, expression == null ? null : Coercions.toText(expression), scope);
    }
    return logic.test(config.get("calculation"), scope);
  }

  /** Whether an engine of this name evaluates expressions. */
  public static boolean isEngine(String name) {
    return switch (name) {
      case "math.js", "formula.js", "string" -> true;
      default -> false;
    };
  }

  private static String text(String expression, NocoBaseScope scope) {
    return PLACEHOLDER
        .matcher(expression)
        .replaceAll(match -> Matcher.quoteReplacement(inText(scope.find(match.group(1)))));
  }

  private static String inText(@Nullable Object value) {
    return switch (value) {
      case null -> "";
      case Undefined nothing -> "";
      case Double number when !Double.isFinite(number) -> "";
      default -> Coercions.toText(value);
    };
  }

  /** An expression whose placeholders have become variables. */
  private record Bound(String source, Map<String, @Nullable Object> variables) {

    static Bound of(String expression, NocoBaseScope scope) {
      Map<String, String> names = new LinkedHashMap<>();
      Map<String, @Nullable Object> variables = new LinkedHashMap<>();
      String source =
          PLACEHOLDER
              .matcher(expression)
              .replaceAll(match -> {
                String path = match.group(1);
                if (path.startsWith("this.")) {
                  return Matcher.quoteReplacement(match.group());
                }
                String name = names.computeIfAbsent(path, unseen -> "$$" + names.size());
                Object value = scope.find(path);
                variables.put(name, value == Undefined.VALUE ? null : value);
                return Matcher.quoteReplacement(name);
              });
      return new Bound(source, variables);
    }
  }
}
