package dev.millrace.expression.nocobase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.engine.expression.ExpressionScope;
import dev.millrace.expression.nocobase.math.MathFunctions;
import dev.millrace.expression.nocobase.script.Formulas;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Arithmetic compared with the JVM, random text, and expressions that never end or grow. */
class EvaluationBoundsTest {
  private static final long SEED = 20261121;

  private static final String[] PIECES = {
    "1",
    "2.5",
    "1e308",
    "x",
    "{{$context.l}}",
    "{{$context.o}}",
    "{{$context.none}}",
    "'a'",
    "\"b\"",
    "`c${",
    "}`",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "+",
    "-",
    "*",
    "/",
    "%",
    "^",
    "!",
    "?",
    ":",
    "=>",
    "=",
    "==",
    "===",
    "<",
    ">=",
    "&&",
    "||",
    "??",
    "?.",
    ".",
    ",",
    ";",
    "...",
    " ",
    "\n",
    "'",
    "\"",
    "`",
    "\\",
    "/a/g",
    "#",
    "not",
    "and",
    "mod",
    "new",
    "typeof",
    "function",
    "return",
    "const",
    "if",
    "Date",
    "Math",
    "SUM",
    "IF",
    "VLOOKUP",
    "TEXT",
    "DATE",
    "REPT",
    "map",
    "reduce",
    "join",
    "length",
    "constructor",
    "__proto__",
    "sort",
    "matrix",
    "range",
    "zeros",
    "identity",
    "a:",
    "$$0",
    "0x",
    "1e",
    "\u00e9",
    "\uD83D\uDE00",
    "\u0000",
  };

  private final Calculations calculations = new Calculations(new NocoBaseTemplates());
  private final ExpressionScope scope = Scopes.ofContext("{\"l\":[3,1,2],\"o\":{\"a\":[1]}}");

  @Test
  void shouldEndRandomTextAsAValueOrAnError() {
    Random random = new Random(SEED);
    for (int i = 0; i < 6_000; i++) {
      StringBuilder text = new StringBuilder();
      int pieces = 1 + random.nextInt(12);
      for (int j = 0; j < pieces; j++) {
        text.append(PIECES[random.nextInt(PIECES.length)]);
      }
      String engine = i % 2 == 0 ? "math.js" : "formula.js";
      Outcome outcome = calculations.evaluate(engine, text.toString(), scope);
      if (outcome instanceof Outcome.Failed failed) {
        assertThat(failed.text())
            .as("%s of %s", engine, text)
            .matches("(?s)\\w*Error: (?!cannot be evaluated).+");
      }
    }
  }

  @Test
  void shouldCallEveryFunctionWithAnythingAndNeverThrow() {
    String[] arguments = {
      "",
      "null",
      "1",
      "-1,2",
      "'x','y'",
      "[1,2],[3,4],1",
      "[[1,2],[3,4]],2,1",
      "1e308,1e308,1e308",
      "'2026-01-31','2027-01-01','D'",
      "[],0,''",
      "{a:1},'a'",
      "x=>x,1",
      "[1,2],x=>x",
    };
    for (String name : Formulas.names()) {
      for (String given : arguments) {
        assertFor("formula.js", name + "(" + given + ")");
      }
    }
    for (String name : MathFunctions.names()) {
      for (String given : arguments) {
        assertFor("math.js", name + "(" + given + ")");
      }
    }
  }

  private void assertFor(String engine, String expression) {
    assertThat(calculations.evaluate(engine, expression, scope).toString())
        .as(expression)
        .doesNotContain("cannot be evaluated");
  }

  @Test
  void shouldCalculateAsTheJvm() {
    Random random = new Random(SEED);
    for (int i = 0; i < 2_000; i++) {
      Sum sum = Sum.of(random, 4);
      for (String engine : new String[] {"math.js", "formula.js"}) {
        Outcome outcome = calculations.evaluate(engine, sum.text, scope);
        if (Double.isFinite(sum.value)) {
          assertThat(outcome)
              .as("%s of %s", engine, sum.text)
              .isInstanceOfSatisfying(Outcome.Value.class, given -> isClose(given, sum.value));
        } else {
          assertThat(outcome).as("%s of %s", engine, sum.text).isEqualTo(new Outcome.Value(null));
        }
      }
    }
  }

  private static void isClose(Outcome.Value given, double expected) {
    assertThat(given.value())
        .isInstanceOfSatisfying(
            Number.class,
            number ->
                assertThat(number.doubleValue())
                    .isCloseTo(expected, within(1e-9 + Math.abs(expected) * 1e-12)));
  }

  private record Sum(String text, double value) {
    static Sum of(Random random, int depth) {
      if (depth == 0) {
        int number = random.nextInt(1, 100);
        return new Sum(Integer.toString(number), number);
      }
      Sum left = of(random, random.nextInt(depth));
      Sum right = of(random, random.nextInt(depth));
      return switch (random.nextInt(4)) {
        case 0 -> new Sum("(" + left.text + " + " + right.text + ")", left.value + right.value);
        case 1 -> new Sum("(" + left.text + " - " + right.text + ")", left.value - right.value);
        case 2 -> new Sum("(" + left.text + " * " + right.text + ")", left.value * right.value);
        default -> new Sum("(" + left.text + " / " + right.text + ")", left.value / right.value);
      };
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "REPT('x', 1e9)",
        "'x'.repeat(1e9)",
        "'x'.padStart(1e9)",
        "new Array(1e8)",
        "(f => f(f))(f => f(f))",
        "(f => f(f, [1]))((f, a) => f(f, [...a, ...a]))",
        "[1,2,3,4,5,6,7,8].map(a => [1,2,3,4,5,6,7,8].map(b => [1,2,3,4,5,6,7,8].map(c =>"
            + " [1,2,3,4,5,6,7,8].map(d => [1,2,3,4,5,6,7,8].map(e => [1,2,3,4,5,6,7,8].map(g =>"
            + " [1,2,3,4,5,6,7,8].map(h => 1)))))))",
        "NETWORKDAYS(DATE(0,1,1), DATE(9999,1,1))",
        "[[1,2],[3,4]].reduce((a) => [a,a], [1]) && (g => g(g, [1], 0))((g, a, n) => n > 40 ?"
            + " a.join() : g(g, [a, a], n + 1))",
        "JSON.stringify((g => g(g, [1], 0))((g, a, n) => n > 40 ? a : g(g, [a, a], n + 1)))",
        "(g => g(g, [1], 0))((g, a, n) => n > 40 ? a : g(g, [a, a], n + 1))",
      })
  void shouldStopFormulas(String expression) {
    assertThat(calculations.evaluate("formula.js", expression, scope))
        .isInstanceOf(Outcome.Failed.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1:1e9",
        "zeros(1e5, 1e5)",
        "identity(1e6)",
        "f(x) = f(x + 1); f(1)",
        "range(0, 1, 1e-12)",
        "isPrime(9007199254740881)",
        "map(1:1000, f(x) = sum(1:10000))",
      })
  void shouldStopCalculations(String expression) {
    assertThat(calculations.evaluate("math.js", expression, scope))
        .isInstanceOf(Outcome.Failed.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"(", "[", "-", "!", "1+(", "x=>", "`${", "{a:", "not ", "1^", "f("})
  void shouldRefuseDeepSources(String piece) {
    for (String engine : new String[] {"math.js", "formula.js"}) {
      assertThat(calculations.evaluate(engine, piece.repeat(3_000), scope))
          .isInstanceOf(Outcome.Failed.class);
    }
    assertThat(calculations.evaluate("math.js", "1+".repeat(20_000) + "1", scope))
        .isInstanceOf(Outcome.Failed.class);
  }
}
