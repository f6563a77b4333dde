package dev.millrace.data;

import static dev.millrace.data.Fixture.field;
import static dev.millrace.data.Fixture.list;
import static dev.millrace.data.Fixture.map;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

  DatabaseSettings.Location place(Path folder) {
    return Fixture.sqlite(folder);
  }

  @BeforeEach
  void open() {
    database = Fixture.open(place(folder));
  }

  @AfterEach
  void close() {
    database.close();
  }

  private void again() {
    database.close();
    database = Fixture.open(place(folder));
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
    database = Database.open(Fixture.settings(place(folder)).withDefinitions(newer));
    database
        .records("users")
        .update(Query.byKey(1), map("email", "ann@example.org"), WriteContext.NONE);
    assertThatThrownBy(() -> Fixture.create(database, "users", "email", "ann@example.org"))
        .hasMessage("email must be unique");
  }

  @Test
  void shouldAskForAKeyThatIsNotMade() {
    database
        .collections()
        .create(
            map(
                "name",
                "countries",
                "fields",
                list(field("code", "string", "primaryKey", true), field("name", "string"))));
    assertThatThrownBy(() -> Fixture.create(database, "countries", "name", "Chile"))
        .isInstanceOf(DataException.class)
        .hasMessage("code cannot be null");
    assertThat(Fixture.create(database, "countries", "code", "cl")).containsEntry("code", "cl");
  }

  @Test
  void shouldWriteThePresentTimeWhereAFieldAsksForIt() {
    database
        .collections()
        .create(
            map(
                "name",
                "visits",
                "fields",
                list(
                    field("n", "integer"),
                    field("begun", "date", "defaultToCurrentTime", true),
                    field("day", "dateOnly", "defaultToCurrentTime", true),
                    field("seen", "datetimeNoTz", "onUpdateToCurrentTime", true))));
    Records visits = database.records("visits");
    assertThat(Fixture.create(database, "visits", "n", 1, "seen", "2020-01-01 00:00:00"))
        .containsEntry("begun", "2026-11-21T09:45:55.123Z")
        .containsEntry("day", "2026-11-21")
        .containsEntry("seen", "2026-11-21 09:45:55");
    assertThat(
            Fixture.create(database, "visits", "n", 2, "begun", "2020-01-01T00:00:00.000Z")
                .get("begun"))
        .isEqualTo("2020-01-01T00:00:00.000Z");
    Map<String, Object> after =
        visits.update(Query.byKey(2L), map("n", 3, "seen", null), WriteContext.NONE).getFirst();
    assertThat(after)
        .containsEntry("begun", "2020-01-01T00:00:00.000Z")
        .containsEntry("seen", "2026-11-21 09:45:55");
  }
}
