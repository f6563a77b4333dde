package dev.millrace.engine.graph.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.NodeTypes;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The list of built-in types, and the contract for each of them. */
class BuiltInNodeTypesTest {

  @Test
  void shouldGiveEachNameToOneType() {
    List<String> names = new ArrayList<>();
    for (NodeType type : BuiltInNodeTypes.all()) {
      names.add(type.name());
      names.addAll(type.aliases());
    }
    assertThat(names).doesNotHaveDuplicates();
    assertThat(new NodeTypes(BuiltInNodeTypes.all()).all()).hasSize(BuiltInNodeTypes.all().size());
  }

  @Test
  void shouldKnowTheNamesOfTheProcessApi() {
    NodeTypes types = new NodeTypes(BuiltInNodeTypes.all());
    List<String> names =
        List.of(
            "manual",
            "start-trigger",
            "start",
            "cron-timer",
            "crontab",
            "cron",
            "webhook",
            "async-api",
            "sync-api",
            "form",
            "form-task",
            "human",
            "approval",
            "condition",
            "switch",
            "parallel",
            "aggregation",
            "join",
            "event-gateway",
            "race",
            "interval",
            "delay",
            "wait",
            "callback",
            "wait-event",
            "receive",
            "signal",
            "sub-workflow",
            "end",
            "terminate",
            "error-catch",
            "throw",
            "variable",
            "transform",
            "validate",
            "script",
            "activity",
            "worker",
            "http",
            "service",
            "request",
            "database-handler",
            "sql",
            "mail",
            "send-mail");
    assertThat(names).allMatch(name -> types.find(name).isPresent());
  }

  /** Every type keeps the contract. */
  @Nested
  @ParameterizedClass
  @MethodSource("dev.millrace.engine.graph.node.BuiltInNodeTypes#all")
  class Contract implements NodeTypeContract {

    private final NodeType type;

    Contract(NodeType type) {
      this.type = type;
    }

    @Override
    public NodeType type() {
      return type;
    }
  }
}
