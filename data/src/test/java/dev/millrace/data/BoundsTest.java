package dev.millrace.data;

import static dev.millrace.data.Fixture.list;
import static dev.millrace.data.Fixture.map;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What requests ask for that they should not. */
@NullUnmarked // Tests give null wherever a caller might.
class BoundsTest {

  @TempDir Path folder;
  private Database database;
  private Records posts;

  DatabaseSettings.Location place(Path folder) {
    return Fixture.sqlite(folder);
  }

  @BeforeEach
  void open() {
    database = Fixture.open(place(folder));
    Fixture.blog(database);
    posts = database.records("posts");
  }

  @AfterEach
  void close() {
    database.close();
  }

  private Map<String, Object> post(Object... values) {
    return Fixture.create(database, "posts", values);
  }

  private Map<String, Object> only(Query query) {
    return posts.get(query).orElseThrow();
  }

  @Test
  void shouldBoundPages() {
    post("title", "a");
    Page page = posts.list(Query.all().page(1, 1_000_000_000));
    assertThat(page.pageSize()).isEqualTo(Query.PAGE_SIZE_MAX);
    assertThat(page.rows()).hasSize(1);
    assertThat(posts.list(Query.all().page(Long.MAX_VALUE, 1_000_000_000)).rows()).isEmpty();
    for (Object bad :
        list(
            "abc",
            "-1",
            0,
            -5L,
            new BigDecimal("1.5"),
            "1e3",
            "99999999999999999999",
            true,
            map())) {
      assertThatThrownBy(() -> Query.all().page(bad, 1)).isInstanceOf(DataException.class);
      assertThatThrownBy(() -> Query.all().page(1, bad)).isInstanceOf(DataException.class);
    }
    assertThatThrownBy(() -> posts.list(Query.all().page(0, 10))).isInstanceOf(DataException.class);
  }

  @Test
  void shouldTakeNothingOfARequestIntoStatements() {
    post("title", "a");
    for (String evil :
        List.of(
            "id\"; DROP TABLE posts; --",
            "(SELECT password FROM users)",
            "title) FROM posts; --",
            "tags.name\" OR 1=1",
            "t0.id",
            "*",
            "id desc",
            "")) {
      if (!evil.isEmpty()) {
        assertThatThrownBy(() -> posts.list(Query.all().sort(evil)))
            .isInstanceOf(DataException.class);
        assertThatThrownBy(() -> posts.list(Query.all().fields(List.of(evil))))
            .isInstanceOf(DataException.class);
        assertThatThrownBy(() -> posts.list(Query.where(map(evil, 1))))
            .isInstanceOf(DataException.class);
      }
      assertThat(posts.list(Query.all().appends(evil).except(List.of(evil))).rows()).hasSize(1);
      assertThat(posts.list(Query.where(map("title", evil))).rows()).isEmpty();
      assertThatThrownBy(() ->
              posts.aggregate(
                  new Aggregation(Aggregation.Aggregator.SUM, evil, false, 2, Query.all())))
          .isInstanceOf(DataException.class);
      assertThatThrownBy(() -> database.collections().create(map("name", evil)))
          .isInstanceOf(DataException.class);
    }
    assertThat(posts.count(Query.all())).isEqualTo(1);
  }

  @Test
  void shouldBoundFilters() {
    post("title", "a");
    Map<String, Object> deep = map("title", "a");
    for (int i = 0; i < 20; i++) {
      deep = map("$and", list(deep));
    }
    assertThat(posts.count(Query.where(deep))).isEqualTo(1);
    for (int i = 0; i < 100_000; i++) {
      deep = map("$and", list(deep));
    }
    Map<String, Object> tooDeep = deep;
    assertThatThrownBy(() -> posts.count(Query.where(tooDeep)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("nested deeper");
    List<Object> many = new ArrayList<>();
    for (int i = 0; i < 199; i++) {
      many.add(map("title", map("$ne", "x" + i)));
    }
    assertThat(posts.count(Query.where(map("$and", many)))).isEqualTo(1);
    many.addAll(List.copyOf(many));
    assertThatThrownBy(() -> posts.count(Query.where(map("$and", many))))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("more than 400 conditions");
    List<Object> numbers = new ArrayList<>(IntStream.range(0, 10_000).boxed().toList());
    assertThat(posts.count(Query.where(map("id", map("$in", numbers))))).isEqualTo(1);
    assertThat(posts.count(Query.all().keys(numbers))).isEqualTo(1);
    numbers.add(1);
    assertThatThrownBy(() -> posts.count(Query.where(map("id", map("$in", numbers)))))
        .isInstanceOf(DataException.class);
    assertThatThrownBy(() -> posts.count(Query.all().keys(numbers)))
        .isInstanceOf(DataException.class);
    assertThat(posts.count(Query.all())).isEqualTo(1);
  }

  @Test
  void shouldNeverChangeAllRowsUnasked() {
    post("title", "a");
    for (Object nothing :
        list(
            null,
            map(),
            list(),
            5,
            map("$and", list()),
            map("$and", list(map(), map("$and", list()))),
            map("title", map()),
            map("title.$and", list()),
            map("id", map("$notIn", list())),
            map("$not", map("$or", list())))) {
      assertThatThrownBy(
              () -> posts.update(Query.where(nothing), map("title", "x"), WriteContext.NONE))
          .isInstanceOfSatisfying(
              DataException.class,
              refusal -> assertThat(refusal.kind()).isEqualTo(DataException.Kind.REQUIRED_FILTER));
      assertThatThrownBy(() -> posts.destroy(Query.where(nothing), WriteContext.NONE))
          .hasMessage(
              "must provide filter or filterByTk for destroy call, or set forceUpdate to true");
    }
    assertThat(posts.destroy(Query.where(map("$or", list())), WriteContext.NONE)).isZero();
    assertThat(posts.update(Query.byKey(5), map("title", "x"), WriteContext.NONE)).isEmpty();
    assertThat(only(Query.byKey(1))).containsEntry("title", "a");
  }

  @Test
  void shouldKeepOnlyWhatCanBeReadAgain() {
    Object deep = list();
    for (int i = 0; i < 400; i++) {
      deep = list(deep);
    }
    Object number = new BigInteger("9".repeat(5_000));
    post("title", "a", "meta", list(deep, number), "body", "x".repeat(2_000_000));
    assertThat(only(Query.byKey(1)).get("meta")).isEqualTo(list(deep, number));
    Object deeper = deep;
    for (int i = 0; i < 200; i++) {
      deeper = list(deeper);
    }
    Object tooDeep = deeper;
    assertThatThrownBy(() -> post("title", "b", "meta", tooDeep))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("500 lists and objects");
    assertThatThrownBy(
            () -> posts.count(Query.where(map("body", map("$includes", "x".repeat(60_000))))))
        .isInstanceOf(DataException.class);
    assertThat(posts.count(Query.where(map("body", map("$includes", "x".repeat(10_000))))))
        .isEqualTo(1);
  }

  @Test
  void shouldRefuseIndexesOfNothing() {
    assertThatThrownBy(() ->
            database
                .collections()
                .create(map("name", "x", "indexes", list(map("fields", list("nosuch"))))))
        .isInstanceOf(DataException.class);
    database
        .collections()
        .create(
            map(
                "name",
                "x",
                "indexes",
                list(map("unique", true, "fields", list("a", "b"))),
                "fields",
                list(Fixture.field("a", "string"), Fixture.field("b", "integer"))));
    Fixture.create(database, "x", "a", "1", "b", 1);
    assertThatThrownBy(() -> Fixture.create(database, "x", "a", "1", "b", 1))
        .hasMessage("a must be unique");
    assertThatThrownBy(() -> database.collections().destroyField("x", "a"))
        .isInstanceOf(DataException.class);
  }

  @Test
  void shouldNotTellWhatIsHiddenByComparing() {
    Fixture.create(database, "users", "username", "ann", "password", "secret");
    posts.create(map("title", "a"), WriteContext.of(1));
    Map<String, Object> guess = map("password", map("$startsWith", "s"));
    Records users = database.records("users");
    assertThatThrownBy(() -> users.count(Query.where(guess)))
        .hasMessageContaining("does not exist");
    assertThatThrownBy(() -> users.list(Query.all().sort("password")))
        .isInstanceOf(DataException.class);
    assertThatThrownBy(() -> posts.count(Query.where(map("createdBy", guess))))
        .isInstanceOf(DataException.class);
    assertThatThrownBy(() -> posts.list(Query.all().sort("createdBy.password")))
        .isInstanceOf(DataException.class);
    assertThatThrownBy(() ->
            users.aggregate(
                new Aggregation(Aggregation.Aggregator.MAX, "password", false, 2, Query.all())))
        .isInstanceOf(DataException.class);
    assertThatThrownBy(() -> users.destroy(Query.where(guess), WriteContext.NONE))
        .isInstanceOf(DataException.class);
    assertThat(users.count(Query.where(guess).withHidden())).isEqualTo(1);
    database.collections().createField("posts", Fixture.field("code", "string", "hidden", true));
    assertThatThrownBy(() -> posts.count(Query.where(map("code", "x"))))
        .isInstanceOf(DataException.class);
  }

  @Test
  void shouldNotWriteTheSystemThroughLinksOfUsers() {
    Fixture.create(database, "users", "username", "ann");
    database
        .collections()
        .createField("posts", Fixture.field("owner", "belongsTo", "target", "users"));
    database
        .collections()
        .createField("posts", Fixture.field("team", "belongsToMany", "target", "users"));
    for (Object value :
        list(
            map("username", "eve"),
            map("id", 1, "username", "eve"),
            map("id", 9, "username", "eve"))) {
      for (String link : List.of("owner", "createdBy", "team")) {
        boolean known = value.toString().contains("id=1");
        assertThatThrownBy(() ->
                posts.create(
                    map("title", "a", link, known ? list(value) : value),
                    WriteContext.NONE.updating(java.util.Set.of(link))))
            .isInstanceOfSatisfying(
                DataException.class,
                refusal -> assertThat(refusal.kind()).isEqualTo(DataException.Kind.READ_ONLY));
      }
    }
    post("title", "a", "owner", map("id", 1), "team", list(1));
    assertThat(only(Query.byKey(only(Query.all()).get("id")).appends("owner", "team")).toString())
        .contains("ann");
    Object key = only(Query.all()).get("id");
    for (String link : List.of("owner", "team")) {
      Related people = posts.related(key, link);
      assertThat(people.count(Query.all())).isEqualTo(1);
      assertThatThrownBy(() -> people.create(map("username", "eve"), WriteContext.NONE))
          .isInstanceOf(DataException.class);
      assertThatThrownBy(
              () -> people.update(Query.byKey(1), map("username", "eve"), WriteContext.NONE))
          .isInstanceOf(DataException.class);
      assertThatThrownBy(() -> people.destroy(Query.byKey(1), WriteContext.NONE))
          .isInstanceOf(DataException.class);
      people.set(list(), WriteContext.NONE);
      assertThat(people.count(Query.all())).isZero();
    }
    assertThat(database.records("users").list(Query.all()).rows())
        .extracting(row -> row.get("username"))
        .containsExactly("ann");
  }
}
