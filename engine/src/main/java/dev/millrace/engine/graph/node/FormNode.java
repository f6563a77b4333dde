package dev.millrace.engine.graph.node;

import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.Step;
import java.util.List;
import java.util.Map;

/** A form: a start event, or a human task where users are named to fill it in. */
final class FormNode implements NodeType {

  @Override
  public String name() {
    return "form";
  }

  @Override
  public String summary() {
    return "A form: starts the process when it is submitted, or, with members, asks them to "
        + "fill it in.";
  }

  @Override
  public Category category() {
    return Category.EVENT;
  }

  @Override
  public Nature nature() {
    return Nature.WAIT;
  }

  @Override
  public List<ParameterSpec> parameters() {
    return List.of(
        ParameterSpec.optional(
            "members", "array", "The users asked, or those who may submit the start form."),
        ParameterSpec.optional("assignees", "array", "Another name of members."),
        ParameterSpec.optional(
            "require_login", "boolean", "Whether only known users may submit the start form."),
        ParameterSpec.optional("schema", "object", "Schema of the values.").as(Content.SCHEMA),
        ParameterSpec.optional(
            "title", "string", "The title of the work item; the node's name without it."),
        ParameterSpec.optional("content", "string", "What the form is about."),
        NodeParameters.TIMEOUT,
        NodeParameters.TIMEOUT_BRANCH);
  }

  @Override
  public Map<String, Object> example() {
    return Map.of(
        "title", "Request", "schema", Map.of("days", Map.of("type", "integer", "required", true)));
  }

  @Override
  public Step enter(NodeContext context) {
    return NodeParameters.read(
        context,
        parameters ->
            FormTaskNode.asksSomebody(parameters) && !context.atStart()
                ? FormTaskNode.ask(context, parameters)
                : StartEvent.handOnInput(context));
  }
}
