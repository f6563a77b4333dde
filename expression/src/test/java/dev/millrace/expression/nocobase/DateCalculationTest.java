package dev.millrace.expression.nocobase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.expression.ExpressionScope;
import dev.millrace.expression.JsonText;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DateCalculationTest {
  private final DateCalculation dates = new DateCalculation(new NocoBaseTemplates());
  private final ExpressionScope scope =
      Scopes.ofContext("{\"at\":\"2026-01-31T10:30:15.250Z\",\"n\":90}");

  private Outcome calculate(String json) {
    Map<String, Object> config = new LinkedHashMap<>();
    if (JsonText.read(json) instanceof Map<?, ?> map) {
      map.forEach((key, value) -> config.put(String.valueOf(key), value));
    }
    return dates.calculate(config, scope);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "add | {\"number\":1,\"unit\":\"month\"} | \"2026-02-28T10:30:15.250Z\"",
        "add | {\"number\":1.5,\"unit\":\"hour\"} | \"2026-01-31T12:00:15.250Z\"",
        "add | {\"number\":\"{{$context.n}}\",\"unit\":\"minute\"} | \"2026-01-31T12:00:15.250Z\"",
        "subtract | {\"number\":1,\"unit\":\"day\"} | \"2026-01-30T10:30:15.250Z\"",
        "subtract | {\"number\":1,\"unit\":\"quarter\"} | \"2025-10-31T10:30:15.250Z\"",
        "diff | {\"date\":\"2026-01-22T22:30:15.250Z\",\"unit\":\"day\"} | 8.5",
        "diff | {\"date\":\"2026-02-10T22:30:15.250Z\",\"unit\":\"day\"} | -10.5",
        "diff | {\"date\":\"2026-02-10T22:30:15.250Z\",\"unit\":\"day\",\"isAbs\":true} | 10.5",
        "diff | {\"date\":\"2026-01-22T22:30:15.250Z\",\"unit\":\"day\",\"round\":-1} | 8",
        "diff | {\"date\":\"2026-01-22T22:30:15.250Z\",\"unit\":\"day\",\"round\":0} | 9",
        "diff | {\"date\":\"2026-01-22T22:30:15.250Z\",\"unit\":\"day\",\"round\":1} | 9",
        "diff | {\"date\":\"2025-01-31T10:30:15.250Z\",\"unit\":\"year\"} | 1",
        "get | {\"unit\":\"year\"} | 2026",
        "get | {\"unit\":\"month\"} | 1",
        "get | {\"unit\":\"day\"} | 31",
        "get | {\"unit\":\"week\"} | 6",
        "get | {\"unit\":\"hour\"} | 10",
        "startOfTime | {\"unit\":\"month\"} | \"2026-01-01T00:00:00.000Z\"",
        "startOfTime | {\"unit\":\"isoWeek\"} | \"2026-01-26T00:00:00.000Z\"",
        "endOfTime | {\"unit\":\"day\"} | \"2026-01-31T23:59:59.999Z\"",
        "endOfTime | {\"unit\":\"quarter\"} | \"2026-03-31T23:59:59.999Z\"",
        "isLeapYear | {} | false",
        "format | {\"format\":\"YYYY/MM/DD HH:mm:ss.SSS [at] ddd\"} |"
            + " \"2026/01/31 10:30:15.250 at Sat\"",
        "get | {\"unit\":\"century\"} | 250",
        "toTimestamp | {} | 1769855415",
        "toTimestamp | {\"unit\":\"second\"} | 1769855415",
        "toTimestamp | {\"unit\":\"millisecond\"} | 1769855415250",
      })
  void shouldCalculateWithDates(String function, String arguments, String expected) {
    assertThat(
            calculate(
                "{\"input\":\"{{$context.at}}\",\"steps\":[{\"function\":\""
                    + function
                    + "\",\"arguments\":"
                    + arguments
                    + "}]}"))
        .isEqualTo(new Outcome.Value(JsonText.read(expected)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"inputType\":\"number\",\"input\":\"{{$context.n}}\",\"steps\":[{\"function\":"
            + "\"transDuration\",\"arguments\":{\"unitBefore\":\"minute\",\"unitAfter\":\"hour\"}}]}"
            + " | 1.5",
        "{\"inputType\":\"number\",\"input\":1769855415,\"steps\":[{\"function\":\"tsToDate\","
            + "\"arguments\":{\"unit\":\"second\"}}]} | \"2026-01-31T10:30:15.000Z\"",
        "{\"inputType\":\"number\",\"input\":1769855415,\"steps\":[{\"function\":\"tsToDate\"}]} |"
            + " \"2026-01-31T10:30:15.000Z\"",
        "{\"inputType\":\"number\",\"input\":12,\"steps\":[{\"function\":\"transDuration\","
            + "\"arguments\":{\"unitBefore\":\"month\",\"unitAfter\":\"day\"}}]} | 365",
        "{\"steps\":[]} | \"2026-11-21T09:45:55.000Z\"",
        "{\"input\":\"2026-01-31T23:00:00Z\",\"steps\":[{\"function\":\"changeTimezone\","
            + "\"arguments\":{\"timezone\":\"Asia/Tokyo\"}},{\"function\":\"format\",\"arguments\":"
            + "{\"format\":\"YYYY-MM-DD HH:mm Z\"}}]} | \"2026-02-01 08:00 +09:00\"",
      })
  void shouldCalculateInSteps(String config, String expected) {
    assertThat(calculate(config)).isEqualTo(new Outcome.Value(JsonText.read(expected)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"input\":\"no date\"} | Invalid input",
        "{\"inputType\":\"number\",\"input\":\"x\"} | Invalid input",
        "{\"steps\":[{\"function\":\"diff\",\"arguments\":{\"date\":\"zz\",\"unit\":\"day\"}}]} |"
            + " Error: Diff date [zz] is not a valid date",
        "{\"steps\":[{\"function\":\"format\"}]} | TypeError: [undefined] is not a string",
        "{\"steps\":[{\"function\":\"toTimestamp\",\"arguments\":{\"unit\":\"zz\"}}]} |"
            + " TypeError: [zz] is not valid, only accept second or millisecond",
        "{\"steps\":[{\"function\":\"transDuration\",\"arguments\":{\"unitBefore\":\"zz\"}}]} |"
            + " TypeError: [zz] is not a unit string",
        "{\"steps\":[{\"function\":\"nosuch\"}]} | TypeError: nosuch is not a function",
        "{\"steps\":[{\"function\":\"changeTimezone\",\"arguments\":{\"timezone\":\"Nowhere\"}}]} |"
            + " RangeError: Invalid time value",
        "{\"steps\":[{\"function\":\"add\",\"arguments\":{\"number\":1e300,\"unit\":\"year\"}}]} |"
            + " RangeError: cannot move a date by 1e+300",
      })
  void shouldSayWhatFailed(String config, String expected) {
    assertThat(calculate(config)).isEqualTo(new Outcome.Failed(expected));
  }
}
