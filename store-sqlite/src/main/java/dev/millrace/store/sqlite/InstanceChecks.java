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
 * can, and compares. Each instance is read in a transaction of its own. Used by one thread.
 */
final class InstanceChecks {

  /** Events in memory at once. */
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

  /** Looks at some instances and answers what is wrong with them. */
  List<String> run(List<Long> ids) throws SQLException {
    violations.clear();
    for (long id : ids) {
      connection.setAutoCommit(false);
      instance(id);
      connection.setAutoCommit(true);
    }
    return List.copyOf(violations);
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
    Stored snapshot = snapshot(row.id());
    InstanceState state = folded(row, snapshot);
    if (row.fast()) {
      state = snapshot == null ? null : snapshot.state();
      if (fold != null && snapshot == null) {
        broken(row.id(), "an instance of the fast engine has no state");
      }
    } else if (fold == null) {
      return;
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

  /**
   * Goes over the history page by page, and answers the state after all events, null where it
   * cannot be told; the snapshot must be the one after its own.
   */
  private @Nullable InstanceState folded(Row row, @Nullable Stored snapshot) throws SQLException {
    HistoryChecks checks = new HistoryChecks(what -> broken(row.id(), what));
    Folding folding = new Folding(row, snapshot);
    long after = 0;
    List<NumberedEvent> page = SqliteQueries.events(connection, row.id(), after, PAGE);
    folding.begin(page);
    while (!page.isEmpty()) {
      if (!row.code()) {
        checks.run(page);
      }
      folding.add(page);
      after = page.getLast().seq();
      page = page.size() < PAGE ? List.of() : more(row, after);
    }
    return folding.failed ? null : folding.state;
  }

  private List<NumberedEvent> more(Row row, long after) throws SQLException {
    return SqliteQueries.events(connection, row.id(), after, PAGE);
  }

  /** A state that events are folded onto. */
  private final class Folding {
    private final Row row;
    private final @Nullable Stored snapshot;
    private @Nullable InstanceState state;
    private boolean anew;
    private boolean failed;

    private Folding(Row row, @Nullable Stored snapshot) {
      this.row = row;
      this.snapshot = snapshot;
    }

    private void begin(List<NumberedEvent> first) {
      if (snapshot != null && (first.isEmpty() || first.getFirst().seq() > 1)) {
        // A code workflow that began anew: what came before its snapshot is gone on purpose.
        state = snapshot.state();
        anew = true;
      }
    }

    private void add(List<NumberedEvent> page) {
      if (fold == null || row.fast() || failed) {
        return;
      }
      List<HistoryEvent> before = new ArrayList<>();
      List<HistoryEvent> since = new ArrayList<>();
      boolean reaches = false;
      for (NumberedEvent numbered : page) {
        boolean late = snapshot == null || numbered.seq() > snapshot.seq();
        if (late || !anew) {
          (late ? since : before).add(numbered.event());
        }
        reaches |= snapshot != null && numbered.seq() == snapshot.seq();
      }
      try {
        fold(before);
        if (reaches && !anew) {
          compare();
        }
        fold(since);
      } catch (StoreException e) {
        throw e;
      } catch (RuntimeException e) {
        broken(row.id(), "its history cannot be folded: " + e);
        failed = true;
      }
    }

    private void fold(List<HistoryEvent> events) {
      if (!events.isEmpty() && fold != null) {
        state = fold.fold(state, events);
      }
    }

    private void compare() {
      if (snapshot == null || state == null) {
        return;
      }
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
