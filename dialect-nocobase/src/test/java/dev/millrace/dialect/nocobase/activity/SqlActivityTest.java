package dev.millrace.dialect.nocobase.activity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.runtime.activity.Activity;
import dev.millrace.runtime.activity.ActivityInput;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the database is asked for a node of SQL. */
class SqlActivityTest {

  /** Keeps what it is asked, and answers with a row. */
  private static final class Asked implements Activity {
    private Map<String, @Nullable Object> parameters = Map.of();

    @Override
    public String name() {
      return "database-handler";
    }

    @Override
    public Object run(ActivityInput input) {
      parameters = input.parameters();
      return Map.of("rows", List.of(Map.of("a", 1L)), "count", 1L);
    }
  }

  private final Asked asked = new Asked();

  private @Nullable Object run(String sql, Map<String, @Nullable Object> variables)
      throws Exception {
    Map<String, @Nullable Object> config = new LinkedHashMap<>();
    config.put("sql", sql);
    config.put("variables", variables);
    return new SqlActivity(asked).run(new ActivityInput(config, Map.of(), "key", 1, Duration.ZERO));
  }

  @Test
  void shouldGiveTheRowsOfEveryStatement() throws Exception {
    for (String sql :
        List.of(
            "select 1 as a",
            "-- a comment\nselect 1 as a",
            "/* c */ (select 1 as a)",
            "with x as (select 1 as a) select a from x",
            "pragma user_version")) {
      assertThat(run(sql, Map.of())).as(sql).isEqualTo(List.of(Map.of("a", 1L)));
      assertThat(asked.parameters.get("operation")).as(sql).isEqualTo("update");
    }
    run("insert into t(a) values (1) returning a", Map.of());
    assertThat(asked.parameters.get("operation")).isEqualTo("query");
    run("insert into t(a) values ('returning') -- returning", Map.of());
    assertThat(asked.parameters.get("operation")).isEqualTo("update");
  }

  @Test
  void shouldBindEachValueOfAList() throws Exception {
    Map<String, @Nullable Object> variables = new LinkedHashMap<>();
    variables.put("l", Arrays.asList(1L, null));
    variables.put("none", List.of());
    variables.put("x", "y");
    run("select a::text from t where a in (:l) and ':l' <> :x and b in (:none)", variables);
    assertThat(asked.parameters.get("sql"))
        .isEqualTo(
            "select a::text from t where a in (:l__0, :l__1) and ':l' <> :x and b in (NULL)");
    Map<String, @Nullable Object> bound = new LinkedHashMap<>(variables);
    bound.put("l__0", 1L);
    bound.put("l__1", null);
    assertThat(asked.parameters.get("params")).isEqualTo(bound);
  }
}
