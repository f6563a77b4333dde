package dev.millrace.store.sqlite;

import dev.millrace.store.StoreException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Goes over all payloads and all instances, several at a time, and says how far it is. Used once,
 * by one thread.
 */
final class InstanceRounds {

  /** Instances that one thread takes at a time. */
  private static final int PAGE = 500;

  /** How often it says how far it is. */
  private static final Duration ROUND = Duration.ofSeconds(5);

  private static final double NANOS = 1e9;

  private final Path file;
  private final SqliteVerification.@Nullable Fold fold;
  private final SqliteVerification.Means means;
  private final List<String> violations = new ArrayList<>();

  InstanceRounds(
      Path file, SqliteVerification.@Nullable Fold fold, SqliteVerification.Means means) {
    this.file = file;
    this.fold = fold;
    this.means = means;
  }

  List<String> run(Connection connection) throws SQLException {
    means.progress().accept("checking large payloads");
    blobs(connection);
    long all = ReadPool.number(connection, "SELECT count(*) FROM mr_instance");
    means.progress().accept("checking %,d instances".formatted(all));
    List<Connection> readers = new ArrayList<>();
    try {
      for (int i = 0; i < means.threads(); i++) {
        readers.add(Connections.reader(file, SqliteSettings.DEFAULT));
      }
      instances(connection, readers, all);
    } finally {
      for (Connection reader : readers) {
        reader.close();
      }
    }
    if (violations.size() > RowChecks.LISTED_MAX) {
      violations.subList(RowChecks.LISTED_MAX, violations.size()).clear();
      violations.add("and more of instances");
    }
    return violations;
  }

  /** Each round gives every reader a page, so that lines come in the order of the instances. */
  private void instances(Connection connection, List<Connection> readers, long all)
      throws SQLException {
    List<InstanceChecks> checks =
        readers.stream().map(reader -> new InstanceChecks(reader, fold)).toList();
    long begun = means.nanos().getAsLong();
    long told = begun;
    long done = 0;
    List<Long> ids = ids(connection, Long.MIN_VALUE, PAGE * checks.size());
    while (!ids.isEmpty() && violations.size() < RowChecks.LISTED_MAX) {
      List<Future<List<String>>> round = new ArrayList<>();
      int share = (ids.size() + checks.size() - 1) / checks.size();
      for (int i = 0; i * share < ids.size(); i++) {
        List<Long> page = ids.subList(i * share, Math.min(ids.size(), (i + 1) * share));
        InstanceChecks check = checks.get(i);
        FutureTask<List<String>> task = new FutureTask<>(() -> check.run(page));
        means.workers().execute(task);
        round.add(task);
      }
      for (Future<List<String>> page : round) {
        violations.addAll(result(page));
      }
      done += ids.size();
      long now = means.nanos().getAsLong();
      if (now - told > ROUND.toNanos()) {
        told = now;
        means
            .progress()
            .accept(
                "%,d of %,d instances, %,.0f/s"
                    .formatted(done, all, done / ((now - begun) / NANOS)));
      }
      ids = ids(connection, ids.getLast(), PAGE * checks.size());
    }
  }

  private static List<String> result(Future<List<String>> page) throws SQLException {
    try {
      return page.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException("the verification was interrupted", e);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case SQLException failure -> throw failure;
        case RuntimeException failure -> throw failure;
        case null, default -> throw new StoreException("the verification failed: " + e, e);
      }
    }
  }

  private static List<Long> ids(Connection connection, long after, int limit) throws SQLException {
    return ReadPool.rows(
        connection,
        "SELECT id FROM mr_instance WHERE id > ? ORDER BY id LIMIT ?",
        row -> row.getLong(1),
        after,
        limit);
  }

  private void blobs(Connection connection) throws SQLException {
    long after = Long.MIN_VALUE;
    List<Long> rows = blobs(connection, after);
    while (!rows.isEmpty()) {
      for (long rowid : rows) {
        after = rowid;
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
      rows = blobs(connection, after);
    }
  }

  private static List<Long> blobs(Connection connection, long after) throws SQLException {
    return ReadPool.rows(
        connection,
        "SELECT rowid FROM mr_blob WHERE rowid > ? ORDER BY rowid LIMIT ?",
        row -> row.getLong(1),
        after,
        PAGE);
  }
}
