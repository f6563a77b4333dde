package dev.millrace.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.expression.ExpressionException;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonataExpressionTest {
  private final ProcessExpressions expressions = new ProcessExpressions();

  private static final String INPUT =
      """
      {"name": "Tom", "days": 5, "vip": true, "none": null, "price": 1.10, "text": "a-b-c",
       "list": [1, 2, 3], "orders": [{"price": 2, "qty": 3}, {"price": 1.5, "qty": 2}],
       "big": 9007199254740993}
      """;

  private static TestingScope scope() {
    return TestingScope.ofJson("input", INPUT)
        .with("tasks", JsonText.read("{\"A\":{\"n\":7},\"task-x1\":{\"n\":8}}"))
        .with("vars", Map.of("k", "v"))
        .with("item", null)
        .with("index", 0L)
        .with("total", 4L)
        .with("error", Map.of("type", "timeout"))
        .with("instance", Map.of("id", "1541815603606036480"))
        .with("now", "2026-01-02T03:04:05Z");
  }

  private @Nullable Object evaluate(String source) {
    return expressions.evaluate(source, scope());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "$input.days + 1; 6",
        "days / 2; 2.5",
        "{% vip and days > 3 %}; true",
        "$sum(orders.(price * qty)); 9",
        "$.name & '!'; \"Tom!\"",
        "$$.name; \"Tom\"",
        "$tasks.A.n; 7",
        "$tasks.`task-x1`.n; 8",
        "$vars.k; \"v\"",
        "$index; 0",
        "$total; 4",
        "$failure.type; \"timeout\"",
        "$instance.id; \"1541815603606036480\"",
        "$moment; \"2026-01-02T03:04:05Z\"",
        "price; 1.10",
        "big; 9007199254740993",
        "none; null",
        "$item; null",
        "missing; null",
        "list; [1,2,3]",
        "list[0]; 1",
        "list = [1,2,3]; true",
        "{\"a\": list, \"b\": {\"c\": none}}; {\"a\":[1,2,3],\"b\":{\"c\":null}}",
        "$map(list, function($x) { $x * 2 }); [2,4,6]",
        "1e3 + 0.0; 1000",
        "$keys($); [\"name\",\"days\",\"vip\",\"none\",\"price\",\"text\",\"list\",\"orders\",\"big\"]",
        "$merge([$input.orders[0], {\"x\": 1}]); {\"price\":2,\"qty\":3,\"x\":1}",
        "orders ~> |$|{\"qty\": 0}|; [{\"price\":2,\"qty\":0},{\"price\":1.5,\"qty\":0}]",
      })
  void shouldEvaluateOverTheScope(String source, String expected) {
    assertThat(JsonText.write(evaluate(source))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "$match('abcab', /a(b)/); [{\"match\":\"ab\",\"index\":0,\"groups\":[\"b\"]},{\"match\":\"ab\",\"index\":3,\"groups\":[\"b\"]}]",
        "$match('abcab', /A(B)/i, 1).index; 0",
        "$contains(text, /B/i); true",
        "$contains(text, '-b'); true",
        "text ~> $contains(/z/); false",
        "$replace('a1b22', /\\d+/, '<$0>'); \"a<1>b<22>\"",
        "$replace('john smith', /(\\w+) (\\w+)/, '$2, $1 $$'); \"smith, john $\"",
        "$replace('aaa', 'a', 'b', 2); \"bba\"",
        "$replace('a.a', '.', '+'); \"a+a\"",
        "$replace('(a+)+b', '(a+)+b', 'x', 1); \"x\"",
        "$replace('abc', /[ab]/, function($m) { $uppercase($m.match) }); \"ABc\"",
        "$split(text, '-'); [\"a\",\"b\",\"c\"]",
        "$split(text, /-/, 2); [\"a\",\"b\"]",
        "$split('abc', ''); [\"a\",\"b\",\"c\"]",
        "$join(['a','b','c'], '+'); \"a+b+c\"",
        "$join(['','b']); \"b\"",
        "$pad('x', -3, '#'); \"##x\"",
        "$pad('x', 3, 'ab'); \"xab\"",
        "$pad('xyz', 2); \"xyz\"",
        "days / 5 / 1; 1",
        "(days)/5; 1",
        "list[0]/1 + /* note */ 1; 2",
        "{'a': /x/}.a('axb').start; 1",
        "$filter(['ax','b'], /x/); \"ax\"",
        "text[$ ~> /b/]; \"a-b-c\"",
        "days % 2 * 3; 3",
        "$round(2.567, 2); 2.57",
        "$formatNumber(1234.5, '#,##0.00'); \"1,234.50\"",
        "$fromMillis(0, '[Y0001]-[M01]-[D01]'); \"1970-01-01\"",
        "$toMillis('1970-01-01T00:00:01Z'); 1000",
        "$formatBase(255, 16); \"ff\"",
      })
  void shouldKeepTheMeaningOfReplacedFunctions(String source, String expected) {
    assertThat(JsonText.write(evaluate(source))).isEqualTo(expected);
  }

  @Test
  void shouldFreezeTimeAndChance() {
    assertThat(evaluate("$now()")).isEqualTo("2026-01-02T03:04:05.000Z");
    assertThat(evaluate("$millis()")).isEqualTo(1_767_323_045_000L);
    assertThat(evaluate("$random()")).isEqualTo(evaluate("$random()")).isInstanceOf(Number.class);
    assertThat(evaluate("$random() = $random()")).isEqualTo(false);
    assertThat(evaluate("$shuffle([1..20])")).isEqualTo(evaluate("$shuffle([1..20])"));
    assertThatThrownBy(() -> expressions.evaluate("$now()", new TestingScope()))
        .hasMessageContaining("moment isn't known");
    assertThat(expressions.evaluate("$millis()", TestingScope.of("now", 12L))).isEqualTo(12L);
  }

  @Test
  void shouldTellWhatASourceMentions() {
    JsonataSource source = JsonataSource.scan("$vars.a & $f(/x\\/[/]y/i) /* $no */ & '$no'");
    assertThat(source.variables()).isEqualTo(Set.of("vars", "f"));
    assertThat(source.patterns())
        .singleElement()
        .extracting(Object::toString)
        .isEqualTo("x\\/[/]y");
    assertThat(source.readsContext()).isFalse();
    assertThat(JsonataSource.scan("a + 1").readsContext()).isTrue();
    assertThat(JsonataSource.scan("$vars.* / 2 / 3").patterns()).isEmpty();
    assertThat(JsonataSource.scan("$.a").readsContext()).isTrue();
    assertThat(JsonataSource.scan("**").readsContext()).isTrue();
  }

  @Test
  void shouldGiveScopeDataUntouched() {
    List<@Nullable Object> list = Arrays.asList(1L, null, new BigDecimal("2.50"));
    TestingScope scope = TestingScope.of("input", Map.of("list", list));
    assertThat(expressions.evaluate("{'x': [$input.list]}.x", scope)).isEqualTo(list);
    assertThat(expressions.evaluate("$input", scope)).isEqualTo(Map.of("list", list));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1 +",
        "(",
        "[1,",
        "{'a':",
        "'open",
        "\"\\x\"",
        "/open",
        "//",
        "/(/",
        "`open",
        "/* open",
        "$f(",
        "a[",
        "function(",
        "a ? b :",
        "1e999"
      })
  void shouldRefuseWhatDoesNotParse(String source) {
    assertThatThrownBy(() -> expressions.check("{%" + source + "%}"))
        .isInstanceOf(ExpressionException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "$error('boom'); boom",
        "1 + 'a'; JSONata fails",
        "$nofunction(); JSONata fails",
        "$sum; found a function",
        "function($x) { $x }; found a function",
        "[$sum]; found a function",
        "$eval('1'); isn't available",
        "1 / 0; JSONata fails",
        "$replace('a', '', 'b'); isn't empty",
        "$match('a', 'a'); JSONata fails",
      })
  void shouldSayWhatFailed(String source, String message) {
    assertThatThrownBy(() -> evaluate(source))
        .isInstanceOf(ExpressionException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // Endless recursion, straight, in tail position, and behind an array's first element.
        "($f := function($x) { 1 + $f($x) }; $f(1))",
        "($f := function($x) { $f($x) }; $f(1))",
        "[1, ($f := function($x) { 1 + $f($x) }; $f(1))]",
        "[1, ($f := function($x) { $f($x) }; $f(1))]",
        // Widths and ranges.
        "$pad('x', 200000000)",
        "$pad('x', -200000000)",
        "$pad('x', 1/0)",
        "[1..100000000]",
        "[1..9999999]",
        "$sum([1..1000000].([1..1000000]))",
        "[1..1000].([1..900000])",
        "[1..1000000].($input.list)[9999999999]",
        "($l := [1..100000].($ + 1); [1..1000000].$l)",
        "[1..100000].{'a': [1..100000]}",
        "$fromMillis(0, '[Y,2000000000-*]')",
        "$now('[Y,2000000000-*]')",
        "$formatInteger(1, $join([1..1000].('0')))",
        "$round(1.5, 2000000000)",
        "$round(1.5, -2000000000)",
        // Text that doubles, lists that share themselves, text made of texts.
        "$reduce([1..64], function($a, $i) { $a & $a }, 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx')",
        "$string($reduce([1..64], function($a, $i) { {'a': $a, 'b': $a} }, {'a': 1}))",
        "'' & $reduce([1..64], function($a, $i) { {'a': $a, 'b': $a} }, {'a': 1})",
        "($a := $reduce([1..64], function($a, $i) { {'a': $a, 'b': $a} }, {'a': 1}); $a = $a)",
        "$reduce([1..100000], function($a, $i) { {'a': $a} }, {})",
        "$join([1..900000].('x'), $pad('y', 60000))",
        "$replace($pad('x', 60000, 'x'), 'x', $pad('y', 60000))",
        "$replace($pad('x', 60000, 'x'), /x/, $pad('y', 60000))",
        "[1..1000000].($pad('x', 60000))",
        "$map([1..100000], function($x) { $map([1..100000], function($y) { $x * $y }) })",
        // Backtracking.
        "$match($pad('a', 40, 'a') & '!', /((a|a)+)+b/)",
        "$contains($pad('a', 40, 'a') & '!', /((a|a)+)+b/)",
        "($pad('a', 40, 'a') & '!') ~> /((a|a)+)+b/",
        "$split($pad('a', 40, 'a') & '!', /((a|a)+)+b/)",
        "$replace($pad('a', 40, 'a') & '!', /((a|a)+)+b/, '')",
        "$contains($pad('a', 60000) & $pad('a', 60000), /a/)",
      })
  void shouldStopHostileExpressions(String source) {
    assertThatThrownBy(() -> evaluate(source)).isInstanceOf(ExpressionException.class);
  }

  @Test
  void shouldNotWriteOutHugeNumbers() {
    TestingScope scope = TestingScope.of("input", Map.of("n", new BigDecimal("1e999999999")));
    for (String source :
        List.of("$round(n)", "$formatNumber(n, '0')", "$formatInteger(n, '0')", "n + 1")) {
      assertThatThrownBy(() -> expressions.evaluate(source, scope))
          .isInstanceOf(ExpressionException.class);
    }
    assertThat(expressions.evaluate("n", scope)).isEqualTo(new BigDecimal("1e999999999"));
  }

  @Test
  void shouldRefuseHugeSources() {
    assertThatThrownBy(() -> evaluate("1" + "+1".repeat(20_000)))
        .hasMessageContaining("at most 16384 characters");
    assertThatThrownBy(() -> evaluate("(".repeat(16_000))).isInstanceOf(ExpressionException.class);
    assertThatThrownBy(() -> evaluate("(".repeat(8_000) + "1" + ")".repeat(8_000)))
        .isInstanceOf(ExpressionException.class);
    // The thread can parse again afterwards.
    assertThat(evaluate("1 + 1")).isEqualTo(2L);
  }
}
