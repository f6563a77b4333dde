package dev.millrace.dialect.process.definition;

import dev.millrace.engine.JsonValue;
import dev.millrace.engine.graph.Edge;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.Outcomes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An edge and where the document says it.
 *
 * @param path of the reference to its target
 */
record Arrow(Edge edge, String path) {

  /** The edges of a task: its connections, then its branch parameters. */
  static List<Arrow> of(TaskDocument task) {
    List<Arrow> arrows = new ArrayList<>();
    List<?> connections = Json.list(task.members(), "connections");
    for (int i = 0; i < connections.size(); i++) {
      String path = Json.element(task.path("connections"), i);
      switch (connections.get(i)) {
        case String to when !to.isEmpty() -> arrows.add(new Arrow(Edge.to(to), path));
        case Map<?, ?> map when !Json.text(map, "to").isEmpty() ->
            arrows.add(new Arrow(edge(map), path + ".to"));
        case null, default -> {}
      }
    }
    NodeType type = task.type();
    if (type != null && type.outcomes().contains(Outcomes.APPROVED)) {
      addBranch(task, "true_branch", Outcomes.APPROVED, arrows);
      addBranch(task, "false_branch", Outcomes.REJECTED, arrows);
    } else if (type != null && type.outcomes().contains(Outcomes.TRUE)) {
      addBranch(task, "true_branch", Outcomes.TRUE, arrows);
      addBranch(task, "false_branch", Outcomes.FALSE, arrows);
    }
    addBranch(task, "timeout_branch", Outcomes.TIMEOUT, arrows);
    return arrows;
  }

  private static Edge edge(Map<?, ?> connection) {
    Object guard = connection.get("when");
    return new Edge(
        Json.text(connection, "to"),
        Json.text(connection, "on"),
        "".equals(guard) ? null : guard,
        Boolean.TRUE.equals(JsonValue.get(connection, "default")));
  }

  private static void addBranch(
      TaskDocument task, String parameter, String outcome, List<Arrow> arrows) {
    TaskDocument.Argument branch = task.argument(parameter);
    if (!branch.text().isEmpty()) {
      arrows.add(new Arrow(Edge.on(outcome, branch.text()), branch.path()));
    }
  }

  /** A reference to a task that carries no normal token: a catch branch or a compensation. */
  record Branch(String to, String path) {

    static @Nullable Branch of(Map<?, ?> object, String member, String path) {
      String to = Json.text(object, member);
      return to.isEmpty() ? null : new Branch(to, Json.member(path, member));
    }
  }
}
