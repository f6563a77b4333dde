package dev.millrace.format.nocobase.pure;

import dev.millrace.engine.expression.ExpressionScope;
import dev.millrace.expression.nocobase.Calculations;
import dev.millrace.expression.nocobase.DateCalculation;
import dev.millrace.expression.nocobase.JsonQueries;
import dev.millrace.expression.nocobase.NocoBaseScope;
import dev.millrace.expression.nocobase.NocoBaseTemplates;
import dev.millrace.expression.nocobase.script.Undefined;
import dev.millrace.format.nocobase.node.NocoBaseExpressions;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All of NocoBase's languages, in one zone of time. Pure, bounded and thread-safe. */
public final class Languages implements NocoBaseExpressions {
  private final ZoneId zone;
  private final NocoBaseTemplates templates = new NocoBaseTemplates();
  private final Calculations calculations = new Calculations(templates);
  private final JsonQueries queries = new JsonQueries();
  private final DateCalculation dates;

  /** Counts days in UTC. */
  public Languages() {
    this(ZoneOffset.UTC);
  }

  /** Counts days in a zone. */
  public Languages(ZoneId zone) {
    this.zone = zone;
    this.dates = new DateCalculation(templates, zone);
  }

  @Override
  public @Nullable Object resolve(
      @Nullable Object template, ExpressionScope scope, Map<String, @Nullable Object> roots) {
    NocoBaseScope seen = roots(scope);
    if (!roots.isEmpty()) {
      seen = roots(new Extended(scope, roots));
      roots.forEach(seen::with);
    }
    return templates.resolve(template, seen);
  }

  @Override
  public boolean undefined(String template, ExpressionScope scope) {
    return templates.resolveRaw(template, roots(scope)) == Undefined.VALUE;
  }

  @Override
  public Outcome condition(Map<?, ?> config, ExpressionScope scope) {
    Map<String, @Nullable Object> named = new LinkedHashMap<>();
    config.forEach((key, value) -> named.put(String.valueOf(key), value));
    return outcome(calculations.condition(named, roots(scope)));
  }

  /** Evaluates an expression with an engine; null for the default. */
  Outcome calculate(@Nullable String engine, @Nullable String expression, ExpressionScope scope) {
    return outcome(calculations.evaluate(engine, expression, roots(scope)));
  }

  /** Runs a query; the error is in two lines, its name and its message. */
  Outcome query(
      @Nullable String engine,
      @Nullable Object source,
      @Nullable String expression,
      @Nullable Object model,
      ExpressionScope scope) {
    return outcome(queries.query(engine, source, expression, model, scope));
  }

  /** Calculates with dates. */
  Outcome date(Map<?, ?> config, ExpressionScope scope) {
    Map<String, @Nullable Object> named = new LinkedHashMap<>();
    config.forEach((key, value) -> named.put(String.valueOf(key), value));
    return outcome(dates.calculate(named, roots(scope)));
  }

  private NocoBaseScope roots(ExpressionScope scope) {
    return NocoBaseScope.of(scope, zone);
  }

  private static Outcome outcome(dev.millrace.expression.nocobase.Outcome outcome) {
    return switch (outcome) {
      case dev.millrace.expression.nocobase.Outcome.Value value -> Outcome.of(value.value());
      case dev.millrace.expression.nocobase.Outcome.Failed failed ->
          new Outcome(null, failed.text());
    };
  }

  /** A scope of its own, so that the roots added to it do not stay in the one it is over. */
  private record Extended(ExpressionScope outer, Map<String, @Nullable Object> roots)
      implements ExpressionScope {
    @Override
    public boolean has(String root) {
      return roots.containsKey(root) || outer.has(root);
    }

    @Override
    public @Nullable Object value(String root) {
      return roots.containsKey(root) ? roots.get(root) : outer.value(root);
    }

    @Override
    public @Nullable Object value(String root, String member) {
      return roots.containsKey(root) ? roots.get(root) : outer.value(root, member);
    }
  }
}
