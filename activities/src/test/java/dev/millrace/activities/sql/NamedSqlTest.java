package dev.millrace.activities.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NamedSqlTest {

  @Test
  void shouldReplaceNamedParameters() {
    NamedSql sql = NamedSql.parse("select * from t where a=:a and b in (:b_1,:a)");
    assertThat(sql.sql()).isEqualTo("select * from t where a=? and b in (?,?)");
    assertThat(sql.names()).isEqualTo(List.of("a", "b_1", "a"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "select ':a'",
        "select 'it''s :a'",
        "select \":a\" from `:b`",
        "select 1 -- :a ?\n + 2",
        "select 1 -- :a",
        "select /* :a ; ? */ 1",
        "select x::text, y::int4 from t",
        "select $$ :a ' $$, $tag$ :b $$ $tag$",
        "select a ?? 'k'",
        "select 'a;b'",
        "select a : 1",
        "select $1x"
      })
  void shouldLeaveTheRestAlone(String text) {
    NamedSql sql = NamedSql.parse(text);
    assertThat(sql.sql()).isEqualTo(text);
    assertThat(sql.names()).isEmpty();
  }

  @Test
  void shouldTakeACastOfAParameter() {
    NamedSql sql = NamedSql.parse("select :a::text ; -- end");
    assertThat(sql.sql()).isEqualTo("select ?::text  -- end");
    assertThat(sql.names()).isEqualTo(List.of("a"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "select ? | :named parameters only",
        "select 1; drop table t | one statement",
        "select \"a | a quote does not end",
        "select /* a | a comment does not end",
        "select $x$ a | text quoted by $x$ does not end"
      })
  void shouldExplainWhatItRefuses(String text, String reason) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NamedSql.parse(text))
        .withMessageContaining(reason);
  }
}
