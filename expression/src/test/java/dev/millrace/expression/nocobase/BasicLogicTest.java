package dev.millrace.expression.nocobase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.expression.ExpressionScope;
import dev.millrace.expression.JsonText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BasicLogicTest {
  private final BasicLogic logic = new BasicLogic(new NocoBaseTemplates());
  private final ExpressionScope scope =
      Scopes.ofContext("{\"n\":5,\"z\":null,\"at\":\"2026-11-21T09:45:55.000Z\"}");

  private Outcome test(String json) {
    return logic.test(JsonText.read(json), scope);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "equal | [\"1\",1] | true",
        "equal | [0,null] | false",
        "equal | [\"{{$context.none}}\",null] | true",
        "equal | [0,false] | true",
        "equal | [\"\",0] | true",
        "equal | [[1],1] | true",
        "notEqual | [1,2] | true",
        "gt | [\"10\",9] | true",
        "gt | [\"10\",\"9\"] | false",
        "gte | [5,\"{{$context.n}}\"] | true",
        "lt | [null,1] | true",
        "lte | [\"a\",1] | false",
        "includes | [\"abc\",\"b\"] | true",
        "includes | [[1,2],2] | true",
        "includes | [[1,2],\"2\"] | false",
        "notIncludes | [[1,2],3] | true",
        "startsWith | [\"abc\",\"ab\"] | true",
        "notStartsWith | [\"abc\",\"b\"] | true",
        "endsWith | [\"abc\",\"bc\"] | true",
        "notEndsWith | [\"abc\",\"bc\"] | false",
        "startsWith | [123,1] | true",
        "notEndsWith | [[1,2],\"2\"] | false",
        "equal | [\"{{$system.now}}\",\"{{$context.at}}\"] | true",
        "equal | [\"{{$system.now}}\",null] | false",
        "notEqual | [\"{{$system.now}}\",null] | true",
        "gt | [\"{{$system.now}}\",\"2026-01-01\"] | true",
        "lt | [\"{{$system.now}}\",true] | false",
      })
  void shouldCompareAsJavaScript(String calculator, String operands, boolean expected) {
    assertThat(test("{\"calculator\":\"" + calculator + "\",\"operands\":" + operands + "}"))
        .isEqualTo(new Outcome.Value(expected));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "null | true",
        "{} | true",
        "{\"calculator\":\"equal\"} | true",
        "{\"operands\":[1,2]} | true",
        "{\"group\":{\"type\":\"and\",\"calculations\":[]}} | true",
        "{\"group\":{\"type\":\"or\",\"calculations\":[]}} | false",
        "{\"group\":{\"type\":\"or\",\"calculations\":[{\"calculator\":\"equal\",\"operands\":[1,2]},"
            + "{\"group\":{\"type\":\"and\",\"calculations\":[{\"calculator\":\"lt\",\"operands\":[1,2]}]}}]}}"
            + " | true",
      })
  void shouldJoinGroups(String calculation, boolean expected) {
    assertThat(test(calculation)).isEqualTo(new Outcome.Value(expected));
  }

  @Test
  void shouldSayWhatFailed() {
    assertThat(test("{\"calculator\":\"near\",\"operands\":[1,2]}"))
        .isEqualTo(new Outcome.Failed("Error: no calculator function registered for \"near\""));
    assertThat(test("{\"calculator\":\"includes\",\"operands\":[null,2]}"))
        .isEqualTo(
            new Outcome.Failed("TypeError: Cannot read properties of null (reading 'includes')"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "startsWith | [null,1] | TypeError: Cannot read properties of null (reading 'toString')",
        "endsWith | [\"null\",null] | TypeError: Cannot read properties of null (reading 'toString')",
        "includes | [12,2] | TypeError: a.includes is not a function",
      })
  void shouldNotTakeNothingForText(String calculator, String operands, String error) {
    assertThat(test("{\"calculator\":\"" + calculator + "\",\"operands\":" + operands + "}"))
        .isEqualTo(new Outcome.Failed(error));
  }
}
