package dev.millrace.activities.script;

import static dev.millrace.activities.ActivityCalls.failure;
import static dev.millrace.activities.ActivityCalls.input;
import static dev.millrace.activities.ActivityCalls.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.runtime.activity.ActivityException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class ScriptActivityTest {

  private static final ScriptActivity SCRIPT = new ScriptActivity();

  @AfterAll
  static void close() {
    SCRIPT.close();
  }

  private static @Nullable Object js(String code) throws Exception {
    return run(SCRIPT, Map.of("code", code));
  }

  @Test
  void shouldReturnJsonValues() throws Exception {
    assertThat(js("return {a: [1, 2.5, true, null, 'x'], b: {}}"))
        .isEqualTo(
            Map.of("a", Arrays.asList(1L, new BigDecimal("2.5"), true, null, "x"), "b", Map.of()));
    assertThat(js("return 9007199254740991")).isEqualTo(9007199254740991L);
    assertThat(js("return 'Zürich \\u2603 \uD83D\uDE00'")).isEqualTo("Zürich \u2603 \uD83D\uDE00");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "return", "return undefined", "return null", "return () => 1"})
  void shouldTurnNothingIntoNull(String code) throws Exception {
    assertThat(js(code)).isNull();
  }

  @Test
  void shouldReadGlobalsAndParams() throws Exception {
    Map<String, Object> parameters =
        Map.of(
            "code",
            "return [input.a, tasks.t.output, vars, env.x, item, index, params.factor,"
                + " typeof params.code]",
            "language",
            "",
            "factor",
            3L);
    Map<String, Object> roots =
        Map.of(
            "input",
            Map.of("a", 1L),
            "tasks",
            Map.of("t", Map.of("output", "o")),
            "env",
            Map.of("x", true),
            "item",
            List.of(1L),
            "index",
            4L);
    assertThat(SCRIPT.run(input(parameters, roots)))
        .isEqualTo(Arrays.asList(1L, "o", null, true, List.of(1L), 4L, 3L, "undefined"));
  }

  @Test
  void shouldWaitForPromises() throws Exception {
    assertThat(js("return (async () => { await null; return 7 })()")).isEqualTo(7L);
    ActivityException rejected =
        failure(SCRIPT, Map.of("code", "return Promise.reject(new RangeError('no'))"));
    assertThat(rejected.type()).isEqualTo("script.RangeError");
    ActivityException pending = failure(SCRIPT, Map.of("code", "return new Promise(() => {})"));
    assertThat(pending).hasMessageContaining("never settled");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "null.x | script.TypeError",
        "nope | script.ReferenceError",
        "return } | script.SyntaxError",
        "throw 'words' | script.Error",
        "throw {code: 5} | script.Error",
        "throw null | script.Error",
        "class OutOfStock extends Error { name = 'OutOfStock' }; throw new OutOfStock('n')"
            + " | script.OutOfStock",
        "const e = new Error('n'); e.name = 'a b/c'; throw e | script.Error",
        "return 10n | script.TypeError",
        "const a = {}; a.a = a; return a | script.TypeError",
        "function f() { return f() + 1 } return f() | script.RangeError",
      })
  void shouldNameErrors(String code, String type) {
    ActivityException failure = failure(SCRIPT, Map.of("code", code));
    assertThat(failure.type()).isEqualTo(type);
    assertThat(failure.retryable()).isFalse();
  }

  @Test
  void shouldKeepTheMessageOfAnError() {
    assertThat(failure(SCRIPT, Map.of("code", "throw new Error('stock is 3')")))
        .hasMessage("stock is 3");
    assertThat(failure(SCRIPT, Map.of("code", "throw {code: 5}"))).hasMessage("{\"code\":5}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "while (true) {}",
        "for (;;) { try { while (true) {} } catch (e) {} finally { continue } }",
        "return /^(a+)+$/.test('a'.repeat(40) + 'b')",
        "while (true) 3n ** 300000n",
        "return (async () => { while (true) await null })()"
      })
  void shouldStopAtTheTimeLimit(String code) throws Exception {
    ActivityException failure = failure(SCRIPT, Map.of("code", code, "timeout", 1L));
    assertThat(failure.type()).isEqualTo("timeout");
    assertThat(failure.retryable()).isTrue();
  }

  @Test
  void shouldFreeTheThreadsAfterTimeouts() throws Exception {
    Map<String, Object> endless =
        Map.of("code", "while (true) {}", "timeout", new BigDecimal("0.2"));
    for (int i = 0; i < 2 * ScriptActivity.CONCURRENT_RUNS; i++) {
      assertThat(failure(SCRIPT, endless).type()).isEqualTo("timeout");
    }
    assertThat(js("return 1")).isEqualTo(1L);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "let a = []; while (true) a.push(new Array(1000).fill(1))",
        "let a = []; while (true) a.push('y'.repeat(100000) + a.length)",
        "return new Uint8Array(40 * 1024 * 1024).length"
      })
  void shouldStopAtTheMemoryLimit(String code) throws Exception {
    ActivityException failure = failure(SCRIPT, Map.of("code", code));
    assertThat(failure.type()).isEqualTo("resource_unavailable");
    assertThat(failure).hasMessageContaining("32 MiB");
    assertThat(js("return 1")).isEqualTo(1L);
  }

  @Test
  void shouldStartEveryScriptFromACleanEngine() throws Exception {
    String probe = "return [typeof leak, typeof [].map, JSON.stringify([1]), typeof input.leak]";
    List<String> dirty =
        List.of(
            "globalThis.leak = 1; Array.prototype.map = 5; JSON.stringify = () => '9'; return 1",
            "Object.prototype.leak = 1; Object.freeze(Array.prototype); return 1",
            "globalThis.leak = new Array(1e6).fill(7); return leak.length",
            "globalThis.leak = 1; throw new Error('x')");
    for (String code : dirty) {
      for (int i = 0; i < ScriptActivity.CONCURRENT_RUNS; i++) {
        try {
          js(code);
        } catch (ActivityException e) {
          assertThat(e.type()).isEqualTo("script.Error");
        }
      }
      assertThat(SCRIPT.run(input(Map.of("code", probe), Map.of("input", Map.of()))))
          .isEqualTo(List.of("undefined", "function", "[1]", "undefined"));
    }
  }

  @Test
  void shouldOfferNoWayToTheHost() throws Exception {
    assertThat(
            js(
                "return ['java_invoke', 'Javy', 'plugin', 'Java', 'require', 'process', 'fetch',"
                    + " 'millrace', 'std', 'os'].filter(n => n in globalThis)"))
        .isEqualTo(List.of());
    assertThat(failure(SCRIPT, Map.of("code", "return import('fs')")).type()).startsWith("script.");
  }

  @Test
  void shouldDropConsoleOutput() throws Exception {
    assertThat(js("for (let i = 0; i < 2000; i++) console.log('x'.repeat(1000)); return 'ok'"))
        .isEqualTo("ok");
  }

  @Test
  void shouldRefuseTooLargeCodeAndValues() throws Exception {
    String code = "/*" + "x".repeat(ScriptActivity.CODE_LIMIT) + "*/";
    assertThat(failure(SCRIPT, Map.of("code", code)).type()).isEqualTo("too_large");
    assertThat(failure(SCRIPT, Map.of("code", "return 'x'.repeat(4 * 1024 * 1024)")).type())
        .isEqualTo("too_large");
    assertThat(js("return 'x'.repeat(4 * 1024 * 1024 - 2)")).asString().hasSize(4_194_302);
    String big = "x".repeat(ScriptActivity.INPUT_LIMIT);
    assertThat(failure(SCRIPT, Map.of("code", "", "big", big)).type()).isEqualTo("too_large");
    String fits = "x".repeat(ScriptActivity.INPUT_LIMIT / 2);
    assertThat(run(SCRIPT, Map.of("code", "return params.big.length", "big", fits)))
        .isEqualTo((long) fits.length());
  }

  @Test
  void shouldRefuseOtherLanguages() {
    ActivityException failure = failure(SCRIPT, Map.of("code", "1", "language", "python"));
    assertThat(failure.type()).isEqualTo("constraint");
    assertThat(failure).hasMessageContaining("language not available: use js");
  }

  @Test
  void shouldRunManyScriptsAtOnce() throws Exception {
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<@Nullable Object>> answers = new ArrayList<>();
      for (long i = 0; i < 50; i++) {
        Map<String, Object> parameters = Map.of("code", "return params.n * 2", "n", i);
        answers.add(callers.submit(() -> run(SCRIPT, parameters)));
      }
      for (int i = 0; i < answers.size(); i++) {
        assertThat(answers.get(i).get()).isEqualTo(2L * i);
      }
    }
  }
}
