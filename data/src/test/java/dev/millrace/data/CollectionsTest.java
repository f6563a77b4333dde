package dev.millrace.data;

import static dev.millrace.data.Fixture.field;
import static dev.millrace.data.Fixture.list;
import static dev.millrace.data.Fixture.map;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Definitions of collections, made, changed and found again. */
@NullUnmarked // Tests give null wherever a caller might.
class CollectionsTest {

  @TempDir Path folder;
  private Database database;

  @BeforeEach
  void open() {
    database = Fixture.open(folder);
  }

  @AfterEach
  void close() {
    database.close();
  }

  private void again() {
    database.close();
    database = Fixture.open(folder);
  }

  @Test
  void shouldFindDefinitionsAgain() {
    Fixture.blog(database);
    List<Object> before = shown();
    again();
    assertThat(shown()).isEqualTo(before);
    Map<String, Object> posts = database.collections().get("posts").toJson();
    assertThat(posts)
        .containsEntry("name", "posts")
        .containsEntry("title", "Posts")
        .containsEntry("createdBy", true);
    Map<String, Object> at = database.collections().get("posts").field("at").orElseThrow().toJson();
    assertThat(at).containsEntry("type", "datetimeTz").containsKey("key");
    assertThat(Fixture.create(database, "posts", "title", "a", "tags", list(map("name", "red"))))
        .containsEntry("id", 1L);
  }

  private List<Object> shown() {
    List<Object> shown = new ArrayList<>();
    database.collections().list().forEach(each -> shown.add(each.toJson()));
    return shown;
  }

  @Test
  void shouldRefuseBadDefinitions() {
    Fixture.blog(database);
    refused(DataException.Kind.EXISTS, map("name", "posts"));
    refused(DataException.Kind.EXISTS, map("name", "Posts"));
    refused(DataException.Kind.EXISTS, map("name", "users"));
    refused(
        DataException.Kind.EXISTS,
        map("name", "x", "fields", list(field("a", "string"), field("A", "string"))));
    for (Object name :
        list(
            null,
            "",
            "1a",
            "a b",
            "a\"b",
            "ä",
            "mr_x",
            "sqlite_x",
            "executions",
            "x".repeat(61),
            5)) {
      refused(DataException.Kind.BAD_DEFINITION, map("name", name));
      if (!"executions".equals(name)) {
        refused(
            DataException.Kind.BAD_DEFINITION,
            map("name", "x", "fields", list(map("name", name, "type", "string"))));
      }
    }
    for (Object fields :
        list(
            "x",
            list(5),
            list(field("a", "nosuch")),
            list(field("a", "belongsTo")),
            list(field("a", "belongsTo", "target", "a; b")),
            list(field("a", "belongsToMany", "target", "nosuch")))) {
      refused(DataException.Kind.BAD_DEFINITION, map("name", "x", "fields", fields));
    }
    refused(
        DataException.Kind.BAD_VALUE,
        map("name", "x", "fields", list(field("a", "integer", "defaultValue", "abc"))));
    refused(
        DataException.Kind.READ_ONLY,
        map("name", "x", "fields", list(field("a", "hasMany", "target", "users"))));
    assertThat(database.collections().find("x")).isEmpty();
    Collections collections = database.collections();
    assertThatThrownBy(() -> collections.createField("users", field("a", "string")))
        .hasMessageContaining("belongs to the system");
    assertThatThrownBy(() -> collections.destroy("users")).isInstanceOf(DataException.class);
    assertThatThrownBy(() -> collections.destroyField("posts", "id"))
        .isInstanceOf(DataException.class);
    assertThatThrownBy(() -> collections.destroyField("comments", "postId"))
        .isInstanceOf(DataException.class);
    assertThatThrownBy(() -> collections.updateField("posts", "title", map("type", "integer")))
        .isInstanceOf(DataException.class);
  }

  private void refused(DataException.Kind kind, Map<String, Object> definition) {
    assertThatThrownBy(() -> database.collections().create(definition))
        .as("%s", definition)
        .isInstanceOfSatisfying(
            DataException.class, refusal -> assertThat(refusal.kind()).isEqualTo(kind));
  }

  @Test
  void shouldChangeDefinitions() {
    Fixture.blog(database);
    Fixture.create(database, "posts", "title", "a");
    Collections collections = database.collections();
    collections.createField("posts", field("extra", "string", "unique", true, "defaultValue", "d"));
    assertThat(database.records("posts").get(Query.byKey(1)).orElseThrow())
        .containsEntry("extra", null);
    assertThat(Fixture.create(database, "posts", "title", "b")).containsEntry("extra", "d");
    assertThatThrownBy(() -> Fixture.create(database, "posts", "title", "b"))
        .hasMessage("extra must be unique");
    collections.updateField("posts", "extra", map("unique", false, "interface", "input"));
    assertThat(Fixture.create(database, "posts", "title", "b")).containsEntry("extra", "d");
    assertThat(collections.get("posts").field("extra").orElseThrow().toJson())
        .containsEntry("interface", "input");
    collections.destroyField("posts", "extra");
    assertThat(database.records("posts").get(Query.byKey(1)).orElseThrow())
        .doesNotContainKey("extra");
    collections.update("posts", map("title", "News", "fields", list(field("more", "integer"))));
    assertThat(collections.get("posts").title()).isEqualTo("News");
    assertThat(Fixture.create(database, "posts", "title", "b", "more", 5))
        .containsEntry("more", 5L);
    collections.createField("tags", field("parent", "belongsTo", "target", "tags"));
    assertThat(Fixture.create(database, "tags", "name", "x", "parent", map("name", "y")))
        .containsEntry("parentId", 1L);
    again();
    assertThat(database.records("tags").get(Query.byKey(2).appends("parent.name")).orElseThrow())
        .containsEntry("parent", map("name", "y"));
    database.collections().destroy("posts");
    assertThatThrownBy(() -> database.records("posts")).isInstanceOf(DataException.class);
    assertThat(database.records("tags").get(Query.byKey(2)).orElseThrow())
        .containsEntry("name", "x");
    Fixture.create(database, "comments", "text", "x");
  }

  @Test
  void shouldAddColumnsOfTheSystem() {
    Fixture.create(database, "users", "username", "ann");
    database.close();
    List<CollectionDefinition> newer = new ArrayList<>(Fixture.system());
    List<FieldDefinition> fields = new ArrayList<>(newer.getFirst().fields());
    fields.add(FieldDefinition.of("email", FieldType.STRING).with("unique", true));
    newer.set(0, Definitions.with(newer.getFirst(), fields));
    database = Database.open(Fixture.settings(folder).withDefinitions(newer));
    database
        .records("users")
        .update(Query.byKey(1), map("email", "ann@example.org"), WriteContext.NONE);
    assertThatThrownBy(() -> Fixture.create(database, "users", "email", "ann@example.org"))
        .hasMessage("email must be unique");
  }

  @Test
  void shouldReadTheFileOfAnother() throws SQLException {
    Path engine = folder.resolve("engine file.db");
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + engine);
        Statement statement = connection.createStatement()) {
      statement.executeUpdate("PRAGMA journal_mode = WAL");
      statement.executeUpdate(
          "CREATE TABLE mr_instance (id INTEGER PRIMARY KEY, workflow INTEGER, status INTEGER, started INTEGER, input TEXT)");
      statement.executeUpdate(
          "CREATE VIEW executions AS SELECT id, workflow AS \"workflowId\", status, started AS \"createdAt\", input AS context FROM mr_instance");
      statement.executeUpdate(
          "INSERT INTO mr_instance VALUES (7, 1, 0, 1795254355123, '{\"data\":{\"x\":1}}'), (8, 2, NULL, 1, NULL)");
      List<CollectionDefinition> definitions = new ArrayList<>(Fixture.system());
      definitions.add(
          CollectionDefinition.view("executions", "engine", "executions")
              .primaryKey("id", FieldType.BIG_INT)
              .field("workflowId", FieldType.BIG_INT)
              .field("status", FieldType.INTEGER)
              .field(
                  FieldDefinition.of("createdAt", FieldType.DATETIME)
                      .with("storage", "epochMillis"))
              .field("context", FieldType.JSON)
              .field(FieldDefinition.belongsTo("workflow", "workflows", "workflowId"))
              .build());
      database.close();
      database =
          Database.open(Fixture.settings(folder).withDefinitions(definitions).withEngine(engine));
      Fixture.create(database, "workflows", "id", 1, "title", "w");
      Records executions = database.records("executions");
      assertThat(
              executions
                  .list(
                      Query.where(
                              map(
                                  "workflow.title",
                                  "w",
                                  "createdAt",
                                  map("$dateOn", "2026-11-21"),
                                  "context.data.x",
                                  1))
                          .appends("workflow.title"))
                  .rows())
          .containsExactly(
              map(
                  "id",
                  7L,
                  "workflowId",
                  1L,
                  "status",
                  0L,
                  "createdAt",
                  "2026-11-21T09:45:55.123Z",
                  "context",
                  map("data", map("x", 1L)),
                  "workflow",
                  map("title", "w")));
      assertThat(executions.list(Query.all().sort("-createdAt")).rows())
          .extracting(row -> row.get("id"))
          .containsExactly(7L, 8L);
      assertThatThrownBy(() -> executions.destroy(Query.byKey(7), WriteContext.NONE))
          .hasMessage("collection executions is only read");
      assertThatThrownBy(() -> executions.create(map(), WriteContext.NONE))
          .isInstanceOf(DataException.class);
      // The other file can be written while a transaction is open here.
      database.inTransaction(transaction -> {
        transaction.records("workflows").create(map("title", "v"), WriteContext.NONE);
        try {
          return statement.executeUpdate("INSERT INTO mr_instance (id) VALUES (9)");
        } catch (SQLException e) {
          throw new AssertionError(e);
        }
      });
      assertThat(executions.count(Query.all())).isEqualTo(3);
    }
  }

  @Test
  void shouldRefuseWhatItDoesNotKnow() throws SQLException {
    database.close();
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("data.db"));
        Statement statement = connection.createStatement()) {
      statement.executeUpdate("UPDATE mr_schema SET version = 99");
    }
    assertThatThrownBy(() -> Fixture.open(folder))
        .isInstanceOf(DatabaseFailure.class)
        .hasMessageContaining("has schema version 99, this program reads version 1");
    assertThatThrownBy(() ->
            Database.open(
                DatabaseSettings.sqlite(
                        folder.resolve("other.db"), InstantSource.fixed(Fixture.NOW), new Random(1))
                    .withEngine(folder.resolve("nosuch.db"))))
        .isInstanceOf(DatabaseFailure.class)
        .hasMessageContaining("nosuch.db");
  }
}
