package dev.millrace.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Rows as a person with an SQL shell reads them, each as its columns with bars between. */
record StoredRows(Path directory) {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  List<String> select(String sql) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("millrace.db"));
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      List<String> rows = new ArrayList<>();
      while (row.next()) {
        List<String> values = new ArrayList<>();
        for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
          values.add(row.getString(i));
        }
        rows.add(String.join("|", values));
      }
      return rows;
    }
  }

  /** Waits until a query answers this one row. */
  void requireSoon(String sql, String row) throws SQLException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    List<String> found = select(sql);
    while (!found.equals(List.of(row)) && System.nanoTime() < end) {
      Thread.onSpinWait();
      found = select(sql);
    }
    assertThat(found).containsExactly(row);
  }
}
