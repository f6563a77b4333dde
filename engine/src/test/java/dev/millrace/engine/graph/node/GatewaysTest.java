package dev.millrace.engine.graph.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.expression.ExpressionException;
import dev.millrace.engine.graph.Edge;
import dev.millrace.engine.graph.Outcomes;
import dev.millrace.engine.graph.Step;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Gateways. */
class GatewaysTest {

  private static final Step TRUE = new Step.Done(true, Outcomes.TRUE);
  private static final Step FALSE = new Step.Done(false, Outcomes.FALSE);

  private static Map<String, Object> equal(Object left, Object right) {
    return Map.of("type", "string", "value1", left, "operation", "equal", "value2", right);
  }

  private static Map<String, Object> named(String name, Object value) {
    return Map.of("name", name, "value", value);
  }

  private static String failure(Step step) {
    assertThat(step).isInstanceOf(Step.Failed.class);
    return ((Step.Failed) step).failure().message();
  }

  @ParameterizedTest
  @CsvSource({
    "and,a,a,true",
    "and,a,b,false",
    "or,a,b,true",
    "or,b,b,false",
    "OR,b,a,true",
    "'',a,b,false"
  })
  void shouldRelateConditions(String relation, String first, String second, boolean holds) {
    List<Object> list = List.of(equal(first, "a"), equal("{{input.x}}", "a"));
    Step step =
        TestNodeContext.of(Map.of("condition_list", list, "relation", relation))
            .root("input", Map.of("x", second))
            .enter("condition");
    assertThat(step).isEqualTo(holds ? TRUE : FALSE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"condition", "when"})
  void shouldTestAnExpression(String name) {
    TestNodeContext context =
        TestNodeContext.of(Map.of(name, "{{input.vip}}", "condition_list", List.of()));
    assertThat(context.root("input", Map.of("vip", true)).enter("condition")).isEqualTo(TRUE);
  }

  @Test
  void shouldLeaveTheChoiceToGuards() {
    TestNodeContext context =
        new TestNodeContext().edge(Edge.to("a")).edge(new Edge("b", "", "{{input.x}}", false));
    assertThat(context.enter("condition")).isEqualTo(Step.Done.of(null));
  }

  @Test
  void shouldFailWithNothingToTest() {
    assertThat(failure(new TestNodeContext().edge(Edge.to("a")).enter("condition")))
        .contains("condition_list, condition, when");
  }

  @Test
  void shouldRefuseAnotherRelation() {
    Map<String, Object> parameters =
        Map.of("condition_list", List.of(equal("a", "a")), "relation", "xor");
    assertThat(failure(TestNodeContext.of(parameters).enter("condition")))
        .isEqualTo("parameter relation: expected and or or, found xor");
  }

  @Test
  void shouldLeaveFaultyExpressionsToTheInterpreter() {
    TestNodeContext context = TestNodeContext.of(Map.of("when", "{{?}}"));
    assertThatThrownBy(() -> context.enter("condition")).isInstanceOf(ExpressionException.class);
  }

  @Test
  void shouldTakeTheFirstCaseThatMatches() {
    List<Object> cases = List.of(named("a", "x"), named("b", "{{input.y}}"), named("c", "y"));
    Step step =
        TestNodeContext.of(Map.of("value", "y", "cases", cases))
            .root("input", Map.of("y", "y"))
            .enter("switch");
    assertThat(step).isEqualTo(new Step.Done("b", "b"));
  }

  @Test
  void shouldTakeDefaultWhenNoCaseMatches() {
    Map<String, Object> parameters =
        Map.of("value", "z", "cases", List.of(named("a", "x"), Map.of("name", "w", "when", false)));
    assertThat(TestNodeContext.of(parameters).enter("switch"))
        .isEqualTo(new Step.Done("default", "default"));
  }

  @Test
  void shouldTakeACaseWhoseConditionHolds() {
    Map<String, Object> parameters = Map.of("cases", List.of(Map.of("name", "w", "when", true)));
    assertThat(TestNodeContext.of(parameters).enter("switch")).isEqualTo(new Step.Done("w", "w"));
  }

  @Test
  void shouldCompareCasesByValue() {
    List<Object> cases =
        List.of(named("truth", true), named("two", new BigDecimal("2.0")), named("three", "3"));
    assertThat(TestNodeContext.of(Map.of("value", 2L, "cases", cases)).enter("switch"))
        .isEqualTo(new Step.Done("two", "two"));
    assertThat(TestNodeContext.of(Map.of("value", 3L, "cases", cases)).enter("switch"))
        .isEqualTo(new Step.Done("three", "three"));
    assertThat(TestNodeContext.of(Map.of("value", "true", "cases", cases)).enter("switch"))
        .isEqualTo(new Step.Done("truth", "truth"));
    assertThat(TestNodeContext.of(Map.of("value", List.of(), "cases", cases)).enter("switch"))
        .isEqualTo(new Step.Done("default", "default"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"error", "timeout", "rejected", "always", " "})
  void shouldRefuseCasesNamedLikeTheEnginesOwnOutcomes(String name) {
    Map<String, Object> parameters = Map.of("value", "x", "cases", List.of(named(name, "x")));
    assertThat(failure(TestNodeContext.of(parameters).enter("switch"))).contains("parameter cases");
  }

  @Test
  void shouldRefuseACaseWithNothingToCompare() {
    Map<String, Object> parameters = Map.of("cases", List.of(Map.of("name", "a")));
    assertThat(failure(TestNodeContext.of(parameters).enter("switch")))
        .isEqualTo("parameter cases: expected value or when in case a, found neither");
  }

  @Test
  void shouldForkJoinAndRace() {
    assertThat(new TestNodeContext().enter("parallel")).isEqualTo(Step.Done.of(null));
    assertThat(new TestNodeContext().joined(Map.of("a", 1L)).enter("join"))
        .isEqualTo(Step.Done.of(Map.of("a", 1L)));
    assertThat(new TestNodeContext().enter("race")).isEqualTo(new Step.Race());
  }
}
