package dev.millrace.format.nocobase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.format.nocobase.node.NocoBaseNode;
import dev.millrace.testkit.EngineHarness;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whatever an author writes, an execution ends or waits, and a document is refused in words. */
class HostileDocumentTest {

  private static final DefinitionRef REF = new DefinitionRef("nocobase:x", 1);

  private static final List<Object> VALUES =
      List.of(
          "",
          "x",
          "{{$context.none}}",
          -1L,
          0L,
          new BigDecimal("1E999999999"),
          new BigDecimal("1E-999999999"),
          true,
          List.of(),
          Arrays.asList(null, "a", List.of(Map.of())),
          Map.of("a", Map.of()),
          Map.of("filter", List.of("{{$context.none}}")));

  private static final List<String> MEMBERS =
      List.of(
          "target",
          "condition",
          "conditions",
          "exit",
          "mode",
          "duration",
          "unit",
          "endStatus",
          "assignees",
          "forms",
          "title",
          "arguments",
          "variables",
          "params",
          "workflow",
          "context",
          "message",
          "statusCode",
          "expression");

  @Test
  void shouldEndOrWaitWhateverTheConfigurationHolds() {
    for (NodeType type : NocoBaseNodeTypes.all(new PlainExpressions())) {
      String name = type.name().substring(NocoBaseNode.PREFIX.length());
      for (String member : MEMBERS) {
        for (Object value : VALUES) {
          EngineHarness run = new Flow().then("n", name, member, value).run();
          assertThat(Flow.jobs(run)).as("%s %s %s", name, member, value).startsWith("n:");
        }
      }
    }
  }

  @Test
  void shouldEndALoopWithoutEnd() {
    EngineHarness run =
        new Flow()
            .then("l", "loop", "target", new BigDecimal("1E999999999"))
            .branch("l", 0, "n", "condition", "rejectOnFalse", true, "expression", false)
            .run();
    assertThat(Flow.status(run)).isEqualTo(-1);
  }

  private static Map<String, Object> node(Object id, Object key, Object next) {
    Map<String, Object> node = new LinkedHashMap<>();
    node.put("id", id);
    node.put("key", key);
    node.put("type", "query");
    node.put("downstreamId", next);
    return node;
  }

  @Test
  void shouldRefuseDocumentsInWords() {
    for (Object document :
        Arrays.asList(
            "text",
            List.of(),
            Map.of("nodes", "text"),
            Map.of("nodes", List.of("text")),
            Map.of("nodes", List.of(Map.of())),
            Map.of("nodes", Arrays.asList(node(1L, "", 2L))),
            Map.of("nodes", List.of(node(1L, "a", 2L), node(1L, "b", 2L))),
            Map.of("nodes", List.of(node(1L, "a", 2L), node(2L, "a", 3L))),
            Map.of("nodes", List.of(node(1L, "a", 2L), node(2L, "b", 1L))))) {
      assertThatThrownBy(() -> new NocoBaseFormat().compile(REF, document))
          .as("%s", document)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected")
          .hasMessageContaining("found");
    }
  }

  @Test
  void shouldTakeWhatIsMissingForNothing() {
    Map<String, Object> options = new LinkedHashMap<>();
    options.put("timeout", "soon");
    options.put("deleteExecutionOnStatus", Arrays.asList(null, "x", 7L, 0L));
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("options", options);
    document.put("nodes", List.of(node("5", "a", 99L)));
    var graph = new NocoBaseFormat().compile(REF, document);
    assertThat(graph.roots()).containsExactly("a");
    assertThat(graph.settings().timeoutMillis()).isZero();
    assertThat(graph.settings().ends().forgotten()).isEmpty();
  }
}
