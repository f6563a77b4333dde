package dev.millrace.data;

import static dev.millrace.data.Fixture.list;
import static dev.millrace.data.Fixture.map;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is so only with SQLite. */
@NullUnmarked // Tests give null wherever a caller might.
class SqliteTest {

  @TempDir Path folder;
  private Database database;

  @BeforeEach
  void open() {
    database = Fixture.open(Fixture.sqlite(folder));
  }

  @AfterEach
  void close() {
    database.close();
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
          "CREATE VIEW executions AS SELECT id, workflow AS \"workflowId\", status, 'at ' || started AS \"createdAt\", started AS millis, input AS context FROM mr_instance");
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
                      .with("storage", "epochMillis")
                      .with("column", "millis"))
              .field("context", FieldType.JSON)
              .field(FieldDefinition.belongsTo("workflow", "workflows", "workflowId"))
              .build());
      database.close();
      database =
          Database.open(
              Fixture.settings(Fixture.sqlite(folder))
                  .withDefinitions(definitions)
                  .withEngine(engine));
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
      assertThat(executions.count(Query.where(map("createdAt", map("$includes", "2026-11-21T")))))
          .isEqualTo(1);
      Page none = executions.list(Query.where(map("status", -1)).page(1L, 20L));
      assertThat(none.rows()).isEmpty();
      assertThat(none.count()).isZero();
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
    assertThatThrownBy(() -> Fixture.open(Fixture.sqlite(folder)))
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

  @Test
  void shouldEndCostlyExpressions() {
    Fixture.blog(database);
    Records posts = database.records("posts");
    Fixture.create(database, "posts", "title", "b", "body", "a".repeat(5_000));
    assertThatThrownBy(() -> posts.count(Query.where(map("body", map("$regexp", "(a+)+b")))))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("too many steps");
  }

  @Test
  void shouldEndLongQueries() {
    Fixture.blog(database);
    for (int i = 0; i < 50; i++) {
      Fixture.create(database, "posts", "title", "t" + i, "comments", list(map("text", "x")));
    }
    database.close();
    AtomicInteger hours = new AtomicInteger();
    InstantSource hurried = () -> Fixture.NOW.plus(Duration.ofHours(hours.getAndIncrement()));
    database =
        Database.open(
            new DatabaseSettings(
                Fixture.sqlite(folder),
                Fixture.system(),
                DatabaseSettings.Limits.DEFAULT,
                hurried,
                new Random(1)));
    List<Object> any = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      any.add(map("comments.text", map("$includes", "y" + i)));
    }
    Records posts = database.records("posts");
    assertThatThrownBy(() -> posts.count(Query.where(map("$or", any))))
        .isInstanceOfSatisfying(
            DataException.class,
            refusal -> assertThat(refusal.kind()).isEqualTo(DataException.Kind.TOO_LARGE));
    assertThatThrownBy(
            () -> posts.update(Query.where(map("$or", any)), map("title", "x"), WriteContext.NONE))
        .hasMessage("the query takes too long; narrow the filter");
    assertThat(posts.count(Query.where(map("title", "t1")))).isEqualTo(1);
    assertThat(Fixture.create(database, "posts", "title", "more")).containsEntry("id", 51L);
  }
}
