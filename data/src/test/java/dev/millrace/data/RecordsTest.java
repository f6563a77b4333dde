package dev.millrace.data;

import static dev.millrace.data.Fixture.list;
import static dev.millrace.data.Fixture.map;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Writing records with their links, and reading them in every shape. */
@NullUnmarked // Tests give null wherever a caller might.
class RecordsTest {

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
  void shouldAnswerTheWholeRow() {
    Map<String, Object> row =
        posts.create(
            map(
                "title",
                "a",
                "reads",
                "7",
                "price",
                new BigDecimal("12.50"),
                "at",
                "2026-01-02",
                "nosuch",
                1),
            WriteContext.of(3));
    assertThat(row)
        .containsExactlyEntriesOf(
            map(
                "id",
                1L,
                "title",
                "a",
                "body",
                null,
                "reads",
                7L,
                "score",
                null,
                "price",
                new BigDecimal("12.5"),
                "done",
                null,
                "at",
                "2026-01-02T00:00:00.000Z",
                "local",
                null,
                "day",
                null,
                "meta",
                null,
                "labels",
                null,
                "createdAt",
                "2026-11-21T09:45:55.123Z",
                "updatedAt",
                "2026-11-21T09:45:55.123Z",
                "createdById",
                3L));
    assertThat(only(Query.byKey("1"))).isEqualTo(row);
    assertThat(posts.get(Query.byKey(2))).isEmpty();
  }

  @Test
  void shouldKeepJsonAsItWas() {
    Object meta = map("z", 1L, "a", list(1L, null, "x", new BigDecimal("1.5"), true, map()));
    post("title", "a", "meta", meta, "labels", list("x", 1L));
    assertThat(only(Query.byKey(1)).get("meta")).isEqualTo(meta);
    assertThat(only(Query.byKey(1)).get("labels")).isEqualTo(list("x", 1L));
    assertThat(Json.write(only(Query.byKey(1)).get("meta"))).startsWith("{\"z\":1,\"a\"");
  }

  @Test
  void shouldSayWhatIsWrong() {
    post("title", "a");
    refused(DataException.Kind.NOT_NULL, "Title cannot be null", () -> post("body", "x"));
    refused(
        DataException.Kind.NOT_NULL,
        "Title cannot be null",
        () -> posts.update(Query.byKey(1), map("title", null), WriteContext.NONE));
    Fixture.create(database, "tags", "name", "red");
    refused(
        DataException.Kind.UNIQUE,
        "name must be unique",
        () -> Fixture.create(database, "tags", "name", "red"));
    refused(
        DataException.Kind.BAD_VALUE,
        "string violation: title cannot be an object",
        () -> post("title", map()));
    refused(
        DataException.Kind.BAD_VALUE,
        "invalid input syntax for type integer: \"abc\" (reads)",
        () -> post("title", "b", "reads", "abc"));
    refused(
        DataException.Kind.BAD_VALUE,
        "value \"2147483648\" is out of range for type integer: reads",
        () -> post("title", "b", "reads", 2147483648L));
    refused(
        DataException.Kind.BAD_VALUE,
        "tags: no record of tags has id 99",
        () -> post("title", "b", "tags", list(99)));
    refused(
        DataException.Kind.UNKNOWN_COLLECTION,
        "collection nosuch does not exist",
        () -> database.records("nosuch"));
    assertThat(posts.count(Query.all())).isEqualTo(1);
  }

  private static void refused(DataException.Kind kind, String message, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            DataException.class,
            refusal -> {
              assertThat(refusal.kind()).isEqualTo(kind);
              assertThat(refusal).hasMessage(message);
            });
  }

  @Test
  void shouldWriteNestedRecords() {
    Map<String, Object> row =
        post(
            "title",
            "a",
            "tags",
            list(map("name", "red"), map("name", "green")),
            "comments",
            list(map("text", "one")));
    assertThat(row.get("tags")).asString().contains("red").contains("green");
    assertThat(row.get("comments")).asString().contains("postId=1");
    Map<String, Object> comment =
        Fixture.create(
            database, "comments", "text", "two", "post", map("title", "b", "tags", list(1)));
    assertThat(comment).containsEntry("postId", 2L);
    assertThat(only(Query.byKey(2).appends("tags", "comments")).toString())
        .contains("name=red")
        .contains("text=two");
    posts.update(
        Query.byKey(1),
        map("tags", list(map("id", 2, "name", "blue")), "comments", list()),
        WriteContext.NONE);
    assertThat(only(Query.byKey(1).appends("tags", "comments")))
        .satisfies(after ->
            assertThat(after.get("tags").toString()).contains("name=green").doesNotContain("red"))
        .containsEntry("comments", list());
    posts.update(
        Query.byKey(1),
        map("tags", list(map("id", 2, "name", "blue"))),
        WriteContext.NONE.updating(java.util.Set.of("tags")));
    assertThat(only(Query.byKey(1).appends("tags")).get("tags").toString()).contains("name=blue");
    database.records("comments").update(Query.byKey(1), map("post", 2), WriteContext.NONE);
    assertThat(only(Query.byKey(2).appends("comments")).get("comments")).asString().contains("one");
  }

  @Test
  void shouldLoadLinksInEveryShape() {
    post(
        "title",
        "a",
        "comments",
        list(map("text", "one"), map("text", "two")),
        "tags",
        list(map("name", "red")));
    post("title", "b", "tags", list(1));
    Query query = Query.all().fields(List.of("title")).sort("-id");
    assertThat(
            posts.list(query.appends("comments.text", "nosuch", "tags.nosuch", "title.x")).rows())
        .containsExactly(
            map("title", "b", "comments", list()),
            map("title", "a", "comments", list(map("text", "one"), map("text", "two"))));
    assertThat(posts.list(Query.all().fields(List.of("id", "tags.name"))).rows())
        .containsExactly(
            map("id", 1L, "tags", list(map("name", "red"))),
            map("id", 2L, "tags", list(map("name", "red"))));
    Map<String, Object> comment =
        database
            .records("comments")
            .get(
                Query.byKey(1)
                    .appends("post", "post.tags")
                    .except(
                        List.of(
                            "createdAt",
                            "post.body",
                            "post.tags.createdAt",
                            "post.tags.updatedAt",
                            "nosuch")))
            .orElseThrow();
    assertThat(comment).doesNotContainKey("createdAt");
    assertThat(comment.get("post"))
        .asInstanceOf(InstanceOfAssertFactories.map(String.class, Object.class))
        .doesNotContainKey("body")
        .containsEntry("tags", list(map("id", 1L, "name", "red")));
    assertThat(
            database
                .records("comments")
                .get(Query.byKey(1).fields(List.of("id")).appends("post.comments.text")))
        .hasValue(
            map("id", 1L, "post", map("comments", list(map("text", "one"), map("text", "two")))));
  }

  @Test
  void shouldHideWhatIsHidden() {
    Fixture.create(database, "users", "username", "ann", "password", "secret");
    Records users = database.records("users");
    assertThat(users.get(Query.byKey(1)).orElseThrow()).doesNotContainKey("password");
    assertThat(users.get(Query.byKey(1).fields(List.of("password"))).orElseThrow()).isEmpty();
    assertThat(users.get(Query.byKey(1).withHidden()).orElseThrow())
        .containsEntry("password", "secret");
    posts.create(map("title", "a"), WriteContext.of(1));
    assertThat(only(Query.byKey(1).appends("createdBy")).get("createdBy").toString())
        .contains("ann")
        .doesNotContain("secret");
  }

  @Test
  void shouldSortAndPage() {
    IntStream.rangeClosed(1, 5)
        .forEach(
            i -> post("title", "p" + i, "reads", i % 2 == 0 ? null : 10 - i, "meta", map("n", i)));
    assertThat(titles(Query.all().sort("reads"))).isEqualTo("p5 p3 p1 p2 p4");
    assertThat(titles(Query.all().sort("-reads"))).isEqualTo("p1 p3 p5 p2 p4");
    assertThat(titles(Query.all().sort("-meta.n"))).isEqualTo("p5 p4 p3 p2 p1");
    assertThat(titles(Query.all().sort("-done", " ", "-id"))).isEqualTo("p5 p4 p3 p2 p1");
    Page page = posts.list(Query.all().page(2, 2));
    assertThat(page.count()).isEqualTo(5);
    assertThat(page.hasNext()).isTrue();
    assertThat(page.rows()).extracting(row -> row.get("id")).containsExactly(3L, 4L);
    assertThat(posts.list(Query.all().page("3", "2")).hasNext()).isFalse();
    assertThat(posts.list(Query.all().page(9, 2)).rows()).isEmpty();
    assertThat(posts.list(Query.all().simple().page(1, 2)).count()).isNull();
    Fixture.create(database, "comments", "text", "x", "postId", 2);
    Fixture.create(database, "comments", "text", "y", "postId", 1);
    Fixture.create(database, "comments", "text", "z");
    assertThat(
            database.records("comments").list(Query.all().sort("post.title")).rows().stream()
                .map(row -> row.get("text")))
        .containsExactly("y", "x", "z");
  }

  private String titles(Query query) {
    return String.join(
        " ", posts.list(query).rows().stream().map(row -> (String) row.get("title")).toList());
  }

  @Test
  void shouldRemoveWhatHangsOnARecord() {
    post("title", "a", "comments", list(map("text", "one")), "tags", list(map("name", "red")));
    assertThat(posts.destroy(Query.byKey(1), WriteContext.NONE)).isEqualTo(1);
    assertThat(database.records("comments").get(Query.byKey(1)).orElseThrow())
        .containsEntry("postId", null);
    assertThat(database.records("postTags").count(Query.all())).isZero();
    post("title", "b", "tags", list(1));
    database.records("tags").destroy(Query.byKey(1), WriteContext.NONE);
    assertThat(database.records("postTags").count(Query.all())).isZero();
    Map<String, Object> workflow =
        Fixture.create(database, "workflows", "title", "w", "nodes", list(map("title", "n")));
    assertThat(database.records("flow_nodes").count(Query.all())).isEqualTo(1);
    database.records("workflows").destroy(Query.byKey(workflow.get("id")), WriteContext.NONE);
    assertThat(database.records("flow_nodes").count(Query.all())).isZero();
  }

  @Test
  void shouldAggregate() {
    assertThat(aggregate("SUM", "reads", false, 2)).isEqualTo(0L);
    assertThat(aggregate("MAX", "at", false, 2)).isEqualTo(0L);
    post("title", "a", "reads", 1, "score", 1.005, "at", "2026-01-01");
    post("title", "b", "reads", 2, "score", 2.0, "at", "2026-02-01");
    post("title", "c", "reads", 2, "score", null);
    assertThat(aggregate("COUNT", "reads", false, 2)).isEqualTo(3L);
    assertThat(aggregate("COUNT", "reads", true, 2)).isEqualTo(2L);
    assertThat(aggregate("COUNT", "score", false, 2)).isEqualTo(2L);
    assertThat(aggregate("SUM", "reads", false, 2)).isEqualTo(5L);
    assertThat(aggregate("SUM", "reads", true, 2)).isEqualTo(3L);
    assertThat(aggregate("AVG", "reads", false, 2)).isEqualTo(new BigDecimal("1.67"));
    assertThat(aggregate("AVG", "reads", false, 0)).isEqualTo(2L);
    assertThat(aggregate("MIN", "score", false, 1)).isEqualTo(1L);
    assertThat(aggregate("MAX", "at", false, 2)).isEqualTo("2026-02-01T00:00:00.000Z");
    assertThat(aggregate("MAX", "title", false, 2)).isEqualTo("c");
    assertThatThrownBy(() -> aggregate("AVG", "title", false, 2)).isInstanceOf(DataException.class);
    assertThatThrownBy(() -> Aggregation.Aggregator.named("median"))
        .isInstanceOf(DataException.class);
    assertThat(
            posts.aggregate(
                new Aggregation(
                    Aggregation.Aggregator.SUM,
                    "reads",
                    false,
                    2,
                    Query.where(map("title", list("a", "b"))))))
        .isEqualTo(3L);
  }

  private Object aggregate(String aggregator, String field, boolean distinct, int precision) {
    return posts.aggregate(
        new Aggregation(
            Aggregation.Aggregator.valueOf(aggregator), field, distinct, precision, Query.all()));
  }

  @Test
  void shouldSeeOnlyWhatIsBehindALink() {
    post("title", "a", "tags", list(map("name", "red")), "comments", list(map("text", "one")));
    post("title", "b");
    Fixture.create(database, "tags", "name", "green");
    Related tags = posts.related(1, "tags");
    assertThat(tags.list(Query.all()).rows()).hasSize(1);
    tags.add(list(2), WriteContext.NONE);
    tags.add(list(2), WriteContext.NONE);
    assertThat(tags.count(Query.all())).isEqualTo(2);
    tags.remove(list(1), WriteContext.NONE);
    assertThat(tags.get(Query.all()).orElseThrow()).containsEntry("name", "green");
    tags.set(list(1), WriteContext.NONE);
    assertThat(tags.count(Query.where(map("name", "red")))).isEqualTo(1);
    tags.create(map("name", "blue"), WriteContext.NONE);
    assertThat(tags.count(Query.all())).isEqualTo(2);
    Related comments = posts.related(2, "comments");
    comments.create(map("text", "two"), WriteContext.NONE);
    assertThat(comments.list(Query.all()).rows())
        .extracting(row -> row.get("text"))
        .containsExactly("two");
    assertThat(comments.destroy(Query.byKey(1), WriteContext.NONE)).isZero();
    assertThat(comments.destroy(Query.byKey(2), WriteContext.NONE)).isEqualTo(1);
    Related post = database.records("comments").related(1, "post");
    assertThat(post.get(Query.all()).orElseThrow()).containsEntry("title", "a");
    post.set(list(2), WriteContext.NONE);
    assertThat(post.get(Query.all()).orElseThrow()).containsEntry("title", "b");
    post.remove(list(), WriteContext.NONE);
    assertThat(post.get(Query.all())).isEmpty();
    assertThat(posts.related(99, "tags").list(Query.all()).rows()).isEmpty();
    assertThatThrownBy(() -> posts.related(99, "tags").create(map("name", "x"), WriteContext.NONE))
        .isInstanceOf(DataException.class);
    assertThatThrownBy(() -> posts.related(1, "nosuch").list(Query.all()))
        .isInstanceOf(DataException.class);
  }

  @Test
  void shouldMakeKeysOfWorkflows() {
    Map<String, Object> first = Fixture.create(database, "workflows", "title", "w");
    Map<String, Object> second = Fixture.create(database, "workflows", "title", "w");
    assertThat((Long) first.get("id"))
        .isEqualTo((1795254355L - 1605024000L) << 21)
        .isLessThan(1L << 53);
    assertThat(second.get("id")).isEqualTo((Long) first.get("id") + 1);
    assertThat((String) first.get("key")).matches("[0-9a-z]{11}").isNotEqualTo(second.get("key"));
    assertThat(first)
        .containsEntry("enabled", false)
        .containsEntry("config", map())
        .containsEntry("current", null);
    Records workflows = database.records("workflows");
    workflows.create(map("key", first.get("key"), "title", "v2"), WriteContext.NONE);
    workflows.update(Query.byKey(first.get("id")), map("current", true), WriteContext.NONE);
    refused(
        DataException.Kind.UNIQUE,
        "key must be unique",
        () ->
            workflows.update(
                Query.where(map("title", "v2")), map("current", true), WriteContext.NONE));
    assertThat(
            workflows
                .get(Query.byKey(first.get("id")).appends("revisions.title", "stats.executed"))
                .orElseThrow())
        .containsEntry("revisions", list(map("title", "w"), map("title", "v2")))
        .containsEntry("stats", null);
    Fixture.create(database, "workflowStats", "key", first.get("key"), "executed", 4);
    assertThat(
            workflows
                .list(Query.where(map("stats.executed", map("$gt", 0))).appends("stats"))
                .rows())
        .hasSize(2)
        .allSatisfy(row -> assertThat(row.get("stats").toString()).contains("executed=4"));
    workflows.destroy(Query.byKey(first.get("id")), WriteContext.NONE);
    assertThat(workflows.count(Query.where(map("key", first.get("key"))))).isEqualTo(1);
  }

  @Test
  void shouldSayWhetherARecordThatIsNotStoredFits() {
    long tag = (Long) Fixture.create(database, "tags", "name", "red").get("id");
    long post = (Long) post("title", "a", "reads", 3).get("id");
    Records comments = database.records("comments");
    Map<String, Object> given =
        map(
            "title",
            "Ab",
            "reads",
            "7",
            "price",
            "1.50",
            "done",
            true,
            "at",
            "2026-01-02",
            "meta",
            map("x", 1),
            "labels",
            list("l"));
    for (Object filter :
        list(
            map("title", "Ab"),
            map("title", map("$includes", "b")),
            map("reads", map("$gt", 6)),
            map("price", map("$lte", 1.5)),
            map("done", map("$isTruly", true)),
            map("at", map("$dateOn", "2026-01")),
            map("meta.x", 1),
            map("labels", map("$anyOf", list("l"))),
            map("body", null),
            map("$or", list(map("reads", 1), map("day", map("$empty", true)))),
            map("tags", map("$notExists", true)))) {
      assertThat(posts.fits(given, filter)).as(String.valueOf(filter)).isTrue();
      assertThat(posts.fits(given, map("$not", filter))).as("not " + filter).isFalse();
    }
    assertThat(comments.fits(map("postId", post), map("post.title", "a"))).isTrue();
    assertThat(comments.fits(map("postId", post), map("post.tags.id", tag))).isFalse();
    assertThatThrownBy(() -> posts.fits(map("reads", "many"), map("title", "a")))
        .isInstanceOf(DataException.class);
  }
}
