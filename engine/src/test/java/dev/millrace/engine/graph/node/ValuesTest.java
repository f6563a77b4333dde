package dev.millrace.engine.graph.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.graph.Step;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Variables, transformation, validation. */
class ValuesTest {

  private static TestNodeContext variable(String operation, Object value) {
    return TestNodeContext.of(Map.of("key", "k", "operation", operation, "value", value));
  }

  private static Step set(Object value) {
    return new Step.SetVariables(Map.of("k", value), value);
  }

  private static String failure(Step step) {
    assertThat(step).isInstanceOf(Step.Failed.class);
    return ((Step.Failed) step).failure().message();
  }

  @Test
  void shouldReadVariables() {
    TestNodeContext context =
        TestNodeContext.of(Map.of("key", "k"))
            .root("process", Map.of("k", 1L))
            .root("env", Map.of("k", 2L));
    assertThat(context.enter("variable")).isEqualTo(Step.Done.of(1L));
    assertThat(context.parameter("scope", "global").enter("variable")).isEqualTo(Step.Done.of(2L));
    assertThat(context.parameter("key", "other").enter("variable")).isEqualTo(Step.Done.of(null));
  }

  @Test
  void shouldWriteVariables() {
    assertThat(variable("write", "v").enter("variable")).isEqualTo(set("v"));
    assertThat(variable("write", "v").parameter("scope", "env").enter("variable"))
        .isEqualTo(new Step.SetEnvironment("k", "v", "v"));
    assertThat(variable("write", "v").parameter("value", null).enter("variable"))
        .isEqualTo(new Step.SetVariables(Collections.singletonMap("k", null), null));
  }

  @Test
  void shouldWriteTextAsItIs() {
    assertThat(variable("write", " ").enter("variable")).isEqualTo(set(" "));
  }

  @Test
  void shouldMakeWrittenValuesOfTheirType() {
    assertThat(variable("write", "07").parameter("type", "integer").enter("variable"))
        .isEqualTo(set(7L));
    assertThat(variable("write", "1.50").parameter("type", "Float").enter("variable"))
        .isEqualTo(set(new BigDecimal("1.50")));
    assertThat(variable("write", "TRUE").parameter("type", "boolean").enter("variable"))
        .isEqualTo(set(true));
    assertThat(variable("write", 7L).parameter("type", "string").enter("variable"))
        .isEqualTo(set("7"));
    BigInteger large = BigInteger.TWO.pow(70);
    assertThat(variable("write", large).parameter("type", "integer").enter("variable"))
        .isEqualTo(set(large));
  }

  @ParameterizedTest
  @CsvSource({
    "integer,1.5",
    "integer,x",
    "integer,1e999999999",
    "number,x",
    "boolean,1",
    "array,x",
    "object,x"
  })
  void shouldRefuseValuesOfAnotherType(String type, String value) {
    assertThat(failure(variable("write", value).parameter("type", type).enter("variable")))
        .isEqualTo("parameter value: expected " + type + ", found " + value);
  }

  @Test
  void shouldAppendToLists() {
    assertThat(variable("append", 2L).root("process", Map.of("k", List.of(1L))).enter("variable"))
        .isEqualTo(set(List.of(1L, 2L)));
    assertThat(variable("append", List.of(2L)).enter("variable"))
        .isEqualTo(set(List.of(List.of(2L))));
    assertThat(failure(variable("append", 2L).root("process", Map.of("k", "x")).enter("variable")))
        .contains("expected a list in variable k, found x");
  }

  @Test
  void shouldIncrementNumbers() {
    assertThat(TestNodeContext.of(Map.of("key", "k", "operation", "increment")).enter("variable"))
        .isEqualTo(set(1L));
    assertThat(
            variable("increment", 1L)
                .root("process", Map.of("k", Long.MAX_VALUE))
                .enter("variable"))
        .isEqualTo(set(BigInteger.ONE.shiftLeft(63)));
    assertThat(
            variable("increment", new BigDecimal("0.5"))
                .parameter("scope", "global")
                .root("env", Map.of("k", 1L))
                .enter("variable"))
        .isEqualTo(new Step.SetEnvironment("k", new BigDecimal("1.5"), new BigDecimal("1.5")));
    assertThat(
            failure(
                variable("increment", 1L)
                    .root("process", Map.of("k", List.of()))
                    .enter("variable")))
        .contains("expected a number in variable k, found a list");
    assertThat(
            failure(
                variable("increment", 1L)
                    .root("process", Map.of("k", new BigDecimal("1e999999999")))
                    .enter("variable")))
        .contains("expected a number in variable k");
  }

  @Test
  void shouldDeleteVariables() {
    assertThat(variable("delete", "").root("process", Map.of("k", 1L)).enter("variable"))
        .isEqualTo(new Step.RemoveVariable("k", 1L));
    assertThat(variable("delete", "").parameter("scope", "env").enter("variable"))
        .isEqualTo(new Step.SetEnvironment("k", null, null));
  }

  @Test
  void shouldRefuseWhatAVariableCannotBe() {
    assertThat(failure(new TestNodeContext().enter("variable")))
        .isEqualTo("parameter key is required, found nothing");
    assertThat(failure(variable("toggle", 1L).enter("variable")))
        .isEqualTo(
            "parameter operation: expected read or write or append or increment or delete,"
                + " found toggle");
    assertThat(failure(variable("read", 1L).parameter("scope", "world").enter("variable")))
        .startsWith("parameter scope: expected local or process or env or global");
  }

  @Test
  void shouldTransform() {
    assertThat(
            TestNodeContext.of(Map.of("expression", "input.a", "template", "t"))
                .root("input", Map.of("a", 1L))
                .enter("transform"))
        .isEqualTo(Step.Done.of(1L));
    assertThat(TestNodeContext.of(Map.of("template", List.of(1L))).enter("transform"))
        .isEqualTo(Step.Done.of(List.of(1L)));
    assertThat(new TestNodeContext().parameter("template", "{{input.x}}", null).enter("transform"))
        .isEqualTo(Step.Done.of(null));
    assertThat(failure(TestNodeContext.of(Map.of("template", "")).enter("transform")))
        .isEqualTo("expected the parameter expression or template, found neither");
  }

  @Test
  void shouldValidate() {
    Map<String, Object> schema =
        Map.of("n", Map.of("type", "integer"), "d", Map.of("type", "integer", "default", 5L));
    Map<String, Object> output = new LinkedHashMap<>();
    output.put("valid", true);
    output.put("violations", List.of());
    output.put("value", Map.of("n", 1L, "d", 5L));
    assertThat(
            TestNodeContext.of(Map.of("schema", schema, "value", Map.of("n", 1L)))
                .enter("validate"))
        .isEqualTo(new Step.Done(output, "valid"));
  }

  @Test
  void shouldSayWhatIsInvalid() {
    Map<String, Object> schema = Map.of("n", Map.of("type", "integer"));
    TestNodeContext context =
        TestNodeContext.of(Map.of("schema", schema)).parameter("value", "{{input.x}}", null);
    Step.Done done = (Step.Done) context.enter("validate");
    assertThat(done.outcome()).isEqualTo("invalid");
    assertThat(done.output())
        .isEqualTo(
            Map.of(
                "valid",
                false,
                "violations",
                List.of(Map.of("path", "$.n", "keyword", "type", "message", "expected an integer")),
                "value",
                Collections.singletonMap("n", null)));
  }

  @Test
  void shouldRefuseWhatCannotBeValidated() {
    assertThat(failure(TestNodeContext.of(Map.of("value", 1L)).enter("validate")))
        .isEqualTo("parameter schema: expected a usable schema, found nothing");
    Map<String, Object> schema = Map.of("n", Map.of("type", "complex"));
    assertThat(failure(TestNodeContext.of(Map.of("schema", schema, "value", 1L)).enter("validate")))
        .isEqualTo("parameter schema: expected a usable schema, found unknown type complex");
    assertThat(failure(TestNodeContext.of(Map.of("schema", Map.of())).enter("validate")))
        .isEqualTo("parameter value is required, found nothing");
  }

  @Test
  void shouldKeepNullsInLists() {
    Step step =
        TestNodeContext.of(Map.of("key", "k", "operation", "append"))
            .root("process", Map.of("k", List.of(1L)))
            .enter("variable");
    List<Object> expected = Arrays.asList(1L, null);
    assertThat(step).isEqualTo(new Step.SetVariables(Map.of("k", expected), expected));
  }
}
