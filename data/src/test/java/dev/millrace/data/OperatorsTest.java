package dev.millrace.data;

import static dev.millrace.data.Fixture.list;
import static dev.millrace.data.Fixture.map;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every operator over the same six rows, named by their titles a to f; f has nothing but that. */
@NullUnmarked // Tests give null wherever a caller might.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OperatorsTest {

  @TempDir static Path folder;
  private Database database;

  DatabaseSettings.Location place(Path folder) {
    return Fixture.sqlite(folder);
  }

  @BeforeAll
  void fill() {
    database = Fixture.open(place(folder));
    Fixture.blog(database);
    post(
        "a",
        "Hello World",
        1,
        1.5,
        true,
        "2026-11-21T09:00:00Z",
        list("x", "y"),
        map("n", 1, "s", "one"));
    post(
        "b",
        "hello % under_score",
        2,
        2.5,
        false,
        "2026-11-20T23:30:00Z",
        list("x"),
        map("n", 2, "t", true));
    post(
        "c",
        "ÄRGER",
        3,
        -1.0,
        true,
        "2026-10-31T23:59:59.999Z",
        list(),
        map("deep", map("list", list("p", "q"))));
    post("d", "", 4, 0.0, false, "2025-01-01T00:00:00Z", list("y", "x"), map("n", "1", "t", false));
    post("e", "World", 5, 1e10, null, "2026-11-16T00:00:00Z", list("z"), map("n", null));
    Fixture.create(database, "posts", "title", "f", "reads", null);
    update(
        "a",
        "tags",
        list(map("name", "red"), map("name", "green")),
        "comments",
        list(map("text", "one"), map("text", "two")));
    update("b", "tags", list(map("id", 1)));
    update("c", "comments", list(map("text", null)));
  }

  private void post(
      String title,
      String body,
      int reads,
      double score,
      Object done,
      String at,
      Object labels,
      Object meta) {
    Fixture.create(
        database,
        "posts",
        "title",
        title,
        "body",
        body,
        "reads",
        reads,
        "score",
        score,
        "done",
        done,
        "at",
        at,
        "local",
        at.substring(0, 19).replace('T', ' '),
        "day",
        at.substring(0, 10),
        "labels",
        labels,
        "meta",
        meta);
  }

  private void update(String title, Object... values) {
    database
        .records("posts")
        .update(Query.where(map("title", title)), map(values), WriteContext.NONE);
  }

  @AfterAll
  void close() {
    database.close();
  }

  record Case(Object filter, String expected, ZoneId zone) {
    Case in(String zone) {
      return new Case(filter, expected, ZoneId.of(zone));
    }

    @Override
    public String toString() {
      return Json.write(filter)
          + " -> "
          + expected
          + (zone.equals(ZoneOffset.UTC) ? "" : " in " + zone);
    }
  }

  private static Case it(String expected, Object... filter) {
    return new Case(map(filter), expected, ZoneOffset.UTC);
  }

  /** One operator of one field. */
  private static Case op(String expected, String field, String operator, Object operand) {
    return it(expected, field, map(operator, operand));
  }

  static Stream<Case> comparisons() {
    return Stream.of(
        new Case(null, "abcdef", ZoneOffset.UTC),
        new Case(5, "abcdef", ZoneOffset.UTC),
        new Case(list(), "abcdef", ZoneOffset.UTC),
        it("abcdef"),
        // A URL has no other word for it.
        it("f", "reads", "null"),
        op("f", "reads", "$eq", "null"),
        op("abcde", "reads", "$ne", "null"),
        it("ef", "done", "null"),
        it("", "title", "null"),
        it("b", "title", "b"),
        it("bd", "title", list("b", "d")),
        it("f", "body", null),
        it("b", "reads", "2"),
        it("ac", "done", "true"),
        it("ac", "done", 1),
        op("b", "reads", "$eq", 2),
        op("bc", "reads", "$eq", list(2, "3")),
        op("f", "reads", "$eq", null),
        op("acdef", "reads", "$ne", 2),
        it("acdef", "reads.$ne", 2),
        op("adef", "reads", "$ne", list(2, 3)),
        op("abcde", "reads", "$ne", null),
        op("de", "reads", "$gt", 3),
        op("cde", "reads", "$gte", "3"),
        op("abcde", "reads", "$gte", -1.5),
        op("ab", "reads", "$lt", 2.5),
        op("ab", "reads", "$lte", 2),
        op("f", "reads", "$is", null),
        op("ac", "done", "$is", true),
        op("ab", "reads", "$in", list(1, 2)),
        op("a", "reads", "$in", 1),
        op("af", "reads", "$in", list(1, null)),
        op("", "reads", "$in", list()),
        op("cdef", "reads", "$notIn", list(1, 2)),
        op("cde", "reads", "$notIn", list(1, 2, null)),
        op("abcdef", "reads", "$notIn", list()),
        op("bcd", "reads", "$between", list(2, 4)),
        op("ae", "reads", "$notBetween", list(2, 4)),
        op("acdef", "reads", "$not", 2),
        op("abcde", "reads", "$not", null),
        op("abe", "reads", "$not", map("$between", list(3, 4))),
        op("ae", "reads", "$or", list(map("$lt", 2), map("$gt", 4))),
        op("bc", "reads", "$and", list(map("$gt", 1), map("$lt", 4))),
        it("c", "reads", map("$gt", 2, "$lt", 4)),
        op("e", "score", "$gt", 1_000_000),
        op("a", "score", "$eq", "1.5"),
        op("def", "title", "$gt", "c"));
  }

  static Stream<Case> texts() {
    return Stream.of(
        op("ab", "body", "$includes", "HELLO"),
        op("abe", "body", "$includes", list("under_", "world")),
        op("b", "body", "$includes", "%"),
        op("c", "body", "$includes", "ärg"),
        op("cde", "body", "$notIncludes", "hello"),
        op("cd", "body", "$notIncludes", list("hello", "world")),
        op("a", "body", "$substring", "o w"),
        op("ab", "body", "$startsWith", "hello"),
        op("c", "body", "$startsWith", "ä"),
        op("cde", "body", "$notStartsWith", "hello"),
        op("ae", "body", "$endWith", "WORLD"),
        op("ae", "body", "$endsWith", "world"),
        op("bcd", "body", "$notEndWith", "world"),
        op("a", "body", "$like", "Hello%"),
        op("a", "body", "$like", "H_llo World"),
        op("b", "body", "$like", "%\\%%"),
        op("", "body", "$like", "hello"),
        op("bcde", "body", "$notLike", "Hello%"),
        op("ab", "body", "$iLike", "HELLO%"),
        op("cde", "body", "$notILike", "HELLO%"),
        op("ae", "body", "$regexp", "W[a-z]+d$"),
        op("bcd", "body", "$notRegexp", "W[a-z]+d$"),
        op("ab", "body", "$iRegexp", "^hello"),
        op("cde", "body", "$notIRegexp", "^hello"),
        op("bcdef", "title", "$notIncludes", "a"),
        op("", "title", "$empty", true),
        op("f", "body", "$empty", true),
        op("abcde", "body", "$notEmpty", true),
        op("cf", "labels", "$empty", true),
        op("abde", "labels", "$notEmpty", true),
        op("f", "meta", "$empty", true),
        op("abcde", "reads", "$exists", true),
        op("f", "reads", "$notExists", true),
        op("ac", "done", "$isTruly", true),
        op("bdef", "done", "$isFalsy", true),
        op("a", "reads", "$includes", "1"));
  }

  static Stream<Case> logic() {
    return Stream.of(
        it("b", "$and", list(map("reads", 2), map("done", false))),
        it("", "$and", list(map("reads", 2), map("reads", 3))),
        it("bc", "$or", list(map("reads", 2), map("reads", 3))),
        it("abcdef", "$and", list()),
        it("", "$or", list()),
        it("acde", "$not", map("reads", 2)),
        it("acde", "$not", list(map("reads", 2))),
        it("", "$not", map()),
        it(
            "abcd",
            "$or",
            list(
                map("reads", map("$lt", 3)),
                map("$and", list(map("reads", map("$gte", 3)), map("reads.$lte", 4))))),
        it("d", "reads", 4, "done", false),
        it("bd", "$and", map("done", false)));
  }

  static Stream<Case> json() {
    return Stream.of(
        it("a", "meta.n", 1),
        it("a", "meta", map("n", 1)),
        it("ad", "meta.n", "1"),
        op("b", "meta.n", "$gt", 1),
        op("ad", "meta.n", "$in", list("1")),
        op("abd", "meta.n", "$in", list("1", 2)),
        it("b", "meta.t", true),
        it("d", "meta.t", false),
        op("acdef", "meta.t", "$ne", true),
        it("cef", "meta.n", null),
        op("a", "meta.s", "$includes", "ON"),
        it("c", "meta.deep.list.1", "q"),
        it("c", "meta", map("deep", map("list", map("0", "p")))),
        op("c", "meta.deep.list", "$anyOf", list("q")),
        op("ab", "meta.n", "$between", list(1, 2)),
        it("abd", "meta.n.$exists", true),
        op("ad", "labels", "$match", list("x", "y")),
        op("c", "labels", "$match", list()),
        op("ad", "labels", "$eq", list("y", "x")),
        op("bcef", "labels", "$notMatch", list("x", "y")),
        op("abd", "labels", "$anyOf", list("x")),
        op("abde", "labels", "$anyOf", list("x", "z")),
        op("abd", "labels", "$anyOf", "x"),
        op("cef", "labels", "$noneOf", list("x")),
        op("cf", "labels", "$arrayEmpty", true),
        op("abde", "labels", "$arrayNotEmpty", true));
  }

  static Stream<Case> dates() {
    return Stream.of(
        op("a", "at", "$dateOn", "2026-11-21"),
        op("ab", "at", "$dateOn", "2026-11-21").in("+08:00"),
        op("abe", "at", "$dateOn", "2026-11"),
        op("abce", "at", "$dateOn", "2026"),
        op("abce", "at", "$dateOn", "2026Q4"),
        op("abe", "at", "$dateOn", "2026W47"),
        op("abe", "at", "$dateOn", "2026w47+00:00"),
        op("a", "at", "$dateOn", "2026-11-21+00:00"),
        op("a", "at", "$dateOn", "2026-11-21 09"),
        op("b", "at", "$dateOn", "2026-11-20 23:30"),
        op("b", "at", "$dateOn", "2026-11-20 23:30:00"),
        op("c", "at", "$dateOn", "2026-10-31 23:59:59"),
        op("c", "at", "$dateOn", "2026-10-31T23:59:59.999Z"),
        op("bcde", "at", "$dateNotOn", "2026-11-21"),
        op("cd", "at", "$dateBefore", "2026-11"),
        op("abe", "at", "$dateNotBefore", "2026-11"),
        op("ab", "at", "$dateAfter", "2026-11-16"),
        op("cde", "at", "$dateNotAfter", "2026-11-16"),
        op("be", "at", "$dateBetween", list("2026-11-16", "2026-11-20")),
        op("e", "at", "$dateBetween", "[2026-11-16,2026-11-20)"),
        op("b", "at", "$dateBetween", "(2026-11-16,2026-11-20]+00:00"),
        op("abe", "at", "$dateBetween", list("2026-11-15", "2026-11-22", "[)", "+00:00")),
        op("d", "at", "$dateBetween", "2025"),
        op("a", "at", "$dateOn", map("type", "today")),
        op("b", "at", "$dateOn", map("type", "yesterday")),
        op("", "at", "$dateOn", map("type", "tomorrow")),
        op("abe", "at", "$dateOn", map("type", "thisWeek")),
        op("c", "at", "$dateOn", map("type", "lastMonth")),
        op("abce", "at", "$dateOn", map("type", "thisQuarter")),
        op("d", "at", "$dateOn", map("type", "lastYear")),
        op("", "at", "$dateOn", map("type", "nextWeek")),
        op("abe", "at", "$dateOn", map("type", "thisIsoWeek")),
        op("ab", "at", "$dateOn", map("type", "last2Days")),
        op("abe", "at", "$dateOn", map("type", "last7Days")),
        op("", "at", "$dateOn", map("type", "next7Days")),
        op("abce", "at", "$dateNotBefore", map("type", "last30Days")),
        op("be", "at", "$dateOn", map("type", "past", "number", 5, "unit", "day")),
        op("", "at", "$dateOn", map("type", "next", "number", 2, "unit", "month")),
        op("a", "local", "$dateOn", "2026-11-21"),
        op("a", "local", "$dateOn", "2026-11-21").in("+08:00"),
        op("cd", "local", "$dateBefore", "2026-11"),
        op("be", "day", "$dateBetween", list("2026-11-16", "2026-11-20")),
        op("a", "day", "$dateOn", "2026-11-21 10:00"),
        op("abe", "day", "$dateAfter", "2026-10"),
        op("abe", "at", "$gte", "2026-11-01"),
        op("d", "at", "$lt", "2026-01-01T00:00:00+08:00"),
        op("a", "at", "$eq", "2026-11-21T09:00:00.000Z"),
        op("b", "day", "$eq", "2026-11-20"));
  }

  static Stream<Case> links() {
    return Stream.of(
        it("ab", "tags.name", "red"),
        it("a", "tags", map("name", "green")),
        it("a", "$and", list(map("tags.name", "red"), map("tags.name", "green"))),
        it("a", "tags.name", "green", "tags.id", 2),
        it("", "tags.name", "green", "tags.id", 1),
        op("acdef", "tags.name", "$ne", "red"),
        op("ab", "tags", "$exists", true),
        it("cdef", "tags.$notExists", true),
        it("cdef", "tags", null),
        it("ab", "tags", 1),
        it("a", "tags", list(2)),
        op("ab", "tags.id", "$in", list(1, 2)),
        it("a", "comments.text", "two"),
        it("bcdef", "comments.text", null),
        op("ac", "comments", "$exists", true),
        it("a", "comments.post.title", "a"),
        it("a", "comments", map("post", map("tags", map("name", map("$startsWith", "gr"))))),
        it("bcdef", "$not", map("tags.name", "green")));
  }

  static Stream<Case> all() {
    return Stream.of(comparisons(), texts(), logic(), json(), dates(), links())
        .flatMap(cases -> cases);
  }

  @ParameterizedTest
  @MethodSource("all")
  void shouldMatch(Case test) {
    List<Object> titles =
        database
            .records("posts")
            .list(Query.where(test.filter()).zone(test.zone()).fields(List.of("title")).unpaged())
            .rows()
            .stream()
            .map(row -> row.get("title"))
            .toList();
    assertThat(String.join("", titles.stream().map(String::valueOf).toList()))
        .isEqualTo(test.expected());
  }

  static Stream<Object[]> refused() {
    return Stream.<Object[]>of(
        row(map("nosuch", 1), DataException.Kind.UNKNOWN_FIELD),
        row(map("tags.nosuch", 1), DataException.Kind.UNKNOWN_FIELD),
        row(map("title; DROP TABLE posts", 1), DataException.Kind.UNKNOWN_FIELD),
        row(map("title\" = 'a' OR \"title", 1), DataException.Kind.UNKNOWN_FIELD),
        row(map("title", map("$nosuch", 1)), DataException.Kind.BAD_OPERATOR),
        row(map("title", map("x", 1)), DataException.Kind.BAD_OPERATOR),
        row(map("$nosuch", list()), DataException.Kind.BAD_OPERATOR),
        row(map("reads", "abc"), DataException.Kind.BAD_VALUE),
        row(map("reads", "1e999999999"), DataException.Kind.BAD_VALUE),
        row(map("done", "maybe"), DataException.Kind.BAD_VALUE),
        row(map("at", map("$dateOn", "soon")), DataException.Kind.BAD_VALUE),
        row(map("at", map("$dateOn", null)), DataException.Kind.BAD_VALUE),
        row(
            map("at", map("$dateOn", map("type", "past", "number", 1_000_000_000, "unit", "year"))),
            DataException.Kind.BAD_VALUE),
        row(map("at", map("$gt", "soon")), DataException.Kind.BAD_VALUE),
        row(map("title", map("$dateOn", "2026")), DataException.Kind.BAD_OPERATOR),
        row(map("title", map("$anyOf", list(1))), DataException.Kind.BAD_OPERATOR),
        row(map("title", map("$includes", map())), DataException.Kind.BAD_VALUE),
        row(map("title", map("$regexp", "(")), DataException.Kind.BAD_VALUE),
        row(map("reads", map("$between", list(1))), DataException.Kind.BAD_VALUE),
        row(map("meta.a\"b", 1), DataException.Kind.UNKNOWN_FIELD));
  }

  private static Object[] row(Object filter, DataException.Kind kind) {
    return new Object[] {filter, kind};
  }

  @ParameterizedTest
  @MethodSource("refused")
  void shouldRefuse(Object filter, DataException.Kind kind) {
    assertThatThrownBy(() -> database.records("posts").list(Query.where(filter)))
        .isInstanceOfSatisfying(
            DataException.class, refusal -> assertThat(refusal.kind()).isEqualTo(kind));
  }
}
