package dev.millrace.dialect.process.definition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.graph.Graph;
import dev.millrace.engine.graph.JoinPolicy;
import dev.millrace.engine.graph.Node;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class ForksTest {

  private static JoinPolicy join(Graph graph, String id) {
    return Objects.requireNonNull(graph.node(id).policies().join());
  }

  private static List<String> openings(Graph graph) {
    return graph.nodes().values().stream().filter(Node::opensScope).map(Node::id).toList();
  }

  /** Each join as {@code J1:F} with a slash where it closes the scope of its fork. */
  private static List<String> joins(Graph graph) {
    return graph.nodes().values().stream()
        .filter(node -> node.policies().join() != null)
        .map(Node::id)
        .map(id -> id + ":" + join(graph, id).fork() + (join(graph, id).closesScope() ? "/" : ""))
        .toList();
  }

  private static Graph graph(String flow) {
    return Documents.compile(Documents.flow(flow));
  }

  @Test
  void shouldCloseAForkWithItsJoin() {
    Graph graph = graph("S>F; F>A,B; A>J; B>J; J>D; D");
    assertThat(joins(graph)).containsExactly("J:F/");
    assertThat(openings(graph)).containsExactly("F");
    assertThat(join(graph, "J").incoming()).containsExactly("A", "B");
    assertThat(join(graph, "J").upstream()).containsExactlyInAnyOrder("A", "B");
  }

  @Test
  void shouldNestForks() {
    Graph graph = graph("F>P,Q; P>A,B; Q>C,D; A>J1; B>J1; C>J2; D>J2; J1>J3; J2>J3; J3>E; E");
    assertThat(joins(graph)).containsExactly("J1:P/", "J2:Q/", "J3:F/");
    assertThat(openings(graph)).containsExactly("F", "P", "Q");
    assertThat(join(graph, "J3").upstream())
        .containsExactlyInAnyOrder("P", "Q", "A", "B", "C", "D", "J1", "J2");
  }

  @Test
  void shouldJoinBranchesOfAnInnerSplitInTheOuterScope() {
    Graph graph = graph("F>P,C; P>A,B; A>J; B>J; C>J; J");
    assertThat(joins(graph)).containsExactly("J:F/");
    assertThat(openings(graph)).containsExactly("F");
  }

  @Test
  void shouldSkipForksThatAreClosed() {
    Graph graph = graph("F>A,B; A>J1; B>J1; J1>X; X>C,D; C>J2; D>J2; J2");
    assertThat(joins(graph)).containsExactly("J1:F/", "J2:");
    Graph second = graph("G>F,H; F>A,B; A>J1; B>J1; J1>J2; H>J2; J2");
    assertThat(joins(second)).containsExactly("J1:F/", "J2:G/");
  }

  @Test
  void shouldLetAnEarlierJoinOfTheSameForkKeepItsScope() {
    Graph graph = graph("F>A,B,C; A>J1; B>J1; J1>J2; C>J2; J2>D; D");
    assertThat(joins(graph)).containsExactly("J1:F", "J2:F/");
    assertThat(openings(graph)).containsExactly("F");
  }

  @Test
  void shouldJoinTheJoinsOfOneFork() {
    Graph graph = graph("F>A,B,C,D; A>J1; B>J1; C>J2; D>J2; J1>J3; J2>J3; J3");
    assertThat(joins(graph)).containsExactly("J1:F", "J2:F", "J3:F/");
  }

  @Test
  void shouldKeepAForkOpenBehindAJoinThatDoesNotCloseIt() {
    Graph graph = graph("O>N,F; F>A,B,C; A>J1; B>J1; J1>J2; J2>J3; C>J3; J3>J4; N>J4; J4");
    assertThat(joins(graph)).containsExactly("J1:F", "J2:F", "J3:F/", "J4:O/");
  }

  @Test
  void shouldCloseAForkOnBothSidesOfADecision() {
    Graph graph = graph("F>A,B; A>J1; B>X; X>J1,J2; J1>E; J2>E; E");
    assertThat(joins(graph)).containsExactly("J1:F/", "J2:F/");
  }

  @Test
  void shouldNotTakeAlternativesForASplit() {
    Graph graph = graph("X>A,B; A>J; B>J; J");
    assertThat(joins(graph)).containsExactly("J:");
    assertThat(openings(graph)).isEmpty();
    Graph outcomes =
        Documents.compile(
            Documents.process(
                "{instId:'c',template:'approval',split:'or',parameters:"
                    + "{true_branch:{value:'a'},false_branch:{value:'b'}}},"
                    + "{instId:'a',template:'script',connections:['j']},"
                    + "{instId:'b',template:'script',connections:['j']},"
                    + "{instId:'j',template:'join'}"));
    assertThat(joins(outcomes)).containsExactly("j:");
  }

  @Test
  void shouldSplitOverEdgesOfOneOutcome() {
    Graph graph =
        Documents.compile(
            Documents.process(
                "{instId:'c',template:'approval',connections:"
                    + "[{to:'a',on:'approved'},{to:'b',on:'approved'},{to:'x',on:'rejected'}]},"
                    + "{instId:'a',template:'script',connections:['j']},"
                    + "{instId:'b',template:'script',connections:['j']},"
                    + "{instId:'x',template:'end'},"
                    + "{instId:'j',template:'aggregation'}"));
    assertThat(joins(graph)).containsExactly("j:c/");
  }

  @Test
  void shouldNotTakeAGuardAndItsDefaultForASplit() {
    String tasks =
        "{instId:'c',template:'script',connections:[{to:'a',when:'true'},{to:'b',default:true}]},"
            + "{instId:'a',template:'script',connections:['j']},"
            + "{instId:'b',template:'script',connections:['j']},"
            + "{instId:'j',template:'aggregation'}";
    assertThat(joins(Documents.compile(Documents.process(tasks)))).containsExactly("j:");
    String both = tasks.replace("default:true", "when:'false'");
    assertThat(joins(Documents.compile(Documents.process(both)))).containsExactly("j:c/");
  }

  @Test
  void shouldFindTheForkAroundABranchThatMayEndEarly() {
    Graph graph =
        Documents.compile(
            Documents.process(
                "{instId:'f',template:'parallel',connections:['c','b']},"
                    + "{instId:'c',template:'condition',parameters:{true_branch:{value:'a'}}},"
                    + "{instId:'a',template:'script',connections:['j']},"
                    + "{instId:'b',template:'script',connections:['j']},"
                    + "{instId:'j',template:'aggregation'}"));
    assertThat(joins(graph)).containsExactly("j:f/");
    assertThat(join(graph, "j").upstream()).containsExactlyInAnyOrder("a", "b", "c");
  }

  @Test
  void shouldLeaveBackEdgesOut() {
    Graph around = graph("S>F; F>A,B; A>J; B>J; J>W; W>F,E; E");
    assertThat(joins(around)).containsExactly("J:F/");
    assertThat(join(around, "J").upstream()).containsExactlyInAnyOrder("A", "B");
    Graph inside = graph("F>A,B; A>W; W>A,J; B>J; J");
    assertThat(joins(inside)).containsExactly("J:F/");
    assertThat(join(inside, "J").upstream()).containsExactlyInAnyOrder("A", "B", "W");
    Graph behind = graph("F>A,B; A>J; B>J; J>W; W>J,E; E");
    assertThat(joins(behind)).containsExactly("J:F/");
    assertThat(join(behind, "J").incoming()).containsExactly("A", "B");
  }

  @Test
  void shouldOpenNoScopeWithoutAJoin() {
    assertThat(openings(graph("A>B,C; B>D; C>D; D"))).isEmpty();
  }

  @Test
  void shouldNotOpenAScopeForAnEventGateway() {
    Graph graph =
        Documents.compile(
            Documents.process(
                "{instId:'g',template:'event-gateway',connections:['a','b']},"
                    + "{instId:'a',template:'interval',connections:['j']},"
                    + "{instId:'b',template:'interval',connections:['j']},"
                    + "{instId:'j',template:'aggregation'}"));
    assertThat(joins(graph)).containsExactly("j:");
  }

  @Test
  void shouldTakeTheRootScopeWhereARunStartsInsideAFork() {
    Graph graph = Documents.compile(Documents.flow("F>A,B; A>J; B>J; J", "startTaskInstId:'A',"));
    assertThat(graph.roots()).containsExactly("A");
    assertThat(joins(graph)).containsExactly("J:");
  }

  @Test
  void shouldCountCatchBranchesAsPathsToAJoin() {
    Graph graph =
        Documents.compile(
            Documents.process(
                "{instId:'f',template:'parallel',connections:['a','b']},"
                    + "{instId:'a',template:'http',connections:['j'],"
                    + "errorHandler:{operation:'catch',exception_branch:'e'}},"
                    + "{instId:'e',template:'script',connections:['j']},"
                    + "{instId:'b',template:'script',connections:['j']},"
                    + "{instId:'j',template:'aggregation'}"));
    assertThat(joins(graph)).containsExactly("j:f/");
    assertThat(join(graph, "j").upstream()).containsExactlyInAnyOrder("a", "b", "e");
    assertThat(graph.node("a").edges()).hasSize(1);
  }
}
