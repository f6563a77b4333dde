package dev.millrace.engine.graph.node;

import dev.millrace.engine.HumanTaskSpec;
import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.Step;
import java.util.List;
import java.util.Map;

/** A form in the middle of a process: the first user who submits decides. */
final class FormTaskNode implements NodeType {
  private static final String ASSIGNEES = "assignees";
  private static final String MEMBERS = "members";

  @Override
  public String name() {
    return "form-task";
  }

  @Override
  public List<String> aliases() {
    return List.of("human");
  }

  @Override
  public String summary() {
    return "Asks users to fill in a form; the first submitted values are the output.";
  }

  @Override
  public Category category() {
    return Category.TASK;
  }

  @Override
  public Nature nature() {
    return Nature.WAIT;
  }

  @Override
  public List<ParameterSpec> parameters() {
    return List.of(
        ParameterSpec.optional(
            "assignees", "array", "The users asked; either this or members is required."),
        ParameterSpec.optional("members", "array", "Another name of assignees."),
        ParameterSpec.optional("schema", "object", "Schema of the values.").as(Content.SCHEMA),
        ParameterSpec.optional(
            "title", "string", "The title of the work item; the node's name without it."),
        ParameterSpec.optional("content", "string", "What the form is about."),
        NodeParameters.TIMEOUT,
        NodeParameters.TIMEOUT_BRANCH);
  }

  @Override
  public List<List<String>> requiredChoices() {
    return List.of(List.of(ASSIGNEES, MEMBERS));
  }

  @Override
  public Map<String, Object> example() {
    return Map.of(
        "assignees",
        List.of("li"),
        "title",
        "Delivery",
        "schema",
        Map.of("days", Map.of("type", "integer", "required", true)));
  }

  @Override
  public Step enter(NodeContext context) {
    return NodeParameters.read(context, parameters -> ask(context, parameters));
  }

  /** Whether the definition names users, even if an expression found none. */
  static boolean asksSomebody(NodeParameters parameters) {
    return parameters.names(ASSIGNEES) || parameters.names(MEMBERS);
  }

  /** Opens the form for its users. */
  static Step ask(NodeContext context, NodeParameters parameters) {
    String name = parameters.names(ASSIGNEES) ? ASSIGNEES : MEMBERS;
    List<String> users = People.users(parameters, name, false);
    if (users.isEmpty()) {
      throw NodeParameters.mismatch(name, "at least one user", null);
    }
    HumanTaskSpec spec =
        new HumanTaskSpec(
            HumanTaskSpec.Rule.FORM,
            parameters.text("title", context.node().name()),
            parameters.text("content", ""),
            parameters.value("schema"),
            "",
            "");
    return People.ask(context, spec, users);
  }
}
