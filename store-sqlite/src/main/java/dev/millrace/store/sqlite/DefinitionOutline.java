package dev.millrace.store.sqlite;

import dev.millrace.engine.JsonValue;
import dev.millrace.store.Rows;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the views show of a definition, read from a document of the process API. Other formats have
 * none of it; nothing is ever refused here.
 */
record DefinitionOutline(
    String description,
    String triggerApp,
    String startNode,
    String endNode,
    String engine,
    List<Node> nodes,
    @Nullable Long version) {

  private static final String PROCESS = "process";
  private static final String NOCOBASE = "nocobase";

  /** One node, and its part of the document. */
  record Node(
      String id,
      String name,
      String description,
      String template,
      Object task,
      @Nullable Long number) {}

  static DefinitionOutline of(Rows.DefinitionRow row) {
    Object document = row.document();
    if (!row.format().equals(PROCESS)) {
      boolean nocobase = row.format().equals(NOCOBASE);
      return new DefinitionOutline(
          JsonValue.text(document, "description", ""),
          row.format(),
          "",
          "",
          "standard",
          nocobase ? nodesOfNocoBase(document) : List.of(),
          nocobase ? number(JsonValue.get(document, "workflowId")) : null);
    }
    String start = JsonValue.text(document, "startTaskInstId", "");
    String engine = JsonValue.text(document, "engine", "");
    List<Node> nodes = nodes(document);
    return new DefinitionOutline(
        JsonValue.text(document, "description", ""),
        triggerApp(nodes, start),
        start,
        JsonValue.text(document, "endTaskInstId", ""),
        engine.isEmpty() ? "standard" : engine,
        nodes,
        null);
  }

  private static List<Node> nodesOfNocoBase(Object document) {
    List<Node> nodes = new ArrayList<>();
    if (JsonValue.get(document, "nodes") instanceof List<?> list) {
      for (Object node : list) {
        String key = JsonValue.text(node, "key", "");
        if (node != null && !key.isEmpty()) {
          nodes.add(
              new Node(
                  key,
                  JsonValue.text(node, "title", ""),
                  "",
                  JsonValue.text(node, "type", ""),
                  node,
                  number(JsonValue.get(node, "id"))));
        }
      }
    }
    return nodes;
  }

  /** A number of the document, which may be text. */
  private static @Nullable Long number(@Nullable Object value) {
    try {
      return value == null ? null : Long.valueOf(value.toString());
    } catch (NumberFormatException notANumber) {
      return null;
    }
  }

  private static List<Node> nodes(Object document) {
    Object tasks = JsonValue.get(document, "tasks");
    if (tasks == null) {
      tasks = JsonValue.get(document, "nodes");
    }
    List<Node> nodes = new ArrayList<>();
    if (tasks instanceof List<?> list) {
      for (Object task : list) {
        String id = JsonValue.text(task, "instId", "");
        if (task != null && !id.isEmpty()) {
          nodes.add(
              new Node(
                  id,
                  JsonValue.text(task, "name", ""),
                  JsonValue.text(task, "description", ""),
                  JsonValue.text(task, "template", ""),
                  task,
                  null));
        }
      }
    }
    return nodes;
  }

  /** What the start node, or else the first trigger of the list, is started by. */
  private static String triggerApp(List<Node> nodes, String start) {
    for (Node node : nodes) {
      if (start.isEmpty() || node.id().equals(start)) {
        switch (node.template()) {
          case "cron-timer", "crontab", "cron" -> {
            return "cron";
          }
          case "webhook", "async-api", "sync-api" -> {
            return "webhook";
          }
          case "form" -> {
            return "form";
          }
          default -> {
            // Not a trigger: a later node may be one.
          }
        }
      }
    }
    return "api";
  }
}
