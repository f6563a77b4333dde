package dev.millrace.expression.nocobase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.expression.JsonText;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonQueriesTest {
  private static final String SOURCE =
      """
      {"items":[{"n":"a","price":5,"tag":{"x":1}},{"n":"b","price":15,"tag":{"x":2}}],"total":20}
      """;

  private final JsonQueries queries = new JsonQueries();

  private Outcome query(String engine, String expression) {
    return queries.query(engine, JsonText.read(SOURCE), expression, null, Scopes.empty().scope());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "jmespath # total # 20",
        "jmespath # items[*].n # [\"a\",\"b\"]",
        "jmespath # items[?price > `10`].n # [\"b\"]",
        "jmespath # sum(items[].price) # 20",
        "jmespath # nosuch # null",
        "jmespath # {n: length(items), t: total} # {\"n\":2,\"t\":20}",
        "jmespath # sort_by(items, &price)[-1].n # \"b\"",
        "jsonpathplus # $.total # 20",
        "jsonpathplus # $.items[*].n # [\"a\",\"b\"]",
        "jsonpathplus # $.items[?(@.price > 10)].n # [\"b\"]",
        "jsonpathplus # $..x # [1,2]",
        "jsonpathplus # $.items[0,1].price # [5,15]",
        "jsonpathplus # $.items[-1:].n # [\"b\"]",
        "jsonpathplus # $.items[(@.length-1)].n # \"b\"",
        "jsonpathplus # $.items[0]['n','price'] # [\"a\",5]",
        "jsonpathplus # $.items[0].tag^.n # \"a\"",
        "jsonpathplus # $.items[0].tag # {\"x\":1}",
        "jsonpathplus # $.items[?(@.price > 99)] # null",
        "jsonpathplus # $.items[0:1].n # [\"a\"]",
        "jsonpathplus # $..total # 20",
        "jsonpathplus # $.items[0].*~ # [\"n\",\"price\",\"tag\"]",
        "jsonpathplus # $.items[?(@property > 0)].n # [\"b\"]",
        "jsonpathplus # $.items[0].*@number() # [5]",
        "jsonpathplus # $.items..*@string() # [\"a\",\"b\"]",
        "jsonpathplus # $.nosuch # null",
        "jsonpathplus # total # 20",
        "jsonata # total # 20",
        "jsonata # $sum(items.price) # 20",
        "jsonata # items[price > 10].n # \"b\"",
        "jsonata # nosuch # null",
      })
  void shouldQuery(String engine, String expression, String expected) {
    assertThat(query(engine, expression)).isEqualTo(new Outcome.Value(JsonText.read(expected)));
  }

  @Test
  void shouldSayWhatFailed() {
    assertThat(query("jmespath", "items[")).isInstanceOf(Outcome.Failed.class);
    assertThat(((Outcome.Failed) query("jmespath", "items[")).text())
        .startsWith("name: ParserError\nmessage: ");
    assertThat(query("jsonata", "items[")).isInstanceOf(Outcome.Failed.class);
    assertThat(query("jsonpathplus", "$.items[?(")).isInstanceOf(Outcome.Failed.class);
    assertThat(query("nosuch", "x"))
        .isEqualTo(new Outcome.Failed("name: Error\nmessage: unknown query engine \"nosuch\""));
  }

  @Test
  void shouldKeepWhatTheModelNames() {
    List<Map<String, String>> model =
        List.of(Map.of("path", "tag.x"), Map.of("path", "n", "alias", "name"));
    assertThat(
            queries.query(
                "jmespath",
                JsonText.read(SOURCE),
                "@",
                List.of(Map.of("path", "items[1].tag.x", "alias", "x")),
                Scopes.empty().scope()))
        .isEqualTo(new Outcome.Value(JsonText.read("{\"x\":2}")));
    assertThat(
            queries.query(
                "jmespath", JsonText.read(SOURCE), "items", model, Scopes.empty().scope()))
        .isEqualTo(
            new Outcome.Value(
                JsonText.read("[{\"tag_x\":1,\"name\":\"a\"},{\"tag_x\":2,\"name\":\"b\"}]")));
  }

  @Test
  void shouldBoundQueriesThatGrow() {
    String doubling = "[@,@][]" + " | [@,@][]".repeat(30);
    Object list = JsonText.read("[1,2,3,4]");
    assertThat(queries.query("jmespath", list, doubling, null, Scopes.empty().scope()))
        .isInstanceOf(Outcome.Failed.class);
    assertThat(
            queries.query(
                "jsonpathplus",
                JsonText.read("[1]"),
                "$" + "[0,0]^".repeat(30),
                null,
                Scopes.empty().scope()))
        .isInstanceOf(Outcome.Failed.class);
  }
}
