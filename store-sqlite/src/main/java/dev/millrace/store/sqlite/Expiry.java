package dev.millrace.store.sqlite;

import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.Status;
import dev.millrace.store.Rows;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What retention asks for and removes. Stateless. */
final class Expiry {

  /** One look into the index per namespace, however many instances there are. */
  private static final String NAMESPACES =
      """
      WITH RECURSIVE n (name) AS (
        SELECT min(namespace) FROM mr_instance WHERE end_at IS NOT NULL
        UNION ALL
        SELECT (SELECT min(namespace) FROM mr_instance
                WHERE end_at IS NOT NULL AND namespace > n.name)
        FROM n WHERE n.name IS NOT NULL)
      SELECT name FROM n WHERE name IS NOT NULL
      """;

  private static final String COLUMNS =
      """
      SELECT i.uid, i.id, i.end_at, i.event_count,
        EXISTS (SELECT 1 FROM mr_quarantine q WHERE q.namespace = i.namespace AND q.uid = i.uid)
        OR EXISTS (SELECT 1 FROM mr_instance c
          WHERE c.parent_uid = i.uid AND c.parent_namespace = i.namespace
            AND c.status IN ('PENDING', 'RUNNING', 'SUSPENDED'))
        OR (i.parent_uid IS NOT NULL AND EXISTS (SELECT 1 FROM mr_instance p
          WHERE p.uid = i.parent_uid AND p.namespace = i.parent_namespace
            AND p.status IN ('PENDING', 'RUNNING', 'SUSPENDED'))),
        i.namespace, i.status, i.kept_until
      FROM mr_instance i
      """;

  private static final String ENDED =
      COLUMNS
          + """
          WHERE i.namespace = ? AND i.status = ? AND i.end_at < ? AND (i.end_at, i.id) > (?, ?)
            AND i.kept_until IS NULL
          ORDER BY i.end_at, i.id LIMIT ?
          """;

  private static final String OUTLIVED =
      COLUMNS
          + """
          WHERE i.kept_until IS NOT NULL AND i.kept_until < ? AND (i.kept_until, i.id) > (?, ?)
          ORDER BY i.kept_until, i.id LIMIT ?
          """;

  private static final String EXPIRED =
      "SELECT scope, request_key FROM mr_idempotency WHERE expires_at <= ? LIMIT ?";

  private Expiry() {}

  static List<String> namespaces(Connection connection) throws SQLException {
    return ReadPool.rows(connection, NAMESPACES, row -> row.getString(1));
  }

  static List<Rows.EndedRow> ended(
      Connection connection,
      String namespace,
      Status status,
      Instant before,
      Rows.@Nullable EndedRow after,
      int limit)
      throws SQLException {
    return ReadPool.rows(
        connection,
        ENDED,
        Expiry::row,
        namespace,
        status.name(),
        before.toEpochMilli(),
        after == null ? Long.MIN_VALUE : after.endAt().toEpochMilli(),
        after == null ? 0L : after.id(),
        limit);
  }

  static List<Rows.EndedRow> outlived(
      Connection connection, Instant before, Rows.@Nullable EndedRow after, int limit)
      throws SQLException {
    Instant from = after == null ? null : after.keptUntil();
    return ReadPool.rows(
        connection,
        OUTLIVED,
        Expiry::row,
        before.toEpochMilli(),
        from == null ? Long.MIN_VALUE : from.toEpochMilli(),
        after == null ? 0L : after.id(),
        limit);
  }

  private static Rows.EndedRow row(ResultSet row) throws SQLException {
    long keptUntil = row.getLong(8);
    return new Rows.EndedRow(
        new InstanceKey(row.getString(6), row.getString(1)),
        row.getLong(2),
        Status.valueOf(row.getString(7)),
        Instant.ofEpochMilli(row.getLong(3)),
        row.getLong(4),
        row.getBoolean(5),
        keptUntil == 0 ? null : Instant.ofEpochMilli(keptUntil));
  }

  static int removeRequests(Connection connection, Instant now, int limit) throws SQLException {
    List<String[]> expired =
        ReadPool.rows(
            connection,
            EXPIRED,
            row -> new String[] {row.getString(1), row.getString(2)},
            now.toEpochMilli(),
            limit);
    try (var unref = connection.prepareStatement(Sql.NAMED_UNREF.text());
        var remove =
            connection.prepareStatement(
                "DELETE FROM mr_idempotency WHERE scope = ? AND request_key = ?")) {
      for (String[] request : expired) {
        unref.setString(1, EncodedBatch.REQUEST_PART.formatted(request[0], request[1]));
        unref.addBatch();
        remove.setString(1, request[0]);
        remove.setString(2, request[1]);
        remove.addBatch();
      }
      unref.executeBatch();
      remove.executeBatch();
    }
    return expired.size();
  }

  /**
   * Writes the log back beside the writer, then cuts it if nobody is in the way: whoever reads an
   * older state, or a commit that began meanwhile, is not made to wait.
   */
  static void checkpoint(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA wal_checkpoint(PASSIVE)");
      statement.execute("PRAGMA busy_timeout = 0");
      statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    }
  }
}
