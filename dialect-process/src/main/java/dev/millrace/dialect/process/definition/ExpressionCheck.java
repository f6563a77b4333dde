package dev.millrace.dialect.process.definition;

import dev.millrace.engine.JsonValue;
import dev.millrace.engine.expression.ExpressionException;
import dev.millrace.engine.expression.Expressions;
import dev.millrace.engine.graph.NodeType;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Parses every expression of a definition and names the place of each that doesn't parse. */
final class ExpressionCheck {
  /** What looks like a calculation and is read as a path, whose value is null. */
  private static final Pattern OPERATOR_IN_PATH =
      Pattern.compile("\\{\\{[^{}#]*\\s(?:[<>]=?|[=!]=|&&|\\|\\||[-+*/])\\s[^{}#]*}}");

  private static final Pattern SECRET = Pattern.compile("\\{[{%][^}]*\\bsecret\\.");

  private final Expressions expressions;
  private final Problems problems;

  /** Whether what is checked now is handed outside and nowhere else. */
  private boolean secretsFit;

  ExpressionCheck(Expressions expressions, Problems problems) {
    this.expressions = expressions;
    this.problems = problems;
  }

  void check(ProcessDocument document) {
    template(document.get("output"), "$.output");
    errorHandler(document.extension().get("errorHandler"), "$.extension.errorHandler");
    document.tasks().forEach(this::task);
  }

  private void task(TaskDocument task) {
    parameters(task);
    template(task.get("output"), task.path("output"));
    template(task.get("mutex"), task.path("mutex"));
    List<?> connections = Json.list(task.members(), "connections");
    for (int i = 0; i < connections.size(); i++) {
      condition(
          JsonValue.get(connections.get(i), "when"),
          Json.element(task.path("connections"), i) + ".when");
    }
    errorHandler(task.get("errorHandler"), task.path("errorHandler"));
    Map<?, ?> loop = task.object("loopHandler");
    String path = task.path("loopHandler");
    template(loop.get("times"), path + ".times");
    template(loop.get("items"), path + ".items");
    template(loop.get("collect"), path + ".collect");
    condition(loop.get("while"), path + ".while");
    condition(loop.get("until"), path + ".until");
    condition(loop.get("stopCond"), path + ".stopCond");
    condition(loop.get("completion"), path + ".completion");
  }

  private void parameters(TaskDocument task) {
    NodeType type = task.type();
    Set<String> raw =
        type == null
            ? Set.of()
            : type.parameters().stream()
                .filter(NodeType.ParameterSpec::raw)
                .map(NodeType.ParameterSpec::name)
                .collect(Collectors.toSet());
    secretsFit = type != null && type.takesSecrets();
    task.object("parameters")
        .forEach((key, parameter) -> {
          String name = String.valueOf(key);
          if (!raw.contains(name)) {
            String path = Json.member(task.path("parameters"), name);
            template(JsonValue.get(parameter, "value"), path + ".value");
            template(JsonValue.get(parameter, "default"), path + ".default");
          }
        });
    secretsFit = false;
  }

  private void errorHandler(@Nullable Object handler, String path) {
    template(JsonValue.get(handler, "value"), path + ".value");
    List<?> catches = Json.list(handler, "catch");
    for (int i = 0; i < catches.size(); i++) {
      condition(JsonValue.get(catches.get(i), "when"), Json.element(path + ".catch", i) + ".when");
    }
  }

  /** A condition without delimiters is an expression as a whole. */
  private void condition(@Nullable Object condition, String path) {
    if (condition instanceof String text && !text.contains("{{") && !text.contains("{%")) {
      if (!text.isBlank()) {
        parse("{% " + text + " %}", path);
      }
    } else {
      template(condition, path);
    }
  }

  private void template(@Nullable Object template, String path) {
    switch (template) {
      case String text -> parse(text, path);
      case List<?> list -> {
        for (int i = 0; i < list.size(); i++) {
          template(list.get(i), Json.element(path, i));
        }
      }
      case Map<?, ?> map ->
          map.forEach((name, value) -> template(value, Json.member(path, String.valueOf(name))));
      case null, default -> {}
    }
  }

  private void parse(String text, String path) {
    try {
      expressions.check(text);
      if (!secretsFit && SECRET.matcher(text).find()) {
        problems.error(
            path,
            "secret",
            "expected no secret, found a reference to one: its value would be stored; only"
                + " parameters of tasks that hand it outside, as http and mail, may refer to one");
      }
      if (OPERATOR_IN_PATH.matcher(text).find()) {
        problems.warning(
            path,
            "operator_in_path",
            "expected a path between {{ and }}, found an operator: it reads as null; calculate and"
                + " compare with {% %}");
      }
    } catch (ExpressionException e) {
      problems.error(path, "expression", "expected an expression that parses: " + e.getMessage());
    }
  }
}
