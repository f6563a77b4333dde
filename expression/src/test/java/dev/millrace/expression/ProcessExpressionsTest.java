package dev.millrace.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.expression.ExpressionException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessExpressionsTest {
  private final ProcessExpressions expressions = new ProcessExpressions();

  private static final String NODE =
      """
      {"output": {"user": {"name": "Tom"}, "n": 1, "list": [1, 2, 3], "price": 1.10},
       "runtimes": [{"output": {"list": [{"last": "Craig", "age": 68}, {"last": "M", "age": 9}]}}],
       "0": {"output": {"list": [7, 8, 9]}}}
      """;

  private static TestingScope node() {
    return TestingScope.ofJson("A", NODE).with("input", JsonText.read("{\"days\":5}"));
  }

  private @Nullable Object resolve(@Nullable Object template) {
    return expressions.resolve(template, node());
  }

  @Test
  void shouldKeepTheTypeOfAWholeReference() {
    assertThat(resolve("{{A.output.user.name}}")).isEqualTo("Tom");
    assertThat(resolve("{{A.0.output.list.#}}")).isEqualTo(3L);
    assertThat(resolve("{{A.runtimes.0.output.list.#(age>45)#.last}}")).isEqualTo(List.of("Craig"));
    assertThat(resolve("x-{{A.output.n}}")).isEqualTo("x-1");
    assertThat(resolve("{{ A.output.price }}")).isEqualTo(new BigDecimal("1.10"));
    assertThat(resolve("{{A.missing}}")).isNull();
    assertThat(resolve("{{nowhere.x}}")).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "a{{A.output.price}}b; a1.10b",
        "[{{A.missing}}]; []",
        "{{A.output.n}}{{A.output.n}}; 11",
        "u={{A.output.user}} l={{A.output.list}}; u={\"name\":\"Tom\"} l=[1,2,3]",
        "no braces; no braces",
        "a } b {; a } b {",
        "{{A.runtimes.0.output.list.#(last==\"}}\")}}!; !",
        "text {% $input %} text; text {% $input %} text",
      })
  void shouldInterpolateMixedText(String template, String expected) {
    assertThat(resolve(template)).isEqualTo(expected);
  }

  @Test
  void shouldResolveTreesAndLeaveOtherValuesAlone() {
    Map<String, Object> template = new HashMap<>();
    template.put("days", "{{input.days}}");
    template.put("list", List.of("{{A.output.n}}", 5L, true));
    template.put("sum", "{% $sum($tasks.A.list) + days %}");

    TestingScope scope = node().with("tasks", JsonText.read("{\"A\":{\"list\":[1,2,3]}}"));

    assertThat(expressions.resolve(template, scope))
        .isEqualTo(Map.of("days", 5L, "list", List.of(1L, 5L, true), "sum", 11L));
    assertThat(resolve(null)).isNull();
  }

  @Test
  void shouldNotReadResolvedValuesAsTemplates() {
    TestingScope scope =
        TestingScope.of("input", Map.of("x", "{{secret.key}}")).with("secret", Map.of("key", "k"));

    assertThat(expressions.resolve("{{input.x}}", scope)).isEqualTo("{{secret.key}}");
    assertThat(expressions.resolve("<{{input.x}}>", scope)).isEqualTo("<{{secret.key}}>");
    assertThat(scope.read()).containsExactly("input");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{{input", "{{}}", "{{ }}", "a {{input.#(x}} b", "{% 1 + %}", "{% %}"})
  void shouldFindFaultsWithoutEvaluating(String template) {
    assertThatThrownBy(() -> expressions.check(List.of(Map.of("k", template))))
        .isInstanceOf(ExpressionException.class);
  }

  @Test
  void shouldAcceptSoundTemplates() {
    assertThatCode(() ->
            expressions.check(
                Map.of("a", "{{input.x}}", "b", List.of("{% $error('x') %}", "plain", 1L))))
        .doesNotThrowAnyException();
  }

  @Test
  void shouldBoundTheDepthOfTemplates() {
    Object template = "x";
    for (int i = 0; i < 200; i++) {
      template = List.of(template);
    }
    Object deep = template;
    assertThatThrownBy(() -> resolve(deep)).hasMessageContaining("deeper than 100");
    assertThatThrownBy(() -> expressions.check(deep)).hasMessageContaining("deeper than 100");
  }

  @Test
  void shouldBoundTheLengthOfInterpolatedText() {
    TestingScope scope = TestingScope.of("input", "x".repeat(4_000_000));
    assertThatThrownBy(() -> expressions.resolve("{{input}}".repeat(10) + "!", scope))
        .hasMessageContaining("grew past");
  }

  @Test
  void shouldBoundTheTemplateCache() {
    BoundedCache<Integer, Integer> cache = new BoundedCache<>(10);
    for (int i = 0; i < 1_000; i++) {
      assertThat(cache.get(i, key -> key * 2)).isEqualTo(i * 2);
    }
    assertThat(cache.size()).isLessThanOrEqualTo(10);
  }

  @ParameterizedTest
  @CsvSource({
    "equal, a, a, true",
    "equal, a, b, false",
    "not_equal, a, b, true",
    "contain, abc, b, true",
    "not_contain, abc, b, false",
    "start_with, abc, ab, true",
    "not_start_with, abc, ab, false",
    "end_with, abc, bc, true",
    "not_end_with, abc, x, true",
    "regex, ^a.c$, abc, true",
    "regex, abc, ^a.c$, false",
    "regex, b, abc, true",
  })
  void shouldCompareText(String operation, String value1, String value2, boolean expected) {
    for (String type : List.of("string", "String", "STRING", "")) {
      assertThat(test(type, value1, operation, value2)).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "gt, 2, 1, true",
    "gt, 10, 9, true",
    "gt, 1, 1, false",
    "gte, 1, 1.0, true",
    "lt, -1, 0, true",
    "lte, 2, 1, false",
    "equal, 1.10, 1.1, true",
    "not_equal, 1, 1.0, false",
    "equal, 9007199254740993, 9007199254740992, false",
    "GT, 2, 1, true",
  })
  void shouldCompareNumbers(String operation, String value1, String value2, boolean expected) {
    assertThat(test("number", value1, operation, value2)).isEqualTo(expected);
    assertThat(test("Number", new BigDecimal(value1), operation, value2)).isEqualTo(expected);
  }

  @Test
  void shouldResolveTemplatesInConditions() {
    assertThat(test("number", "{{input.days}}", "gt", 3L)).isTrue();
    assertThat(test("string", "{{A.output.user.name}}", "equal", "Tom")).isTrue();
    assertThat(test("string", "{{A.output.n}}", "equal", "1")).isTrue();
    assertThat(test("string", "{{A.missing}}", "equal", "")).isTrue();
    assertThat(test("number", "{% $input.days * 2 %}", "equal", "10")).isTrue();
  }

  @Test
  void shouldRefuseConditionsItCannotEvaluate() {
    assertThatThrownBy(() -> test("string", "a", "gt", "b"))
        .hasMessageContaining("expected a string operation");
    assertThatThrownBy(() -> test("number", "1", "contain", "1"))
        .hasMessageContaining("expected a number operation");
    assertThatThrownBy(() -> test("number", "one", "gt", "1"))
        .hasMessageContaining("expected a number as value1, found \"one\"");
    assertThatThrownBy(() -> test("number", "1", "gt", "{{A.missing}}"))
        .hasMessageContaining("expected a number as value2, found null");
    assertThatThrownBy(() -> test("date", "1", "gt", "1"))
        .hasMessageContaining("expected the condition type");
    assertThatThrownBy(() -> test("string", "(", "regex", "x"))
        .hasMessageContaining("expected a regular expression");
    assertThatThrownBy(() -> expressions.test(5L, node())).hasMessageContaining("found a number");
    assertThatThrownBy(() -> expressions.test(null, node())).hasMessageContaining("found null");
    assertThatThrownBy(() -> expressions.test(Map.of("x", 1L), node()))
        .hasMessageContaining("found an object");
    assertThatThrownBy(() -> expressions.test("{{input.days}}", node()))
        .hasMessageContaining("expected true or false");
  }

  @Test
  void shouldTestStringsAndBooleans() {
    assertThat(expressions.test(true, node())).isTrue();
    assertThat(expressions.test("{% $input.days > 3 %}", node())).isTrue();
    assertThat(expressions.test("$input.days > 7", node())).isFalse();
    assertThat(expressions.test("true", node())).isTrue();
    assertThat(expressions.test("{{input.missing}}", node())).isFalse();
    assertThat(expressions.test("{% $input.missing > 3 %}", node())).isFalse();
    assertThat(expressions.test("{{input.flag}}", TestingScope.ofJson("input", "{\"flag\":true}")))
        .isTrue();
    assertThat(expressions.test("{{input.f}}", TestingScope.ofJson("input", "{\"f\":\"False\"}")))
        .isFalse();
  }

  @Test
  void shouldCombineConditions() {
    Map<String, Object> yes = condition("number", 2L, "gt", 1L);
    Map<String, Object> no = condition("number", 1L, "gt", 2L);
    assertThat(expressions.test(List.of(yes, yes), node())).isTrue();
    assertThat(expressions.test(List.of(yes, no), node())).isFalse();
    assertThat(expressions.testAll(List.of(yes, no), "or", node())).isTrue();
    assertThat(expressions.testAll(List.of(no, no), "OR", node())).isFalse();
    assertThat(expressions.testAll(List.of(no, yes), "and", node())).isFalse();
    assertThat(expressions.testAll(List.of(), "", node())).isTrue();
    assertThat(expressions.testAll(List.of(), "or", node())).isFalse();
    assertThat(
            expressions.test(Map.of("relation", "or", "condition_list", List.of(no, yes)), node()))
        .isTrue();
    assertThatThrownBy(() -> expressions.testAll(List.of(yes), "xor", node()))
        .hasMessageContaining("expected the relation");
  }

  @Test
  void shouldStopARegularExpressionThatBacktracksWithoutEnd() {
    String hostile = "a".repeat(40) + "!";
    assertThatThrownBy(() -> test("string", "((a|a)+)+b", "regex", hostile))
        .isInstanceOf(ExpressionException.class);
    assertThatThrownBy(() -> test("string", "a", "regex", "a".repeat(70_000)))
        .hasMessageContaining("at most 65536 characters");
  }

  @Test
  void shouldLookUpOnlyMentionedRoots() {
    TestingScope scope = node().with("vars", Map.of("x", 1L)).with("env", Map.of());
    expressions.resolve("{% $vars.x + 1 %}", scope);
    assertThat(scope.read()).isEqualTo(Set.of("vars"));
  }

  @Test
  void shouldWorkOnManyThreads() throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    List<Object> results = java.util.Collections.synchronizedList(new ArrayList<>());
    for (int i = 0; i < 50; i++) {
      long days = i;
      threads.add(
          Thread.startVirtualThread(() ->
              results.add(
                  String.valueOf(
                      expressions.resolve(
                          "{% $sum([1..$input.days]) %}",
                          TestingScope.of("input", Map.of("days", days)))))));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(results).hasSize(50).contains("1225", "1");
  }

  private boolean test(String type, Object value1, String operation, Object value2) {
    return expressions.test(condition(type, value1, operation, value2), node());
  }

  private static Map<String, Object> condition(
      String type, Object value1, String operation, Object value2) {
    return Map.of("type", type, "value1", value1, "operation", operation, "value2", value2);
  }
}
