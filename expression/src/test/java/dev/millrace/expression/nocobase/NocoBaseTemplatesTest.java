package dev.millrace.expression.nocobase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.expression.ExpressionException;
import dev.millrace.engine.expression.ExpressionScope;
import dev.millrace.expression.JsonText;
import dev.millrace.expression.nocobase.script.Undefined;
import java.time.ZoneId;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NocoBaseTemplatesTest {
  private static final String CONTEXT =
      """
      {"data":{"x":16,"s":"abc","l":[1,2],"o":{"a":1},"z":null,"t":true,"big":398939928461313,
       "tags":[{"n":"a","subs":[{"n":1},{"n":2}]},{"n":"b","subs":[{"n":3}]}]}}
      """;

  private final NocoBaseTemplates templates = new NocoBaseTemplates();
  private final ExpressionScope scope =
      Scopes.empty()
          .with("input", CONTEXT)
          .with("tasks", "{\"k1\":{\"total\":5},\"k2\":[1,2]}")
          .with("$scopes", "{\"loop1\":{\"item\":7,\"index\":0}}")
          .with("env", "{\"NAME\":\"v\"}")
          .scope();

  private @Nullable Object resolve(@Nullable Object template) {
    return templates.resolve(template, scope);
  }

  /** Templates beside JSON; the observed rows first. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{{$context.data.o}} | {\"a\":1}",
        "{{ $context.data.s }} | \"abc\"",
        "{{$context.data.l.0}} | 1",
        "{{$context.data.l.length}} | 2",
        "{{$context.data.s.length}} | 3",
        "{{$context.data.z}} | null",
        "{{$context.data.t}} | true",
        "{{$context.data.big}} | 398939928461313",
        "a {{$context.data.o}} {{$context.data.l}} | \"a [object Object] 1,2\"",
        "a {{$context.data.none}}{{$context.data.z}}b | \"a b\"",
        "{{$context.data.none}} | null",
        "{{$context.data.none:dflt}} | \"dflt\"",
        "{{$context.data.none: dflt }} | \"dflt\"",
        "{{$context.data.s:dflt}} | \"abc\"",
        "{{ctx.$context.data.s}} | \"abc\"",
        "{{$context.data[\"s\"]}} | \"{{$context.data[\\\"s\\\"]}}\"",
        "{{#if}} | \"{{#if}}\"",
        "{{$context.data.tags.subs.n}} | [1,2,3]",
        "{{$context.data.tags.n}} | [\"a\",\"b\"]",
        "{{$context.data.tags.1.n}} | \"b\"",
        "{{$context.data.tags.missing}} | [null,null]",
        "{{$jobsMapByNodeKey.k1.total}} | 5",
        "{{$jobsMapByNodeKey.k2}} | [1,2]",
        "{{$scopes.loop1.item}} | 7",
        "{{$env.NAME}} | \"v\"",
        "{{$env}} | {\"NAME\":\"v\"}",
        "[{{$env.none}}] | \"[]\"",
        "{{$system.now}} | \"2026-11-21T09:45:55.000Z\"",
        "at {{$system.now}} | \"at 2026-11-21T09:45:55.000Z\"",
        "{{$system.instanceId}} | 25",
        "{{$system.epoch}} | 1605024000",
        "{{$system.dateRange.today}} | \"2026-11-21+00:00\"",
        "{{$system.dateRange.yesterday}} | \"2026-11-20+00:00\"",
        "{{$system.dateRange.thisWeek}} | \"2026w47+00:00\"",
        "{{$system.dateRange.nextMonth}} | \"2026-12+00:00\"",
        "{{$system.dateRange.thisQuarter}} | \"2026q4+00:00\"",
        "{{$system.dateRange.lastYear}} | \"2025+00:00\"",
        "{{$system.dateRange.last7Days}} | [\"2026-11-15\",\"2026-11-22\",\"[)\",\"+00:00\"]",
        "{{constructor}} | null",
        "{{$context.constructor.name}} | null",
        "{{$context.__proto__}} | null",
      })
  void shouldResolveAsObserved(String template, String expected) {
    assertThat(resolve(template)).isEqualTo(JsonText.read(expected));
  }

  @Test
  void shouldDropUndefinedFromObjectsAndKeepItsPlaceInLists() {
    assertThat(resolve(Map.of("a", "{{$context.none}}"))).isEqualTo(Map.of());
    assertThat(resolve(Map.of("a", "{{$context.data.z}}")))
        .isEqualTo(Collections.singletonMap("a", null));
    assertThat(resolve(List.of("{{$context.none}}", 1L)))
        .isEqualTo(java.util.Arrays.asList(null, 1L));
    assertThat(templates.resolveRaw("{{$context.none}}", scope)).isEqualTo(Undefined.VALUE);
    assertThat(templates.resolveRaw("{{$context.data.z}}", scope)).isNull();
  }

  @Test
  void shouldResolveKeysAndLeaveOtherValues() {
    assertThat(resolve(Map.of("{{$context.data.s}}", 1L))).isEqualTo(Map.of("abc", 1L));
    assertThat(resolve(5L)).isEqualTo(5L);
    assertThat(resolve(null)).isNull();
  }

  @Test
  void shouldNotReadValuesAsTemplates() {
    ExpressionScope nested = Scopes.ofContext("{\"a\":\"{{$context.b}}\",\"b\":1}");
    assertThat(templates.resolve("{{$context.a}}", nested)).isEqualTo("{{$context.b}}");
    assertThat(templates.resolve("x{{$context.a}}", nested)).isEqualTo("x{{$context.b}}");
  }

  @Test
  void shouldGiveSnowflakesThatFollowFromTheScope() {
    Object first = resolve("{{$system.genSnowflakeId}}");
    assertThat(first).isInstanceOf(Long.class).isEqualTo(resolve("{{$system.genSnowflakeId}}"));
    assertThat((Long) first).isPositive().isLessThan(1L << 53);
    assertThat(resolve(List.of("{{$system.genSnowflakeId}}", "{{$system.genSnowflakeId}}")))
        .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
        .doesNotHaveDuplicates();
  }

  @Test
  void shouldCountDaysInTheZoneOfTheServer() {
    NocoBaseScope zoned = NocoBaseScope.of(Scopes.empty().scope(), ZoneId.of("Asia/Shanghai"));
    assertThat(templates.resolve("{{$system.dateRange.today}}", zoned))
        .isEqualTo("2026-11-21+08:00");
  }

  @Test
  void shouldHideRootsByThoseGiven() {
    NocoBaseScope extended = NocoBaseScope.of(scope).with("currentUser", Map.of("id", 3L));
    assertThat(templates.resolve("{{currentUser.id}}", extended)).isEqualTo(3L);
    assertThat(templates.resolve("{{$context.data.x}}", extended)).isEqualTo(16L);
    NocoBaseScope alone = NocoBaseScope.ofRoots(Map.of("price", 2L));
    assertThat(templates.resolve("{{price}}{{$context.data.x}}", alone)).isEqualTo("2");
  }

  @Test
  void shouldAskForTheResultOfOneNodeOnly() {
    ExpressionScope asked =
        new ExpressionScope() {
          @Override
          public boolean has(String root) {
            return true;
          }

          @Override
          public @Nullable Object value(String root) {
            throw new AssertionError("all of " + root + " was asked for");
          }

          @Override
          public Object value(String root, String member) {
            return Map.of(member, Map.of("total", 5L));
          }
        };
    assertThat(templates.resolve("{{$jobsMapByNodeKey.k1.total}}", asked)).isEqualTo(5L);
    assertThat(templates.resolve("{{ctx.$jobsMapByNodeKey.k1.total}}", asked)).isEqualTo(5L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{{", "}}", "{{}}", "{{ }}", "{{a", "a}}", "{{{a}}}", "{{.}}", "{{..a}}"})
  void shouldNeverFailOnOddText(String template) {
    assertThat(templates.resolveRaw(template, scope)).isNotNull();
  }

  @Test
  void shouldRefuseDepth() {
    Object deep = "x";
    for (int i = 0; i < 200; i++) {
      deep = List.of(deep);
    }
    Object template = deep;
    assertThatThrownBy(() -> resolve(template)).isInstanceOf(ExpressionException.class);
  }
}
