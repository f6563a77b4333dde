package dev.millrace.dialect.process;

import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.NodeTypes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The catalogue of templates. */
final class TemplateAnswer {
  private TemplateAnswer() {}

  static List<Map<String, @Nullable Object>> all(NodeTypes types) {
    return types.all().stream().map(TemplateAnswer::of).toList();
  }

  private static Map<String, @Nullable Object> of(NodeType type) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("name", type.name());
    json.put("aliases", type.aliases());
    json.put("type", category(type.category()));
    json.put("nature", type.nature().name().toLowerCase(Locale.ROOT));
    json.put("summary", type.summary());
    List<Map<String, @Nullable Object>> parameters = new ArrayList<>();
    for (NodeType.ParameterSpec spec : type.parameters()) {
      Map<String, @Nullable Object> parameter = new LinkedHashMap<>();
      parameter.put("name", spec.name());
      parameter.put("type", spec.type());
      parameter.put("required", spec.required());
      parameter.put("raw", spec.raw());
      if (!spec.words().isEmpty()) {
        parameter.put("enum", spec.words());
      }
      parameter.put("description", spec.description());
      parameters.add(parameter);
    }
    json.put("parameters", parameters);
    if (!type.requiredChoices().isEmpty()) {
      json.put("requiredChoices", type.requiredChoices());
    }
    json.put("outcomes", type.outcomes().stream().sorted().toList());
    json.put("example", type.example());
    return json;
  }

  private static String category(NodeType.Category category) {
    return switch (category) {
      case TASK -> "Task";
      case EVENT -> "Event";
      case GATEWAY -> "Gateway";
    };
  }
}
