package dev.millrace.expression.nocobase;

import dev.millrace.expression.nocobase.script.Budget;
import dev.millrace.expression.nocobase.script.ScriptException;
import io.burt.jmespath.jcf.JcfRuntime;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** JMESPath by the library, which is made to keep a budget. */
final class JmesPathQuery {
  private static final int NESTING_MAX = 100;

  private JmesPathQuery() {}

  static @Nullable Object evaluate(String expression, @Nullable Object source) {
    if (expression.isBlank()) {
      throw ScriptException.syntax("expected a JMESPath expression, found nothing");
    }
    Budget.checkSource(expression);
    refuseNesting(expression);
    return new BoundedRuntime().compile(expression).search(source);
  }

  /** The parser recurses with the brackets. */
  private static void refuseNesting(String expression) {
    int depth = 0;
    for (int i = 0; i < expression.length(); i++) {
      char c = expression.charAt(i);
      depth += "([{!&".indexOf(c) >= 0 ? 1 : ")]}".indexOf(c) >= 0 && depth > 0 ? -1 : 0;
      if (c == '|' || c == ',') {
        depth = Math.max(0, depth);
      }
      if (depth > NESTING_MAX) {
        throw ScriptException.syntax("the expression nests deeper than " + NESTING_MAX + " levels");
      }
    }
  }

  private static final class BoundedRuntime extends JcfRuntime {
    private final Budget budget = new Budget();

    @Override
    public List<Object> toList(Object value) {
      List<Object> list = super.toList(value);
      budget.steps(1 + list.size());
      return list;
    }

    @Override
    public Object getProperty(Object value, Object name) {
      budget.step();
      return super.getProperty(value, name);
    }

    @Override
    public Object createArray(Collection<Object> elements) {
      budget.steps(1 + elements.size());
      return super.createArray(elements);
    }

    @Override
    public Object createString(String text) {
      budget.build(text.length());
      return super.createString(text);
    }
  }
}
