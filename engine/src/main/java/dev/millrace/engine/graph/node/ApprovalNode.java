package dev.millrace.engine.graph.node;

import dev.millrace.engine.HumanTaskSpec;
import dev.millrace.engine.HumanTaskSpec.Rule;
import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.Outcomes;
import dev.millrace.engine.graph.Step;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** A decision by users. */
final class ApprovalNode implements NodeType {
  private static final String MEMBERS = "members";
  private static final String SKIP = "skip";

  @Override
  public String name() {
    return "approval";
  }

  @Override
  public String summary() {
    return "Asks users to approve: all of them, or the first who answers.";
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
            "members", "array", "The users asked; required unless onEmpty is skip."),
        ParameterSpec.optional(
            "title", "string", "The title of the work item; the node's name without it."),
        ParameterSpec.optional("content", "string", "What is to be approved."),
        ParameterSpec.optional(
                "attr",
                "string",
                "会签 or all: everybody must agree, the first rejection decides; 或签 or any: the first "
                    + "answer decides. 会签 without it.")
            .of("会签", "all", "或签", "any"),
        ParameterSpec.optional(
            "aggree_btn",
            "string",
            "The text of the agreeing button, also taken as an answer; 同意 without it."),
        ParameterSpec.optional("agree_btn", "string", "Another name of aggree_btn."),
        ParameterSpec.optional(
            "disaggree_btn",
            "string",
            "The text of the rejecting button, also taken as an answer; 驳回 without it."),
        ParameterSpec.optional("disagree_btn", "string", "Another name of disaggree_btn."),
        ParameterSpec.optional(
                "onEmpty",
                "string",
                "When there are no members: error, or skip to go on as approved; error without it.")
            .of("error", "skip"),
        ParameterSpec.optional(
            "true_branch", "string", "The node to go to after approval: an edge on approved."),
        ParameterSpec.optional(
            "false_branch",
            "string",
            "The node to go to after rejection, may lie before this one: an edge on rejected."),
        NodeParameters.TIMEOUT,
        NodeParameters.TIMEOUT_BRANCH);
  }

  @Override
  public Set<String> outcomes() {
    return Set.of(Outcomes.APPROVED, Outcomes.REJECTED);
  }

  @Override
  public List<List<String>> requiredChoices() {
    return List.of(List.of(MEMBERS));
  }

  @Override
  public Map<String, Object> example() {
    return Map.of(
        "members", List.of("zhang", "li"), "title", "Leave", "content", "3 days", "attr", "会签");
  }

  @Override
  public Step enter(NodeContext context) {
    return NodeParameters.read(
        context,
        parameters -> {
          Rule rule = rule(parameters);
          boolean skip = parameters.choice("onEmpty", List.of("error", SKIP)).equals(SKIP);
          List<String> users = People.users(parameters, MEMBERS, skip);
          if (!users.isEmpty()) {
            return People.ask(context, spec(context, parameters, rule), users);
          }
          if (skip) {
            return new Step.Done(null, Outcomes.APPROVED);
          }
          throw NodeParameters.mismatch(MEMBERS, "at least one user, or onEmpty skip", null);
        });
  }

  private static Rule rule(NodeParameters parameters) {
    String attr = parameters.text("attr", "all");
    return switch (attr.toLowerCase(Locale.ROOT)) {
      case "会签", "all" -> Rule.ALL;
      case "或签", "any" -> Rule.ANY;
      default ->
          throw new ConstraintException(
              "parameter attr: not available yet: expected 会签/all or 或签/any, found "
                  + NodeParameters.shown(attr));
    };
  }

  private static HumanTaskSpec spec(NodeContext context, NodeParameters parameters, Rule rule) {
    return new HumanTaskSpec(
        rule,
        parameters.text("title", context.node().name()),
        parameters.text("content", ""),
        null,
        parameters.text("aggree_btn", parameters.text("agree_btn", "同意")),
        parameters.text("disaggree_btn", parameters.text("disagree_btn", "驳回")));
  }
}
