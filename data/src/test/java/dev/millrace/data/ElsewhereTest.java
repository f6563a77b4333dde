package dev.millrace.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** The program's collections in a file, and the users' in a PostgreSQL database. */
@NullUnmarked // Tests give null wherever a caller might.
@EnabledIf("dev.millrace.data.TestingPostgres#available")
class ElsewhereTest {

  @TempDir Path folder;
  private Database database;

  @BeforeEach
  void open() {
    database =
        Database.open(
            Fixture.settings(Fixture.sqlite(folder))
                .withUsers(TestingPostgres.at(folder), Set.of("workflowStats")));
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void shouldKeepEachCollectionWhereItBelongs() {
    Fixture.blog(database);
    Fixture.create(database, "users", "username", "ada");
    Fixture.create(database, "posts", "title", "one");
    Fixture.create(database, "workflowStats", "key", "k");
    database.close();
    try (Database file = Fixture.open(Fixture.sqlite(folder));
        Database server = Fixture.open(TestingPostgres.at(folder))) {
      assertThat(file.records("users").count(Query.all())).isEqualTo(1);
      assertThat(file.records("workflowStats").count(Query.all())).isZero();
      assertThat(file.collections().find("posts")).isEmpty();
      assertThat(server.records("posts").count(Query.all())).isEqualTo(1);
      assertThat(server.records("workflowStats").count(Query.all())).isEqualTo(1);
    }
    open();
    assertThat(database.records("posts").count(Query.all())).isEqualTo(1);
    assertThat(database.collections().list().stream().map(CollectionDefinition::name))
        .contains("posts", "tags", "users", "workflowStats");
  }

  @Test
  void shouldFollowLinksFromOneToTheOther() {
    Fixture.blog(database);
    Object ada = Fixture.create(database, "users", "username", "ada").get("id");
    Object bob = Fixture.create(database, "users", "username", "Bob").get("id");
    WriteContext byAda = WriteContext.of(ada);
    database.records("posts").create(Fixture.map("title", "hers"), byAda);
    database
        .records("posts")
        .create(
            Fixture.map("title", "his", "createdBy", Fixture.map("id", bob)), WriteContext.NONE);
    Fixture.create(database, "posts", "title", "nobody's");
    Records posts = database.records("posts");
    assertThat(posts.get(Query.where(Fixture.map("title", "hers")).appends(List.of("createdBy"))))
        .hasValueSatisfying(
            row -> assertThat(row.get("createdBy")).hasFieldOrPropertyWithValue("username", "ada"));
    assertThat(titles(Fixture.map("createdBy", Fixture.map("username", "ada"))))
        .containsExactly("hers");
    assertThat(titles(Fixture.map("createdBy.username.$includes", "b"))).containsExactly("his");
    assertThat(titles(Fixture.map("createdBy", bob))).containsExactly("his");
    assertThat(titles(Fixture.map("createdBy.id.$ne", ada))).contains("his");
    assertThat(titles(Fixture.map("createdBy.$notExists", true))).containsExactly("nobody's");
    assertThat(titles(Fixture.map("$not", Fixture.map("createdBy.username", "ada"))))
        .contains("his");
  }

  private List<Object> titles(Object filter) {
    List<Object> titles = new ArrayList<>();
    database
        .records("posts")
        .list(Query.where(filter).sort("title"))
        .rows()
        .forEach(row -> titles.add(row.get("title")));
    return titles;
  }

  @Test
  void shouldRefuseWhatOneTransactionCannotReach() {
    Fixture.blog(database);
    assertThatThrownBy(() ->
            database
                .home("posts")
                .inTransaction(transaction ->
                    transaction
                        .records("users")
                        .create(Fixture.map("username", "eve"), WriteContext.NONE)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("another database");
    assertThatThrownBy(() ->
            database
                .collections()
                .createField("posts", Fixture.field("readers", "belongsToMany", "target", "users")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("belongsTo");
    assertThatThrownBy(() -> database.records("posts").list(Query.all().sort("createdBy.username")))
        .isInstanceOf(DataException.class);
    assertThatThrownBy(() -> Fixture.create(database, "posts", "title", "x", "createdBy", 99))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("no record of users");
  }

  @Test
  void shouldRefuseAFileThatHasCollectionsOfUsers() {
    database.close();
    try (Database file = Fixture.open(Fixture.sqlite(folder))) {
      file.collections()
          .create(Fixture.map("name", "old", "fields", Fixture.list(Fixture.field("a", "string"))));
    }
    assertThatThrownBy(this::open)
        .isInstanceOf(DatabaseFailure.class)
        .hasMessageContaining("[old]");
  }
}
