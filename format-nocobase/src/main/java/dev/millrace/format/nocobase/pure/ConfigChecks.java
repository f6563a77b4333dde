package dev.millrace.format.nocobase.pure;

import dev.millrace.format.nocobase.pure.ConfigRule.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the configurations of nodes must be when they are saved, in the words of NocoBase's workflow
 * API. Members that no rule names are allowed, and a node without a configuration is not checked.
 */
public final class ConfigChecks {
  private static final String[] ENGINES = {"basic", "math.js", "formula.js"};

  private static final Map<String, List<ConfigRule>> RULES = rules();

  private ConfigChecks() {}

  /**
   * Checks the configuration of a node.
   *
   * @param type as NocoBase names it
   * @return what is wrong, as {@code "rejectOnFalse" is required}; empty when it may be saved. Only
   *     the first fault of each member is told
   */
  public static List<String> check(String type, Map<?, ?> config) {
    List<String> messages = new ArrayList<>();
    for (ConfigRule rule : RULES.getOrDefault(type, List.of())) {
      rule.check(config, "", messages);
    }
    return messages;
  }

  private static Map<String, List<ConfigRule>> rules() {
    Map<String, List<ConfigRule>> rules = new LinkedHashMap<>();
    List<ConfigRule> condition =
        List.of(
            ConfigRule.text("engine").oneOf((Object[]) ENGINES),
            ConfigRule.of("calculation", Kind.OBJECT),
            ConfigRule.text("expression"));
    List<ConfigRule> decision = new ArrayList<>(condition);
    decision.addFirst(ConfigRule.of("rejectOnFalse", Kind.BOOLEAN).required());
    rules.put("condition", decision);
    rules.put(
        "multi-conditions",
        List.of(
            ConfigRule.of("conditions", Kind.ARRAY).each(condition),
            ConfigRule.of("continueOnNoMatch", Kind.BOOLEAN)));
    rules.put(
        "loop",
        List.of(
            ConfigRule.of("condition", Kind.OBJECT_OR_FALSE)
                .inside(
                    List.of(
                        ConfigRule.of("checkpoint", Kind.NUMBER).oneOf(0L, 1L),
                        ConfigRule.of("continueOnFalse", Kind.BOOLEAN),
                        condition.getFirst(),
                        condition.get(1),
                        condition.get(2))),
            ConfigRule.of("exit", Kind.NUMBER).oneOf(0L, 1L, 2L)));
    rules.put(
        "delay",
        List.of(
            ConfigRule.of("duration", Kind.NUMBER).min(1),
            ConfigRule.of("unit", Kind.NUMBER)
                .oneOf(1_000L, 60_000L, 3_600_000L, 86_400_000L, 604_800_000L),
            ConfigRule.of("endStatus", Kind.NUMBER).oneOf(1L, -1L)));
    rules.put("end", List.of(ConfigRule.of("endStatus", Kind.NUMBER).oneOf(1L, -1L)));
    rules.put(
        "parallel", List.of(ConfigRule.text("mode").oneOf("all", "any", "race", "allSettled")));
    rules.put("variable", List.of(ConfigRule.text("target").nullable()));
    rules.put("sql", List.of(ConfigRule.text("sql")));
    return rules;
  }
}
