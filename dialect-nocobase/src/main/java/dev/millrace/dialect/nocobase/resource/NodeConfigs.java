package dev.millrace.dialect.nocobase.resource;

import dev.millrace.data.Collections;
import dev.millrace.dialect.nocobase.trigger.Sources;
import dev.millrace.format.nocobase.pure.ConfigChecks;
import java.util.ArrayList;
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

  /** What is wrong; empty for nothing. */
  List<String> faults(String type, Map<String, @Nullable Object> config) {
    List<String> faults = new ArrayList<>(ConfigChecks.check(type, config));
    if (OF_RECORDS.contains(type)) {
      Object collection = config.get("collection");
      if (collection == null || collection.equals("")) {
        faults.add("Collection is not configured");
      } else {
        faults.addAll(Sources.faults(collections, collection));
      }
    }
    return faults;
  }
}
