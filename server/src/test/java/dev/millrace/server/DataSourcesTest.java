package dev.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.config.Configuration.Database;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataSourcesTest {
  @TempDir Path directory;

  @Test
  void shouldKeepStatementsToTheirOwnFile() throws SQLException {
    Database shop = new Database("jdbc:sqlite:" + directory.resolve("shop.db"), null, null);
    try (DataSources sources = new DataSources(Map.of("shop", shop));
        Connection connection =
            Objects.requireNonNull(sources.byName().get("shop")).getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE t (x)");
      Path other = directory.resolve("other.db");
      assertThatThrownBy(() -> statement.execute("ATTACH '" + other + "' AS o"))
          .isInstanceOf(SQLException.class);
      assertThatThrownBy(() -> statement.execute("VACUUM INTO '" + other + "'"))
          .isInstanceOf(SQLException.class);
      assertThat(other).doesNotExist();
    }
  }
}
