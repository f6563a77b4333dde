package dev.millrace.dialect.nocobase.resource;

import dev.millrace.data.Collections;
import dev.millrace.dialect.nocobase.http.Parameters;
import dev.millrace.dialect.nocobase.trigger.Sources;
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
          "response-message",
          "script",
          "sql",
          "update",
          "variable");

  private static final List<Long> UNITS =
      List.of(1_000L, 60_000L, 3_600_000L, 86_400_000L, 604_800_000L);
  private static final List<String> METHODS = List.of("GET", "POST", "PUT", "PATCH", "DELETE");
  private static final int MAX_TEXT = 1 << 20;

  private final Collections collections;

  NodeConfigs(Collections collections) {
    this.collections = collections;
  }

  static boolean knows(String type) {
    return TYPES.contains(type);
  }

  /** What is wrong; empty for nothing. */
  List<String> faults(String type, Map<String, @Nullable Object> config) {
    Check check = new Check(config);
    switch (type) {
      case "condition" -> {
        check.flag("rejectOnFalse", true);
        check.notEmpty("engine");
        check.notEmpty("expression");
      }
      case "multi-conditions" -> {
        check.list("conditions");
        check.flag("continueOnNoMatch", false);
      }
      case "loop" -> {
        check.among("exit", List.of(0L, 1L, 2L));
        if (config.get("condition") instanceof Map<?, ?> condition) {
          new Check(condition, check.faults).among("checkpoint", List.of(0L, 1L));
        }
      }
      case "delay" -> {
        check.atLeastOne("duration");
        check.among("unit", UNITS);
        check.among("endStatus", List.of(1L, -1L));
      }
      case "end" -> check.among("endStatus", List.of(1L, -1L));
      case "parallel" -> check.word("mode", List.of("all", "any", "race", "allSettled"));
      case "create", "update", "destroy", "query" -> collection(check);
      case "sql" -> check.notEmpty("sql");
      case "variable" -> check.text("target");
      case "request" -> {
        check.text("url");
        if (config.get("method") instanceof String method) {
          check.word("method", METHODS, method.toUpperCase(java.util.Locale.ROOT));
        }
      }
      case "script" -> check.text("content");
      default -> {}
    }
    return check.faults;
  }

  private void collection(Check check) {
    Object collection = check.config.get("collection");
    if (collection == null || collection.equals("")) {
      check.faults.add("Collection is not configured");
    } else {
      check.faults.addAll(Sources.faults(collections, collection));
    }
  }

  /** Collects what is wrong, in the words clients know. */
  private static final class Check {
    private final Map<?, ?> config;
    private final List<String> faults;

    Check(Map<?, ?> config) {
      this(config, new ArrayList<>());
    }

    Check(Map<?, ?> config, List<String> faults) {
      this.config = config;
      this.faults = faults;
    }

    void flag(String name, boolean required) {
      Object value = config.get(name);
      if (value == null && required) {
        faults.add("\"%s\" is required".formatted(name));
      } else if (value != null && !(value instanceof Boolean)) {
        faults.add("\"%s\" must be a boolean".formatted(name));
      }
    }

    void text(String name) {
      Object value = config.get(name);
      if (value != null && !(value instanceof String)) {
        faults.add("\"%s\" must be a string".formatted(name));
      } else if (value instanceof String text && text.length() > MAX_TEXT) {
        faults.add(
            "\"%s\" length must be less than or equal to %d characters long"
                .formatted(name, MAX_TEXT));
      }
    }

    void notEmpty(String name) {
      text(name);
      if ("".equals(config.get(name))) {
        faults.add("\"%s\" is not allowed to be empty".formatted(name));
      }
    }

    void list(String name) {
      Object value = config.get(name);
      if (value != null && !(value instanceof List<?>)) {
        faults.add("\"%s\" must be an array".formatted(name));
      }
    }

    void among(String name, List<Long> allowed) {
      Object value = config.get(name);
      Long number = value instanceof Number ? Parameters.number(value) : null;
      if (value != null && (number == null || !allowed.contains(number))) {
        faults.add("\"%s\" must be one of %s".formatted(name, allowed));
      }
    }

    /** A number, or a text with a variable that will be one. */
    void atLeastOne(String name) {
      Object value = config.get(name);
      if (value instanceof Number number) {
        if (number.doubleValue() < 1) {
          faults.add("\"%s\" must be greater than or equal to 1".formatted(name));
        }
      } else if (value != null && !(value instanceof String text && text.contains("{{"))) {
        faults.add("\"%s\" must be a number".formatted(name));
      }
    }

    void word(String name, List<String> allowed) {
      word(name, allowed, config.get(name));
    }

    void word(String name, List<String> allowed, @Nullable Object value) {
      if (value != null && !allowed.contains(String.valueOf(value))) {
        faults.add("\"%s\" must be one of %s".formatted(name, allowed));
      }
    }
  }
}
