package dev.millrace.activities.sql;

import static dev.millrace.activities.ActivityCalls.failure;
import static dev.millrace.activities.ActivityCalls.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.JsonValue;
import dev.millrace.runtime.activity.ActivityException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteDataSource;

@Timeout(60)
class DatabaseActivityTest {

  @TempDir Path folder;
  private DatabaseActivity database;
  private SQLiteDataSource source;

  @BeforeEach
  void create() throws Exception {
    source = new SQLiteDataSource();
    source.setUrl("jdbc:sqlite:" + folder.resolve("shop.db"));
    database = new DatabaseActivity(Map.of("shop", source, "archive", source));
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "create table item (id integer primary key, name text unique, price real, stock integer,"
              + " image blob)");
    }
  }

  private Map<String, @Nullable Object> call(
      String operation, String sql, @Nullable Object params) {
    Map<String, @Nullable Object> parameters = new LinkedHashMap<>();
    parameters.put("datasource", "shop");
    parameters.put("operation", operation);
    parameters.put("sql", sql);
    parameters.put("params", params);
    return parameters;
  }

  private @Nullable Object rows(String sql, Map<String, Object> params) throws Exception {
    return JsonValue.get(run(database, call("query", sql, params)), "rows");
  }

  private void insert(String name, Object price) throws Exception {
    run(
        database,
        call(
            "update",
            "insert into item (name, price) values (:name, :price)",
            Map.of("name", name, "price", price)));
  }

  @Test
  void shouldInsertAndQuery() throws Exception {
    Object inserted =
        run(
            database,
            call(
                "update",
                "insert into item (name, price, stock, image) values (:n, :p, :s, x'0102')",
                new LinkedHashMap<>(Map.of("n", "cup", "p", new BigDecimal("2.5"), "s", 7L))));
    assertThat(inserted).isEqualTo(Map.of("rows", List.of(), "count", 1L, "keys", List.of(1L)));
    Object found =
        run(database, call("query", "select * from item where price > :p", Map.of("p", 2L)));
    assertThat(found)
        .isEqualTo(
            Map.of(
                "rows",
                List.of(
                    Map.of(
                        "id",
                        1L,
                        "name",
                        "cup",
                        "price",
                        new BigDecimal("2.5"),
                        "stock",
                        7L,
                        "image",
                        "AQI=")),
                "count",
                1L,
                "keys",
                List.of()));
  }

  @Test
  void shouldCompareDecimalsAsNumbers() throws Exception {
    insert("cup", new BigDecimal("2.5"));
    assertThat(
            rows("select name from item where price + 0 < :p", Map.of("p", new BigDecimal("10.1"))))
        .isEqualTo(List.of(Map.of("name", "cup")));
  }

  @Test
  void shouldBindWhateverTheValueSays() throws Exception {
    insert("cup", 1L);
    String evil = "x' or 1=1; drop table item; --";
    assertThat(rows("select name from item where name = :n", Map.of("n", evil)))
        .isEqualTo(List.of());
    assertThat(rows("select :list as l, :map as m", Map.of("list", List.of(1L), "map", Map.of())))
        .isEqualTo(List.of(Map.of("l", "[1]", "m", "{}")));
  }

  @Test
  void shouldReadNullAndRowsOfAnUpdate() throws Exception {
    insert("cup", 1L);
    Object output =
        run(
            database,
            call("update", "update item set stock = :s returning id, image", Map.of("s", 1L)));
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("id", 1L);
    row.put("image", null);
    assertThat(JsonValue.get(output, "rows")).isEqualTo(List.of(row));
  }

  @Test
  void shouldCutTheRows() throws Exception {
    for (int i = 0; i < 3; i++) {
      insert("cup" + i, 1L);
    }
    Map<String, @Nullable Object> query = call("query", "select id from item order by id", null);
    query.put("maxRows", 2L);
    Object output = run(database, query);
    assertThat(JsonValue.get(output, "count")).isEqualTo(2L);
    assertThat(JsonValue.get(output, "truncated")).isEqualTo(true);
    query.put("maxRows", 3L);
    assertThat(JsonValue.get(run(database, query), "truncated")).isNull();
  }

  @Test
  void shouldRunABatchAsOneTransaction() throws Exception {
    String sql = "insert into item (name) values (:n)";
    Object output = run(database, call("batch", sql, List.of(Map.of("n", "a"), Map.of("n", "b"))));
    assertThat(JsonValue.get(output, "count")).isEqualTo(2L);
    ActivityException failure =
        failure(database, call("batch", sql, List.of(Map.of("n", "c"), Map.of("n", "a"))));
    assertThat(failure.type()).startsWith("sql.");
    assertThat(rows("select count(*) as n from item", Map.of()))
        .isEqualTo(List.of(Map.of("n", 2L)));
  }

  @Test
  void shouldNameSqlErrors() throws Exception {
    insert("cup", 1L);
    ActivityException unique =
        failure(database, call("update", "insert into item (name) values ('cup')", null));
    assertThat(unique.type()).isEqualTo("sql.19");
    assertThat(unique.retryable()).isFalse();
    assertThat(failure(database, call("query", "select * from nothing", null)).type())
        .isEqualTo("sql.1");
  }

  @Test
  void shouldWaitForABusyDatabase() throws Exception {
    try (Connection other = source.getConnection();
        Statement statement = other.createStatement()) {
      statement.execute("begin immediate");
      Map<String, @Nullable Object> update = call("update", "delete from item", null);
      update.put("timeout", 1L);
      ActivityException failure = failure(database, update);
      assertThat(failure.type()).isEqualTo("timeout");
      assertThat(failure.retryable()).isTrue();
    }
  }

  @Test
  void shouldStopAtTheTimeLimit() throws Exception {
    Map<String, @Nullable Object> endless =
        call(
            "query",
            "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n",
            null);
    endless.put("timeout", new BigDecimal("0.3"));
    ActivityException failure = failure(database, endless);
    assertThat(failure.type()).isEqualTo("timeout");
    assertThat(failure.retryable()).isTrue();
    insert("after", 1L);
  }

  @Test
  void shouldExplainBadParameters() {
    Map<String, @Nullable Object> query = call("query", "select :a", null);
    assertThat(failure(database, query)).hasMessageContaining("sql names the parameter :a");
    assertThat(failure(database, call("call", "x", null))).hasMessageContaining("not available");
    assertThat(failure(database, call("drop", "x", null)))
        .hasMessageContaining("query, update or batch");
    assertThat(failure(database, call("batch", "select 1", Map.of())))
        .hasMessageContaining("a list of");
    assertThat(failure(database, call("query", "select ?", null))).hasMessageContaining(":named");
    assertThat(failure(database, call("query", "", null)))
        .hasMessageContaining("\"sql\" is required");
    query.put("datasource", "shpo");
    ActivityException unknown = failure(database, query);
    assertThat(unknown.type()).isEqualTo("constraint");
    assertThat(unknown).hasMessageContaining("\"shpo\" is not known; known are archive, shop");
    assertThat(failure(new DatabaseActivity(Map.of()), query))
        .hasMessageContaining("none is configured");
  }

  @Test
  void shouldTurnOddNumbersIntoText() throws Exception {
    assertThat(
            Arrays.asList(SqlValues.json(Double.NaN), SqlValues.json(1.5f), SqlValues.json(null)))
        .isEqualTo(Arrays.asList("NaN", new BigDecimal("1.5"), null));
  }
}
