package dev.millrace.dialect.nocobase.resource;

import dev.millrace.data.Collections;
import dev.millrace.dialect.nocobase.trigger.Sources;
import dev.millrace.format.nocobase.pure.ConfigChecks;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The types of nodes there are, and what a configuration is refused for. Unknown keys are kept. */
final class NodeConfigs {
  private static final Set<String> TYPES =
      Set.of(
          "aggregate",
          "calculation",
          "cc",
          "condition",
          "create",
          "dateCalculation",
          "delay",
          "destroy",
          "dynamic-calculation",
          "end",
          "json-query",
          "json-variable-mapping",
          "loop",
          "mailer",
          "manual",
          "multi-conditions",
          "notification",
          "output",
          "parallel",
          "query",
          "request",
          "response",
          "response-message",
          "script",
          "sql",
          "subflow",
          "transaction",
          "update",
          "variable");

  private static final Set<String> OF_RECORDS = Set.of("create", "update", "destroy", "query");

  private final Collections collections;

  NodeConfigs(Collections collections) {
    this.collections = collections;
  }

  static boolean knows(String type) {
    return TYPES.contains(type);
  }

  /**
   * What is wrong; empty for nothing. Whether the collection exists is asked when all else fits.
   */
  List<String> faults(String type, Map<String, @Nullable Object> config) {
    List<String> faults = ConfigChecks.check(type, config);
    return faults.isEmpty() && OF_RECORDS.contains(type)
        ? Sources.faults(collections, config.get("collection"))
        : faults;
  }

  /** What is wrong with a node that was saved elsewhere: null stands for what was not filled in. */
  List<String> importFaults(String type, Map<String, @Nullable Object> config) {
    Map<String, @Nullable Object> filled = new LinkedHashMap<>();
    if (filled(config) instanceof Map<?, ?> known) {
      known.forEach((name, value) -> filled.put(String.valueOf(name), value));
    }
    return faults(type, filled);
  }

  private static @Nullable Object filled(Object value) {
    return switch (value) {
      case Map<?, ?> map -> {
        Map<String, @Nullable Object> known = new LinkedHashMap<>();
        map.forEach((name, member) -> {
          if (member != null) {
            known.put(String.valueOf(name), filled(member));
          }
        });
        yield known;
      }
      default -> value;
    };
  }
}
