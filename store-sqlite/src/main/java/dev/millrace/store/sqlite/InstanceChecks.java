package dev.millrace.store.sqlite;

import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceState;
import dev.millrace.store.StoreException;
import dev.millrace.store.codec.Codec;
import dev.millrace.store.query.Queries.NumberedEvent;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Looks at one instance after the other: decodes what is stored of it, folds its history when it
 * can, and compares. Each instance is read in a transaction of its own. Used once, by one thread.
 */
final class InstanceChecks {

  private static final int PAGE = 1_000;

  /** Characters of a difference that are shown. */
  private static final int SHOWN = 60;

  private final Connection connection;
  private final SqliteVerification.@Nullable Fold fold;
  private final List<String> violations = new ArrayList<>();

  InstanceChecks(Connection connection, SqliteVerification.@Nullable Fold fold) {
    this.connection = connection;
    this.fold = fold;
  }

  private record Row(long id, boolean fast, boolean live, long eventCount, boolean code) {}

  private record Stored(long seq, String text, InstanceState state) {}

  List<String> run() throws SQLException {
    blobs();
    long after = Long.MIN_VALUE;
    List<Long> page = ids(after);
    while (!page.isEmpty() && violations.size() < RowChecks.LISTED_MAX) {
      for (long id : page) {
        connection.setAutoCommit(false);
        instance(id);
        connection.setAutoCommit(true);
        after = id;
      }
      page = ids(after);
    }
    if (violations.size() > RowChecks.LISTED_MAX) {
      violations.subList(RowChecks.LISTED_MAX, violations.size()).clear();
      violations.add("and more of instances");
    }
    return violations;
  }

  private List<Long> ids(long after) throws SQLException {
    return ReadPool.rows(
        connection,
        "SELECT id FROM mr_instance WHERE id > ? ORDER BY id LIMIT ?",
        row -> row.getLong(1),
        after,
        PAGE);
  }

  private void blobs() throws SQLException {
    List<Long> rows = ReadPool.rows(connection, "SELECT rowid FROM mr_blob", row -> row.getLong(1));
    for (long rowid : rows) {
      violations.addAll(
          ReadPool.rows(
                  connection,
                  "SELECT hash, body FROM mr_blob WHERE rowid = ?",
                  row ->
                      row.getString(1).equals(Payloads.hash(row.getString(2)))
                          ? ""
                          : "payload is not what its hash says: " + row.getString(1),
                  rowid)
              .stream()
              .filter(line -> !line.isEmpty())
              .toList());
    }
  }

  private void instance(long id) throws SQLException {
    try {
      Row row =
          ReadPool.row(
                  connection,
                  """
                  SELECT id, fast, status IN ('PENDING', 'RUNNING', 'SUSPENDED'), event_count,
                    definition_revision = 0
                  FROM mr_instance WHERE id = ?
                  """,
                  found ->
                      new Row(
                          found.getLong(1),
                          found.getInt(2) == 1,
                          found.getInt(3) == 1,
                          found.getLong(4),
                          found.getInt(5) == 1),
                  id)
              .orElse(null);
      if (row != null) {
        decoded(row);
      }
    } catch (StoreException e) {
      broken(id, "cannot be read: " + e.getMessage());
    }
  }

  private void broken(long id, String what) {
    violations.add("instance " + id + ": " + what);
  }

  private void decoded(Row row) throws SQLException {
    List<NumberedEvent> history = SqliteQueries.events(connection, row.id(), 0, Integer.MAX_VALUE);
    if (!row.code()) {
      new HistoryChecks(what -> broken(row.id(), what)).run(history);
    }
    Stored snapshot = snapshot(row.id());
    InstanceState state = snapshot == null ? null : snapshot.state();
    if (!row.fast()) {
      if (fold == null) {
        return;
      }
      state = folded(row, history, snapshot, fold);
    } else if (fold != null && snapshot == null) {
      broken(row.id(), "an instance of the fast engine has no state");
    }
    if (state == null || state.life().eventCount() != row.eventCount()) {
      return;
    }
    new StateChecks(connection, row.id(), state, what -> broken(row.id(), what)).run();
    if (row.live()) {
      new WakeChecks(connection, row.id(), state, what -> broken(row.id(), what)).run();
    }
  }

  private @Nullable Stored snapshot(long id) throws SQLException {
    return ReadPool.row(
            connection,
            "SELECT seq, state FROM mr_snapshot WHERE instance_id = ?",
            row -> {
              String text = Payloads.resolve(connection, row.getString(2));
              return new Stored(row.getLong(1), text, Codec.decodeState(text));
            },
            id)
        .orElse(null);
  }

  /** The state after all events; the snapshot must be the one after its own. */
  private @Nullable InstanceState folded(
      Row row,
      List<NumberedEvent> history,
      @Nullable Stored snapshot,
      SqliteVerification.Fold folding) {
    List<HistoryEvent> events = history.stream().map(NumberedEvent::event).toList();
    if (snapshot != null && (history.isEmpty() || history.getFirst().seq() > 1)) {
      // A code workflow that began anew: what came before its snapshot is gone on purpose.
      List<HistoryEvent> since =
          history.stream()
              .filter(numbered -> numbered.seq() > snapshot.seq())
              .map(NumberedEvent::event)
              .toList();
      return since.isEmpty() ? snapshot.state() : folding.fold(snapshot.state(), since);
    }
    int known = snapshot == null ? 0 : (int) Math.max(0, Math.min(snapshot.seq(), events.size()));
    try {
      InstanceState state = known == 0 ? null : folding.fold(null, events.subList(0, known));
      if (snapshot != null && state != null) {
        // The text written today of what was read, which may have been written by an older version.
        String stored = Codec.encodeState(snapshot.state());
        String expected = Codec.encodeState(state);
        if (!stored.equals(expected)) {
          broken(
              row.id(),
              "the snapshot after event %d is not the fold of its events%s"
                  .formatted(snapshot.seq(), difference(expected, stored)));
        }
      }
      List<HistoryEvent> rest = events.subList(known, events.size());
      return rest.isEmpty() ? state : folding.fold(state, rest);
    } catch (StoreException e) {
      throw e;
    } catch (RuntimeException e) {
      broken(row.id(), "its history cannot be folded: " + e);
      return null;
    }
  }

  /** Where two texts begin to differ. */
  static String difference(String expected, String found) {
    int at = 0;
    while (at < Math.min(expected.length(), found.length())
        && expected.charAt(at) == found.charAt(at)) {
      at++;
    }
    return ": expected …%s, found …%s".formatted(excerpt(expected, at), excerpt(found, at));
  }

  private static String excerpt(String text, int at) {
    int from = Math.max(0, at - SHOWN / 2);
    return text.substring(from, Math.min(text.length(), at + SHOWN));
  }
}
