package dev.millrace.dialect.process.definition;

import dev.millrace.engine.JsonValue;
import dev.millrace.engine.expression.ExpressionException;
import dev.millrace.engine.expression.Expressions;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.NodeType.Content;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
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

  private static final Set<String> CONDITION_TYPES = Set.of("string", "number", "integer", "float");

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
    condition(
        Json.object(document.extension(), "concurrency").get("key"), "$.extension.concurrency.key");
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
    Map<String, Content> contents =
        type == null
            ? Map.of()
            : type.parameters().stream()
                .collect(
                    Collectors.toMap(
                        NodeType.ParameterSpec::name, NodeType.ParameterSpec::content));
    secretsFit = type != null && type.takesSecrets();
    task.object("parameters")
        .forEach((key, parameter) -> {
          String name = String.valueOf(key);
          Content content = contents.getOrDefault(name, Content.TEMPLATE);
          String path = Json.member(task.path("parameters"), name);
          parameter(content, JsonValue.get(parameter, "value"), path + ".value");
          parameter(content, JsonValue.get(parameter, "default"), path + ".default");
        });
    secretsFit = false;
  }

  private void parameter(Content content, @Nullable Object value, String path) {
    switch (content) {
      case TEMPLATE -> template(value, path);
      case EXPRESSION -> source(value, path);
      case CONDITION -> condition(value, path);
      case CASES -> cases(value, path);
      case OWN, SCHEMA -> {}
    }
  }

  private void source(@Nullable Object value, String path) {
    if (value instanceof String text && !text.isBlank()) {
      String stripped = text.strip();
      boolean delimited = stripped.startsWith("{%") && stripped.endsWith("%}");
      parse(delimited ? text : "{%" + text + "%}", path);
    }
  }

  private void cases(@Nullable Object value, String path) {
    if (value instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        String at = Json.element(path, i);
        condition(JsonValue.get(list.get(i), "when"), at + ".when");
        template(JsonValue.get(list.get(i), "value"), at + ".value");
      }
    }
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
    switch (condition) {
      case String text when !text.contains("{{") && !text.contains("{%") -> source(text, path);
      case List<?> list -> {
        for (int i = 0; i < list.size(); i++) {
          condition(list.get(i), Json.element(path, i));
        }
      }
      case Map<?, ?> map when map.get("condition_list") instanceof List<?> list ->
          condition(list, path + ".condition_list");
      case Map<?, ?> map -> {
        word(map, "operation", DefinitionShape.OPERATIONS, path);
        word(map, "type", CONDITION_TYPES, path);
        template(map, path);
      }
      case null, default -> template(condition, path);
    }
  }

  /** A member that, where it is written out, must be one of some words in any case. */
  private void word(Map<?, ?> condition, String member, Collection<String> words, String path) {
    String word = Json.text(condition, member).strip();
    if (!word.isEmpty() && !word.contains("{") && !words.contains(word.toLowerCase(Locale.ROOT))) {
      problems.error(
          Json.member(path, member),
          "invalid_value",
          "expected one of "
              + String.join(", ", words.stream().sorted().toList())
              + ", found "
              + Json.shown(word));
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
