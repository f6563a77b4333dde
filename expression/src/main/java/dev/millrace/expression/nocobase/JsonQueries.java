package dev.millrace.expression.nocobase;

import dev.millrace.engine.expression.ExpressionException;
import dev.millrace.engine.expression.ExpressionScope;
import dev.millrace.expression.ProcessExpressions;
import dev.millrace.expression.nocobase.script.Coercions;
import dev.millrace.expression.nocobase.script.FormulaScript;
import dev.millrace.expression.nocobase.script.ScriptException;
import dev.millrace.expression.nocobase.script.Undefined;
import io.burt.jmespath.JmesPathException;
import io.burt.jmespath.parser.ParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Queries over JSON in the languages {@code jmespath}, {@code jsonpathplus} and {@code jsonata},
 * and the mapping of what they find to a model. Thread-safe.
 */
public final class JsonQueries {

  /** The language of a query that names none. */
  public static final String DEFAULT_ENGINE = "jmespath";

  private static final Pattern BRACKETS = Pattern.compile("\\[[\"']?([^\\]\"']*)[\"']?\\]");

  private final ProcessExpressions jsonata = new ProcessExpressions();

  /**
   * Runs a query.
   *
   * @param engine the language; null for the default
   * @param source plain JSON
   * @param model {@code [{path, alias}]}: what to keep of each object found; empty for all
   * @param scope gives JSONata its moment
   * @return the value, or why it failed as {@code name: …} and {@code message: …} in two lines
   */
  public Outcome query(
      @Nullable String engine,
      @Nullable Object source,
      @Nullable String expression,
      @Nullable Object model,
      ExpressionScope scope) {
    String language = engine == null || engine.isEmpty() ? DEFAULT_ENGINE : engine;
    String text = expression == null ? "" : expression;
    try {
      Object found =
          switch (language) {
            case "jmespath" -> JmesPathQuery.evaluate(text, source);
            case "jsonpathplus" -> JsonPathQuery.evaluate(text, source);
            case "jsonata" -> jsonata.evaluate(text, new Input(source, scope));
            default -> throw ScriptException.error("unknown query engine \"" + language + "\"");
          };
      return new Outcome.Value(mapped(FormulaScript.plain(found), model));
    } catch (ParseException e) {
      return failed("ParserError", e.getMessage());
    } catch (JmesPathException e) {
      return failed("RuntimeError", e.getMessage());
    } catch (ScriptException e) {
      int colon = e.text().indexOf(':');
      return failed(e.text().substring(0, colon), e.getMessage());
    } catch (ExpressionException e) {
      return failed("Error", e.getMessage());
    } catch (StackOverflowError e) {
      return failed("RangeError", "Maximum call stack size exceeded");
    } catch (RuntimeException e) {
      // The library meets values that it does not expect with exceptions of the JDK.
      return failed("Error", "cannot be evaluated: " + e.getClass().getSimpleName());
    }
  }

  private static Outcome failed(String name, @Nullable String message) {
    return new Outcome.Failed("name: " + name + "\nmessage: " + message);
  }

  private static @Nullable Object mapped(@Nullable Object found, @Nullable Object model) {
    if (!(model instanceof List<?> fields) || fields.isEmpty()) {
      return found;
    }
    return switch (found) {
      case List<?> list -> {
        List<@Nullable Object> mapped = new ArrayList<>(list.size());
        for (Object element : list) {
          mapped.add(ofOne(element, fields));
        }
        yield mapped;
      }
      case Map<?, ?> map -> ofOne(map, fields);
      case null, default -> found;
    };
  }

  private static Map<String, @Nullable Object> ofOne(@Nullable Object element, List<?> fields) {
    Map<String, @Nullable Object> kept = new LinkedHashMap<>();
    for (Object field : fields) {
      if (field instanceof Map<?, ?> one && one.get("path") != null) {
        String path = Coercions.toText(one.get("path"));
        Object alias = one.get("alias");
        boolean named = !Undefined.orNull(alias) && !"".equals(alias);
        Object value =
            element instanceof Map<?, ?> map && map.containsKey(path)
                ? map.get(path)
                : NocoBaseScope.find(element, steps(path));
        if (value != Undefined.VALUE) {
          kept.put(
              named ? Coercions.toText(alias) : path.replace('.', '_'), FormulaScript.plain(value));
        }
      }
    }
    return kept;
  }

  /** The steps of {@code a.b[0].c}. */
  private static List<String> steps(String path) {
    String dotted = BRACKETS.matcher(path).replaceAll(".$1");
    return List.of((dotted.startsWith(".") ? dotted.substring(1) : dotted).split("\\.", -1));
  }

  /** The source as JSONata's input. */
  private record Input(@Nullable Object source, ExpressionScope outer) implements ExpressionScope {
    @Override
    public boolean has(String root) {
      return root.equals("input") || root.equals("now");
    }

    @Override
    public @Nullable Object value(String root) {
      return switch (root) {
        case "input" -> source;
        case "now" -> outer.value(root);
        default -> null;
      };
    }
  }
}
