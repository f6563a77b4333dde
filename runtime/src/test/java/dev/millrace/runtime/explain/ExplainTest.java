package dev.millrace.runtime.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.Command;
import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.EndReason;
import dev.millrace.engine.HumanTask;
import dev.millrace.engine.HumanTaskSpec;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.Status;
import dev.millrace.engine.Token;
import dev.millrace.engine.Wait;
import dev.millrace.engine.graph.Graph;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked
class ExplainTest {

  private static final Instant T = Instant.parse("2026-01-01T00:00:00Z");
  private static final Graph GRAPH =
      new Graph(new DefinitionRef("d", 1), Map.of(), List.of(), null);

  private static InstanceState state(Status status, List<Token> parked, Wait... waits) {
    Map<Integer, NodeRun> runs = new LinkedHashMap<>();
    for (Wait wait : waits) {
      int id = runs.size() + 1;
      NodeRun.Place place = new NodeRun.Place("n" + id, 0, 0, 0, -1, "");
      runs.put(id, new NodeRun(id, place, T, Map.of(), List.of(), T, wait, null, null));
    }
    return new InstanceState(
        new InstanceState.Header(
            InstanceKey.of("a"),
            1,
            GRAPH.ref(),
            false,
            null,
            new Command.Origin("", "api", false),
            null,
            T),
        new InstanceState.Lifecycle(
            1, "e", status, EndReason.NONE, null, null, null, null, null, T, 1),
        new InstanceState.GraphState(
            9,
            runs,
            Map.of(),
            Map.of(
                "j@0",
                new InstanceState.Join(
                    "j", 0, List.of(new InstanceState.Arrival("n1", 1)), false, null)),
            Map.of(),
            parked,
            Map.of(),
            Map.of(),
            null),
        List.of());
  }

  @Test
  void shouldGiveOneSentencePerThingThatWaits() {
    HumanTask task = new HumanTask("t", "bob", HumanTask.State.ALLOCATED, "", null, T);
    HumanTaskSpec spec = new HumanTaskSpec(HumanTaskSpec.Rule.ANY, "t", "c", null, "y", "n");
    List<Wait> waits =
        List.of(
            new Wait.ForActivity("http", List.of(), 0),
            new Wait.ForTime(T),
            new Wait.ForEvent("paid", "7"),
            new Wait.ForCallback(),
            new Wait.ForPeople(spec, Map.of("t", task)),
            new Wait.ForChild(InstanceKey.of("c"), "d2", 0, null, true),
            new Wait.ForRetry(T, new Wait.ForCallback()),
            new Wait.ForOperator(),
            new Wait.ForRace(3));
    List<WaitReason> reasons =
        Explain.explain(
            state(
                Status.RUNNING,
                List.of(new Token("n", 0, "", 0, null)),
                waits.toArray(Wait[]::new)),
            GRAPH);

    assertThat(reasons).extracting(WaitReason::kind).doesNotHaveDuplicates().hasSize(11);
    assertThat(reasons).allMatch(reason -> reason.sentence().endsWith("."));
    assertThat(reasons)
        .extracting(WaitReason::sentence)
        .contains(
            "Node n1 runs activity http, attempt 1.",
            "Node n3 waits for event paid with correlation 7.",
            "Node n5 waits for bob.",
            "Node n6 waits for the end of instance c of definition d2.",
            "Node j waits for its other branches; arrived so far: Node n1.");
  }

  @Test
  void shouldSpeakOfTheSuspensionAndBeSilentOnceEnded() {
    assertThat(Explain.explain(state(Status.SUSPENDED, List.of()), GRAPH).getFirst().kind())
        .isEqualTo(WaitReason.Kind.SUSPENDED);
    assertThat(Explain.explain(state(Status.COMPLETED, List.of()), GRAPH)).isEmpty();
  }
}
