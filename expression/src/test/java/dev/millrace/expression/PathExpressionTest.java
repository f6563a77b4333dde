package dev.millrace.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.expression.ExpressionException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathExpressionTest {

  private static final String FAMILY =
      """
      {"name": {"first": "Tom", "last": "Anderson"},
       "age": 37,
       "children": ["Sara", "Alex", "Jack"],
       "fav.movie": "Deer Hunter",
       "friends": [
         {"first": "Dale", "last": "Murphy", "age": 44, "nets": ["ig", "fb", "tw"]},
         {"first": "Roger", "last": "Craig", "age": 68, "nets": ["fb", "tw"]},
         {"first": "Jane", "last": "Murphy", "age": 47, "nets": ["ig", "tw"]}],
       "vals": [{"a": 1, "b": "data"}, {"a": 2, "b": true}, {"a": 3, "b": false},
                {"a": 4, "b": "0"}, {"a": 5, "b": 0}, {"a": 6, "b": "1"}, {"a": 7, "b": 1},
                {"a": 8, "b": "true"}, {"a": 9, "b": null}, {"a": 10}],
       "text": "  padded  ",
       "json": "{\\"x\\":[1,2]}",
       "price": 1.10,
       "none": null}
      """;

  private static @Nullable Object at(String path) {
    return PathExpression.parse("input." + path).evaluate(TestingScope.ofJson("input", FAMILY));
  }

  private static String json(String path) {
    return JsonText.write(at(path));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "name.last; \"Anderson\"",
        "age; 37",
        "children; [\"Sara\",\"Alex\",\"Jack\"]",
        "children.#; 3",
        "children.1; \"Alex\"",
        "child*.2; \"Jack\"",
        "c?ildren.0; \"Sara\"",
        "fav\\.movie; \"Deer Hunter\"",
        "friends.#.first; [\"Dale\",\"Roger\",\"Jane\"]",
        "friends.1.last; \"Craig\"",
        "friends.#.nets.0; [\"ig\",\"fb\",\"ig\"]",
        "friends.#.nets.#; [3,2,2]",
        "friends.#.missing; []",
      })
  void shouldFollowNamesPositionsAndWildcards(String path, String expected) {
    assertThat(json(path)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "friends.#(last==\"Murphy\").first; \"Dale\"",
        "friends.#(last==Murphy).first; \"Dale\"",
        "friends.#(last = \"Craig\").first; \"Roger\"",
        "friends.#(last==\"Murphy\")#.first; [\"Dale\",\"Jane\"]",
        "friends.#(last!=\"Murphy\")#.first; [\"Roger\"]",
        "friends.#(age>45)#.last; [\"Craig\",\"Murphy\"]",
        "friends.#(age>=47)#.last; [\"Craig\",\"Murphy\"]",
        "friends.#(age<47)#.first; [\"Dale\"]",
        "friends.#(age<=47)#.first; [\"Dale\",\"Jane\"]",
        "friends.#(first%\"D*\").last; \"Murphy\"",
        "friends.#(first!%\"D*\").last; \"Craig\"",
        "friends.#(nets.#(==\"fb\"))#.first; [\"Dale\",\"Roger\"]",
        "friends.#(nets.0==\"ig\")#.first; [\"Dale\",\"Jane\"]",
        "friends.#(age>45)#|0.first; \"Roger\"",
        "friends.#(age>45)#|#; 2",
        "friends.#(age>100)#; []",
        "friends.#(name)#; []",
        "friends.#(first)#.age; [44,68,47]",
        "children.#(!%\"*a*\"); \"Alex\"",
        "children.#(%\"J*\"); \"Jack\"",
        "children.#(>\"K\")#; [\"Sara\"]",
      })
  void shouldQueryLists(String path, String expected) {
    assertThat(json(path)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "vals.#(b==~true)#.a; [2,6,7,8]",
        "vals.#(b==~false)#.a; [3,4,5,9,10]",
        "vals.#(b==~null)#.a; [9,10]",
        "vals.#(b!=~*)#.a; [10]",
        "vals.#(b==null)#.a; [9]",
        "vals.#(b==true)#.a; [2]",
        "vals.#(b==1)#.a; [7]",
        "vals.#(b!=1)#.a; [1,2,3,4,5,6,8,9]",
      })
  void shouldTurnValuesIntoTruth(String path, String expected) {
    assertThat(json(path)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "children|@reverse; [\"Jack\",\"Alex\",\"Sara\"]",
        "children.@reverse.0; \"Jack\"",
        "name.@reverse; {\"last\":\"Anderson\",\"first\":\"Tom\"}",
        "name.@keys; [\"first\",\"last\"]",
        "name.@values; [\"Tom\",\"Anderson\"]",
        "text.@trim; \"padded\"",
        "name.first.@case:upper; \"TOM\"",
        "name.first|@case:lower; \"tom\"",
        "name.@tostr; \"{\\\"first\\\":\\\"Tom\\\",\\\"last\\\":\\\"Anderson\\\"}\"",
        "json.@fromstr.x.1; 2",
        "children.@this.#; 3",
        "friends.#.first.@case:upper; [\"DALE\",\"ROGER\",\"JANE\"]",
        "friends.#.first|@reverse; [\"Jane\",\"Roger\",\"Dale\"]",
      })
  void shouldModify(String path, String expected) {
    assertThat(json(path)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nope",
        "name.first.x",
        "children.9",
        "children.-1",
        "children.x",
        "children.99999999999",
        "age.#",
        "none.x",
        "none",
        "name.#(a==1)",
        "age.@keys",
        "name.1"
      })
  void shouldGiveNullForWhatIsMissing(String path) {
    assertThat(at(path)).isNull();
  }

  @Test
  void shouldKeepDigitsOfDecimals() {
    assertThat(at("price")).isEqualTo(new BigDecimal("1.10"));
  }

  @Test
  void shouldReadNodesWithHyphensInTheirNames() {
    TestingScope scope =
        TestingScope.ofJson(
            "task-3udfizra",
            """
            {"output": {"id": 7}, "0": {"input": {"a": "x"}},
             "runtimes": [{"output": {"list": [1, 2, 3]}}]}
            """);

    assertThat(PathExpression.parse("task-3udfizra.output.id").evaluate(scope)).isEqualTo(7L);
    assertThat(PathExpression.parse("task-3udfizra.0.input.a").evaluate(scope)).isEqualTo("x");
    assertThat(PathExpression.parse(" task-3udfizra.runtimes.0.output.list.# ").evaluate(scope))
        .isEqualTo(3L);
    assertThat(PathExpression.parse("other.output").evaluate(scope)).isNull();
  }

  @Test
  void shouldGiveWholeRoots() {
    assertThat(PathExpression.parse("input").evaluate(TestingScope.of("input", List.of(1L))))
        .isEqualTo(List.of(1L));
    assertThat(PathExpression.parse("input|@keys").evaluate(TestingScope.of("input", Map.of())))
        .isEqualTo(List.of());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "` `; expected a name",
        "a..b; expected a name before '.'",
        "a.; expected a name",
        ".a; expected a name before '.'",
        "a.#(b==1; expected ')'",
        "a.#(b==); expected a value after the operator",
        "a.#(b!1); expected != or !%",
        "a.#(b==\"x); expected ')'",
        "a.#(b==~maybe); expected ~true",
        "a.@shout; expected @reverse",
        "a.@case:title; expected @case:upper",
        "a.b\\; expected a character after the backslash",
        "a.#(b==1)x; expected '.' or '|'",
        "*.a; expected the name of a root",
        "#.a; expected the name of a root",
      })
  void shouldSayWhatIsWrongWithAPath(String path, String message) {
    assertThatThrownBy(() -> PathExpression.parse(path))
        .isInstanceOf(ExpressionException.class)
        .hasMessageContaining(message);
  }

  @Test
  void shouldRefuseHostilePaths() {
    assertThatThrownBy(() -> PathExpression.parse("a." + "#(".repeat(1_000) + ")".repeat(1_000)))
        .hasMessageContaining("nest deeper");
    assertThatThrownBy(() -> PathExpression.parse("a".repeat(5_000)))
        .hasMessageContaining("at most 4096");
  }

  @Test
  void shouldMatchWildcardsWithoutBacktrackingFarBack() {
    assertThat(Glob.matches("a*".repeat(500) + "b", "a".repeat(5_000))).isFalse();
    assertThat(Glob.matches("*a?c*", "xxabcx")).isTrue();
    assertThat(Glob.matches("a\\*", "a*")).isTrue();
    assertThat(Glob.matches("a\\*", "ab")).isFalse();
    assertThat(Glob.matches("", "")).isTrue();
  }
}
