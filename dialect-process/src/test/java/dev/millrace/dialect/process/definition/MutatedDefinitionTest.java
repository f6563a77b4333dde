package dev.millrace.dialect.process.definition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.graph.Edge;
import dev.millrace.engine.graph.Graph;
import dev.millrace.engine.graph.JoinPolicy;
import dev.millrace.engine.graph.Node;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Changes a valid document at random places: a check must never throw, nor what it accepts. */
final class MutatedDefinitionTest {
  private static final int DOCUMENTS = 3_000;
  private static final long SEED = 20_260_101;

  private static final List<?> VALUES =
      (List<?>)
          Documents.json(
              "[null,true,false,0,-1,1.5,1e999999,99999999999999999999,'',"
                  + "'task-join0001','task-start001','{{','{% ( %}','for','compensate','specific',"
                  + "[],[[]],[null],['task-hr000001'],{},{to:'task-hr000001'},{value:null}]");

  private final Random random = new Random(SEED);
  private int left;

  @Test
  void shouldAnswerEveryDocument() throws URISyntaxException {
    Object valid =
        Documents.file(
            Path.of(
                Objects.requireNonNull(
                        MutatedDefinitionTest.class.getResource(
                            "/definitions/good/99_superset.json"))
                    .toURI()));
    int size = size(valid);
    int accepted = 0;
    for (int i = 0; i < DOCUMENTS; i++) {
      Object document = valid;
      int changes = 1 + random.nextInt(3);
      for (int change = 0; change < changes; change++) {
        left = random.nextInt(size);
        document = changed(document);
      }
      if (document != null && Documents.format().check(document).accepted()) {
        accepted++;
        assertSound(Documents.compile(document));
        assertThat(Documents.compile(document)).isEqualTo(Documents.compile(document));
      }
    }
    assertThat(accepted).isBetween(DOCUMENTS / 100, DOCUMENTS - DOCUMENTS / 100);
  }

  private static void assertSound(Graph graph) {
    assertThat(graph.nodes().keySet()).containsAll(graph.roots());
    for (Node node : graph.nodes().values()) {
      assertThat(graph.nodes().keySet()).containsAll(node.edges().stream().map(Edge::to).toList());
      JoinPolicy join = node.policies().join();
      if (join != null) {
        assertThat(join.upstream()).doesNotContain(node.id(), join.fork());
        assertThat(join.fork().isEmpty() || graph.node(join.fork()).opensScope()).isTrue();
        assertThat(join.closesScope() && join.fork().isEmpty()).isFalse();
      }
    }
  }

  private static int size(Object value) {
    return switch (value) {
      case List<?> list -> 1 + list.stream().mapToInt(MutatedDefinitionTest::size).sum();
      case Map<?, ?> map -> 1 + map.values().stream().mapToInt(MutatedDefinitionTest::size).sum();
      case null, default -> 1;
    };
  }

  /** Replaces or removes the value that {@code left} counts to. */
  private Object changed(Object value) {
    if (left-- == 0) {
      return VALUES.get(random.nextInt(VALUES.size()));
    }
    return switch (value) {
      case List<?> list -> {
        List<Object> copy = new ArrayList<>();
        list.forEach(element -> copy.add(changed(element)));
        yield copy;
      }
      case Map<?, ?> map -> {
        Map<String, Object> copy = new LinkedHashMap<>();
        map.forEach((key, member) -> {
          boolean drop = left == 0 && random.nextInt(4) == 0;
          Object kept = changed(member);
          if (!drop) {
            copy.put(key.toString(), kept);
          }
        });
        yield copy;
      }
      case null, default -> value;
    };
  }
}
