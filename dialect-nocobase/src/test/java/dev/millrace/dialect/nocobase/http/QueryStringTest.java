package dev.millrace.dialect.nocobase.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.transport.Problem;
import dev.millrace.transport.json.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QueryStringTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a=1&b=x%20y|{\"a\":\"1\",\"b\":\"x y\"}",
        "a[]=1&a[]=2|{\"a\":[\"1\",\"2\"]}",
        "a[1]=y&a[0]=x|{\"a\":[\"x\",\"y\"]}",
        "a=1&a=2&a=3|{\"a\":[\"1\",\"2\",\"3\"]}",
        "filter[status]=0|{\"filter\":{\"status\":\"0\"}}",
        "filter%5Btitle%5D%5B%24includes%5D=a|{\"filter\":{\"title\":{\"$includes\":\"a\"}}}",
        "filter[$and][0][a]=1&filter[$and][1][b]=2"
            + "|{\"filter\":{\"$and\":[{\"a\":\"1\"},{\"b\":\"2\"}]}}",
        "filter[status]|{\"filter\":{\"status\":null}}",
        "filter[status]=|{\"filter\":{\"status\":\"\"}}",
        "a[]=1&a=2|{\"a\":[\"1\",\"2\"]}",
        "&&|{}",
      })
  void shouldReadBrackets(String query, String json) {
    assertThat(Json.writeText(QueryString.parse(query))).isEqualTo(json);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a[b=1", "a[b]c=1", "a=1&a[b]=2"})
  void shouldRefuseWhatCannotBeRead(String query) {
    assertThatThrownBy(() -> QueryString.parse(query)).isInstanceOf(Problem.class);
  }

  @Test
  void shouldBoundDepthAndCount() {
    assertThatThrownBy(() -> QueryString.parse("a" + "[b]".repeat(21) + "=1"))
        .hasMessageContaining("at most 20 brackets");
    assertThatThrownBy(() -> QueryString.parse("a=1&".repeat(1_001)))
        .hasMessageContaining("at most 1000 query parameters");
  }
}
