package dev.millrace.engine.graph.node;

import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.Step;
import java.util.List;
import java.util.Map;

/** A mail, sent by the activity {@code mail}. */
final class MailNode implements NodeType {

  @Override
  public String name() {
    return "mail";
  }

  @Override
  public List<String> aliases() {
    return List.of("send-mail");
  }

  @Override
  public String summary() {
    return "Sends a mail; its output is {messageId}.";
  }

  @Override
  public Category category() {
    return Category.TASK;
  }

  @Override
  public Nature nature() {
    return Nature.ACTIVITY;
  }

  @Override
  public List<ParameterSpec> parameters() {
    return List.of(
        ParameterSpec.optional(
            "to", "array", "Addresses; to, cc and bcc must name at least one together."),
        ParameterSpec.optional("cc", "array", "Addresses of copies."),
        ParameterSpec.optional("bcc", "array", "Addresses of hidden copies."),
        ParameterSpec.optional("from", "string", "The sender; the configured one without it."),
        ParameterSpec.optional("subject", "string", "The subject, one line."),
        ParameterSpec.optional(
            "text", "string", "The plain text; text, html or both are required."),
        ParameterSpec.optional("html", "string", "The HTML text."),
        ActivityWait.TIMEOUT);
  }

  @Override
  public List<List<String>> requiredChoices() {
    return List.of(List.of("to", "cc", "bcc"));
  }

  @Override
  public Map<String, Object> example() {
    return Map.of(
        "to", List.of("li@example.org"), "subject", "Order 7", "text", "It is on its way.");
  }

  @Override
  public boolean takesSecrets() {
    return true;
  }

  @Override
  public Step enter(NodeContext context) {
    return ActivityWait.of(context, "mail", List.of());
  }
}
