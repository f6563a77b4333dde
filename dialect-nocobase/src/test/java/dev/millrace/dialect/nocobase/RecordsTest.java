package dev.millrace.dialect.nocobase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.dialect.nocobase.TestServer.Reply;
import dev.millrace.transport.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What programs do with records of users' collections and with their definitions. */
class RecordsTest extends ServerTest {

  private void cards() {
    server.post(
        "/api/collections:create",
        Map.of(
            "name",
            "cards",
            "title",
            "Cards",
            "sortable",
            true,
            "fields",
            List.of(
                Map.of("name", "title", "type", "string"),
                Map.of("name", "list", "type", "string"),
                Map.of("name", "place", "type", "sort", "scopeKey", "list"))));
    for (String title : List.of("a", "b", "c", "p")) {
      create("cards", Map.of("title", title, "list", title.equals("p") ? "done" : "open"));
    }
  }

  private long create(String collection, Map<String, Object> values) {
    Reply made = server.post("/api/" + collection + ":create", values);
    assertThat(made.status()).as(made.text()).isEqualTo(200);
    return made.number("data.id");
  }

  private String titles(String sort, String list) {
    Reply rows =
        server.get("/api/cards:list", "sort", sort, "filter", Json.writeText(Map.of("list", list)));
    return names(rows, "title");
  }

  private static String names(Reply rows, String member) {
    List<?> list = rows.at("data") instanceof List<?> data ? data : List.of();
    return list.stream()
        .map(row -> String.valueOf(((Map<?, ?>) row).get(member)))
        .collect(Collectors.joining(" "));
  }

  private void move(String parameters) {
    Reply moved = server.post("/api/cards:move?" + parameters, Map.of());
    assertThat(moved.text()).isEqualTo("{\"data\":\"ok\"}");
  }

  @Test
  void shouldMoveRecordsOfUsersCollections() {
    cards();
    move("sourceId=3&targetId=1");
    assertThat(titles("sort", "open")).isEqualTo("c a b");
    move("sourceId=3&targetId=1&method=insertAfter");
    assertThat(titles("sort", "open")).isEqualTo("a c b");
    move("sourceId=2&sticky=true");
    assertThat(titles("sort", "open")).isEqualTo("b a c");
    move("sourceId=1&targetId=4&sortField=place");
    assertThat(titles("place", "done")).isEqualTo("a p");
    move("sourceId=4&targetScope[list]=open&sortField=place&method=prepend".replace("[", "%5B"));
    assertThat(titles("place", "open")).isEqualTo("p b c");
    assertThat(server.post("/api/cards:move?sourceId=1", Map.of()).error())
        .isEqualTo("expected targetId, targetScope or sticky");
    Reply unsorted = server.post("/api/cards:move?sourceId=1&targetId=2&sortField=title", Map.of());
    assertThat(unsorted.status()).isEqualTo(400);
    assertThat(server.post("/api/users:move?sourceId=1&sticky=true", Map.of()).status())
        .isEqualTo(404);
  }

  @Test
  void shouldFindTheRecordOrCreateIt() {
    cards();
    String path = "/api/cards:firstOrCreate?filterKeys[]=title".replace("[]", "%5B%5D");
    assertThat(server.post(path, Map.of("title", "a", "list", "x")).at("data.list"))
        .isEqualTo("open");
    Reply made = server.post(path, Map.of("title", "new", "list", "x"));
    assertThat(made.at("data.list")).isEqualTo("x");
    assertThat(server.post(path, Map.of("title", "new")).at("data.id"))
        .isEqualTo(made.at("data.id"));
    Reply unnamed = server.post("/api/cards:firstOrCreate", Map.of("title", "new"));
    assertThat(unnamed.status()).isEqualTo(400);
    assertThat(unnamed.error()).isEqualTo("filterKeys is required");
    String update = "/api/cards:updateOrCreate?filterKeys=title,list";
    assertThat(
            server.post(update, Map.of("title", "a", "list", "open", "sort", 9)).at("data.0.sort"))
        .isEqualTo(9L);
    assertThat(server.post(update, Map.of("title", "a", "list", "done")).at("data.list"))
        .isEqualTo("done");
  }

  @Test
  void shouldCreateOneRecordForManyThatAskAtOnce() throws Exception {
    cards();
    List<Callable<Reply>> calls = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      calls.add(
          () -> server.post("/api/cards:firstOrCreate?filterKeys=title", Map.of("title", "one")));
    }
    assertThat(all(calls)).allMatch(reply -> reply.status() == 200);
    assertThat(server.get("/api/cards:list", "filter", "{\"title\":\"one\"}").number("meta.count"))
        .isEqualTo(1);
  }

  private static List<Reply> all(List<Callable<Reply>> calls)
      throws InterruptedException, ExecutionException {
    List<Reply> replies = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(calls.size())) {
      for (Future<Reply> each : threads.invokeAll(calls)) {
        replies.add(each.get());
      }
    }
    return replies;
  }

  @Test
  void shouldCreateAllRecordsOfAListOrNone() {
    cards();
    Reply made =
        server.post("/api/cards:create", List.of(Map.of("title", "x"), Map.of("title", "y")));
    assertThat(names(made, "title")).isEqualTo("x y");
    Reply refused =
        server.post(
            "/api/cards:create", List.of(Map.of("title", "z"), Map.of("sort", "no number")));
    assertThat(refused.status()).isEqualTo(400);
    assertThat(server.get("/api/cards:list", "filter", "{\"title\":\"z\"}").number("meta.count"))
        .isZero();
  }

  private void books() {
    server.post(
        "/api/collections:create",
        Map.of("name", "tags", "fields", List.of(Map.of("name", "name", "type", "string"))));
    server.post(
        "/api/collections:create",
        Map.of(
            "name",
            "authors",
            "fields",
            List.of(
                Map.of("name", "name", "type", "string"),
                Map.of(
                    "name",
                    "note",
                    "type",
                    "hasOne",
                    "target",
                    "notes",
                    "foreignKey",
                    "authorId"))));
    server.post(
        "/api/collections:create",
        Map.of(
            "name",
            "notes",
            "fields",
            List.of(
                Map.of("name", "text", "type", "string"),
                Map.of("name", "authorId", "type", "bigInt"))));
    server.post(
        "/api/collections:create",
        Map.of(
            "name",
            "books",
            "fields",
            List.of(
                Map.of("name", "author", "type", "belongsTo", "target", "authors"),
                Map.of(
                    "name",
                    "tags",
                    "type",
                    "belongsToMany",
                    "target",
                    "tags",
                    "through",
                    "bookTags"))));
  }

  @Test
  void shouldUpdateAndDestroyTheOneRecordBehindALink() {
    books();
    long book = create("books", Map.of("author", Map.of("name", "A")));
    String author = "/api/books/" + book + "/author";
    assertThat(server.post(author + ":update", Map.of("name", "B")).at("data.name")).isEqualTo("B");
    assertThat(server.get(author).at("data.name")).isEqualTo("B");
    long id = server.get(author).number("data.id");
    String note = "/api/authors/" + id + "/note";
    Reply nothing = server.send("PUT", note, Map.of("text", "n"));
    assertThat(nothing.status()).isEqualTo(404);
    assertThat(nothing.error()).isEqualTo("The record does not exist");
    server.post(note + ":create", Map.of("text", "n"));
    create("notes", Map.of("text", "of nobody"));
    assertThat(server.send("PUT", note, Map.of("text", "m")).at("data.text")).isEqualTo("m");
    assertThat(server.send("DELETE", note, null).text()).isEqualTo("{\"data\":true}");
    assertThat(names(server.get("/api/notes:list"), "text")).isEqualTo("of nobody");
  }

  @Test
  void shouldToggleLinks() {
    books();
    long red = create("tags", Map.of("name", "red"));
    long blue = create("tags", Map.of("name", "blue"));
    long book = create("books", Map.of("tags", List.of(red)));
    String tags = "/api/books/" + book + "/tags";
    assertThat(server.post(tags + ":toggle", List.of(red, blue)).text())
        .isEqualTo("{\"data\":\"ok\"}");
    assertThat(names(server.get(tags + ":list"), "name")).isEqualTo("blue");
    server.post(tags + ":toggle?filterByTk=" + blue, Map.of());
    assertThat(server.get(tags + ":list").number("meta.count")).isZero();
    server.post(tags + ":add?filterByTks=" + red + "," + blue, Map.of());
    assertThat(server.get(tags + ":list").number("meta.count")).isEqualTo(2);
    assertThat(server.post("/api/books/" + book + "/author:toggle", List.of(1)).status())
        .isEqualTo(400);
  }

  @Test
  void shouldFilterAndSortDefinitions() {
    cards();
    books();
    Reply one = server.get("/api/collections:list", "filter", "{\"name\":\"cards\"}");
    assertThat(names(one, "title")).isEqualTo("Cards");
    assertThat(one.number("meta.count")).isEqualTo(1);
    Reply some =
        server.get(
            "/api/collections:list",
            "filter",
            "{\"$and\":[{\"name\":{\"$includes\":[\"oks\",\"ags\"]}},{\"hidden.$isFalsy\":true}]}",
            "sort",
            "-name",
            "paginate",
            "false",
            "fields",
            "name,title");
    assertThat(names(some, "name")).isEqualTo("tags books bookTags");
    assertThat(((Map<?, ?>) java.util.Objects.requireNonNull(some.at("data.0"))).keySet().size())
        .isEqualTo(2);
    assertThat(
            names(server.get("/api/collections/cards/fields:list?filter%5Btype%5D=sort"), "name"))
        .isEqualTo("place sort");
    Reply fields =
        server.get(
            "/api/fields:list", "filter", "{\"collectionName\":\"cards\",\"name.$in\":[\"list\"]}");
    assertThat(names(fields, "name")).isEqualTo("list");
    Reply unknown = server.get("/api/collections:list", "filter", "{\"name\":{\"$nosuch\":1}}");
    assertThat(unknown.status()).isEqualTo(400);
  }

  @Test
  void shouldGiveEveryFieldAKey() {
    books();
    Reply fields = server.get("/api/collections/books/fields:list");
    assertThat((List<?>) fields.at("data"))
        .isNotEmpty()
        .allSatisfy(field -> assertThat(((Map<?, ?>) field).get("key")).isNotNull());
  }
}
