package dev.millrace.expression.nocobase;

import dev.millrace.expression.nocobase.script.ScriptException;
import java.util.ArrayList;
import java.util.List;

/** Splits a path of JSONPath into its steps. */
final class JsonPathSteps {
  private final String path;
  private final List<String> steps = new ArrayList<>();
  private int position;

  private JsonPathSteps(String path) {
    this.path = path;
  }

  /**
   * The steps after the root: names, quoted names, {@code ..}, and what stands in brackets.
   *
   * @throws ScriptException for a path that ends in the middle
   */
  static List<String> parse(String path) {
    JsonPathSteps steps = new JsonPathSteps(path.strip());
    steps.parse();
    return steps.steps;
  }

  private void parse() {
    if (path.startsWith("$")) {
      position = 1;
    }
    while (position < path.length()) {
      char c = path.charAt(position);
      if (path.startsWith("..", position)) {
        steps.add("..");
        position += 2;
      } else if (c == '.') {
        position++;
      } else if (c == '[') {
        bracket();
      } else if (c == '^' || c == '~') {
        steps.add(String.valueOf(c));
        position++;
      } else {
        name();
      }
    }
  }

  private void name() {
    int start = position;
    while (position < path.length() && ".[^~".indexOf(path.charAt(position)) < 0) {
      position++;
    }
    steps.add(path.substring(start, position));
  }

  /** One step, or several separated by commas, which become an alternative. */
  private void bracket() {
    int start = position + 1;
    int depth = 0;
    char quote = 0;
    for (int i = position; i < path.length(); i++) {
      char c = path.charAt(i);
      if (quote != 0) {
        if (c == '\\') {
          i++;
        } else if (c == quote) {
          quote = 0;
        }
      } else if (c == '\'' || c == '"') {
        quote = c;
      } else if (c == '[' || c == '(') {
        depth++;
      } else if (c == ']' || c == ')') {
        depth--;
        if (depth == 0) {
          steps.add(path.substring(start, i).strip());
          position = i + 1;
          return;
        }
      }
    }
    throw ScriptException.syntax("expected ] to close the bracket at position " + position);
  }

  /** A filter with the sign {@code @} written as a name. */
  static String named(String filter, String name) {
    StringBuilder named = new StringBuilder();
    char quote = 0;
    for (int i = 0; i < filter.length(); i++) {
      char c = filter.charAt(i);
      if (quote != 0) {
        named.append(c);
        if (c == '\\' && i + 1 < filter.length()) {
          i++;
          named.append(filter.charAt(i));
        } else if (c == quote) {
          quote = 0;
        }
      } else if (c == '@') {
        named.append(name);
      } else {
        quote = c == '\'' || c == '"' ? c : 0;
        named.append(c);
      }
    }
    return named.toString();
  }

  /** The parts of a step between commas that stand outside quotes and brackets. */
  static List<String> alternatives(String step) {
    List<String> parts = new ArrayList<>();
    int depth = 0;
    char quote = 0;
    int start = 0;
    for (int i = 0; i < step.length(); i++) {
      char c = step.charAt(i);
      if (quote != 0) {
        quote = c == quote ? 0 : quote;
      } else if (c == '\'' || c == '"') {
        quote = c;
      } else if (c == '(' || c == '[') {
        depth++;
      } else if (c == ')' || c == ']') {
        depth--;
      } else if (c == ',' && depth == 0) {
        parts.add(step.substring(start, i).strip());
        start = i + 1;
      }
    }
    parts.add(step.substring(start).strip());
    return parts;
  }
}
