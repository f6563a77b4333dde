package dev.millrace.data;

import static dev.millrace.data.Fixture.map;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** The same on PostgreSQL, where it is installed. */
@EnabledIf("dev.millrace.data.TestingPostgres#available")
class CollectionsOnPostgresTest extends CollectionsTest {

  @Override
  DatabaseSettings.Location place(Path folder) {
    return TestingPostgres.at(folder);
  }

  @Test
  void shouldReadAnotherSchema(@TempDir Path other) throws SQLException {
    DatabaseSettings.Jdbc place = TestingPostgres.at(other);
    try (Connection connection =
            DriverManager.getConnection(place.url(), place.user(), place.password());
        Statement statement = connection.createStatement()) {
      statement.executeUpdate("CREATE SCHEMA engine");
      statement.executeUpdate(
          "CREATE VIEW engine.executions AS SELECT CAST(7 AS bigint) AS id, CAST(1 AS bigint) AS \"workflowId\","
              + " CAST(1795254355123 AS bigint) AS \"createdAt\", CAST('{\"x\":1}' AS text) AS context");
    }
    List<CollectionDefinition> definitions = new ArrayList<>(Fixture.system());
    definitions.add(
        CollectionDefinition.view("executions", "engine", "executions")
            .primaryKey("id", FieldType.BIG_INT)
            .field("workflowId", FieldType.BIG_INT)
            .field(
                FieldDefinition.of("createdAt", FieldType.DATETIME).with("storage", "epochMillis"))
            .field("context", FieldType.JSON)
            .field(FieldDefinition.belongsTo("workflow", "workflows", "workflowId"))
            .build());
    try (Database database = Database.open(Fixture.settings(place).withDefinitions(definitions))) {
      Fixture.create(database, "workflows", "id", 1, "title", "w");
      assertThat(
              database
                  .records("executions")
                  .list(
                      Query.where(
                              map(
                                  "workflow.title",
                                  "w",
                                  "context.x",
                                  1,
                                  "createdAt",
                                  map("$dateOn", "2026-11-21")))
                          .appends("workflow.title"))
                  .rows())
          .containsExactly(
              map(
                  "id",
                  7L,
                  "workflowId",
                  1L,
                  "createdAt",
                  "2026-11-21T09:45:55.123Z",
                  "context",
                  map("x", 1L),
                  "workflow",
                  map("title", "w")));
    }
  }
}
