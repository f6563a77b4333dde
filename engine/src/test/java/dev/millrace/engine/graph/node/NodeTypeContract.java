package dev.millrace.engine.graph.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.JsonValue;
import dev.millrace.engine.Wait;
import dev.millrace.engine.WorkerActivity;
import dev.millrace.engine.expression.ExpressionException;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.NodeType.Nature;
import dev.millrace.engine.graph.NodeType.ParameterSpec;
import dev.millrace.engine.graph.Outcomes;
import dev.millrace.engine.graph.Step;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What every node type keeps to, whatever it does. */
interface NodeTypeContract {

  /** The words a parameter's type may be. */
  Set<String> TYPES = Set.of("string", "integer", "number", "boolean", "array", "object", "any");

  /** Values that no parameter is made for. */
  List<Object> HOSTILE =
      List.of(
          "",
          " ",
          "?",
          -1L,
          Long.MAX_VALUE,
          new BigDecimal("1e999999999"),
          new BigDecimal("1e-999999999"),
          "1e999999999",
          true,
          List.of(),
          List.of(List.of(Map.of())),
          Map.of("name", Map.of()));

  /** The type under test. */
  NodeType type();

  @Test
  default void shouldHaveNamesThatStandInDefinitions() {
    assertThat(type().name()).matches("[a-z]+(-[a-z]+)*");
    assertThat(type().aliases()).allMatch(alias -> alias.matches("[a-z]+(-[a-z]+)*"));
    assertThat(type().aliases()).doesNotContain(type().name()).doesNotHaveDuplicates();
  }

  @Test
  default void shouldDescribeItselfInOneSentence() {
    assertThat(type().summary()).isNotBlank().endsWith(".").doesNotContain("\n");
    assertThat(type().summary().length()).isLessThanOrEqualTo(120);
  }

  @Test
  default void shouldDescribeItsParameters() {
    Set<String> names = new HashSet<>();
    for (ParameterSpec spec : type().parameters()) {
      assertThat(names.add(spec.name())).as("parameter %s is declared once", spec.name()).isTrue();
      assertThat(TYPES).as("the type of %s", spec.name()).contains(spec.type());
      assertThat(spec.description()).as(spec.name()).isNotBlank().endsWith(".");
    }
  }

  @Test
  default void shouldHaveAnExampleOfItsOwnParameters() {
    Map<String, Object> example = type().example();
    List<ParameterSpec> specs = type().parameters();
    assertThat(example.keySet()).isSubsetOf(specs.stream().map(ParameterSpec::name).toList());
    assertThat(example.keySet())
        .containsAll(
            specs.stream().filter(ParameterSpec::required).map(ParameterSpec::name).toList());
    assertThat(JsonValue.of(example)).as("plain JSON").isNotNull();
    specs.stream()
        .filter(spec -> example.containsKey(spec.name()))
        .forEach(spec ->
            assertThat(isOfType(spec.type(), example.get(spec.name())))
                .as("%s is %s", spec.name(), spec.type())
                .isTrue());
  }

  @Test
  default void shouldRunItsExample() {
    Step step = type().enter(TestNodeContext.of(type().example()));
    switch (step) {
      case Step.Done done -> assertDeclared(done.outcome());
      case Step.Waiting waiting -> {
        assertThat(type().nature()).isNotEqualTo(Nature.PURE);
        if (waiting.waitsFor() instanceof Wait.ForActivity activity) {
          assertThat(type().nature()).isEqualTo(Nature.ACTIVITY);
          if (WorkerActivity.of(activity.activity()) == null) {
            assertThat(activity.activity()).isEqualTo(type().name());
          }
        } else {
          assertThat(type().nature()).isEqualTo(Nature.WAIT);
        }
      }
      case Step.Race _, Step.StartAndGo _, Step.Open _ ->
          assertThat(type().nature()).isEqualTo(Nature.WAIT);
      case Step.Failed failed -> assertThat(type().name()).as("%s", failed).isEqualTo("throw");
      case Step.SetVariables _,
          Step.RemoveVariable _,
          Step.SetEnvironment _,
          Step.SetOutput _,
          Step.Recorded _,
          Step.Stay _ ->
          assertDeclared(Outcomes.SUCCESS);
      case Step.EndBody _ -> {}
      case Step.EndInstance end -> assertThat(end.status().terminal()).isTrue();
    }
  }

  @Test
  default void shouldAnswerTheSameTwice() {
    assertThat(type().enter(TestNodeContext.of(type().example())))
        .isEqualTo(type().enter(TestNodeContext.of(type().example())));
  }

  @Test
  default void shouldNotThrowWhateverAParameterHolds() {
    type().enter(new TestNodeContext());
    for (ParameterSpec spec : type().parameters()) {
      for (Object value : HOSTILE) {
        TestNodeContext context = TestNodeContext.of(type().example());
        try {
          assertThat(type().enter(context.parameter(spec.name(), value))).isNotNull();
        } catch (ExpressionException allowed) {
          assertThat(allowed.getMessage()).isNotBlank();
        }
      }
    }
  }

  @Test
  default void shouldFailWithWhatWasExpected() {
    for (ParameterSpec spec : type().parameters()) {
      for (Object value : HOSTILE) {
        TestNodeContext context = TestNodeContext.of(type().example());
        Step step;
        try {
          step = type().enter(context.parameter(spec.name(), value));
        } catch (ExpressionException allowed) {
          continue;
        }
        if (step instanceof Step.Failed(var failure, var output)
            && !type().name().equals("throw")) {
          assertThat(output).isNull();
          assertThat(failure.type()).isEqualTo("constraint");
          assertThat(failure.message().toLowerCase(Locale.ROOT)).contains("found");
          assertThat(failure.message().length()).isLessThan(400);
        }
      }
    }
  }

  private void assertDeclared(String outcome) {
    assertThat(type().outcomes().contains("*") || type().outcomes().contains(outcome))
        .as("outcome %s is declared", outcome)
        .isTrue();
  }

  private static boolean isOfType(String type, @Nullable Object value) {
    return switch (type) {
      case "string" -> value instanceof String;
      case "integer" -> value instanceof Long;
      case "number" -> value instanceof Number;
      case "boolean" -> value instanceof Boolean;
      case "array" -> value instanceof List;
      case "object" -> value instanceof Map;
      default -> true;
    };
  }
}
