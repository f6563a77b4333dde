package dev.millrace.store.sqlite;

import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceState;
import dev.millrace.store.StoreException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * Looks for broken promises in a data directory: in the rows, in the order of the events of each
 * instance, and, given the engine's folding, in every state that is derived from them. Reads only,
 * so it may run beside a server; each question sees one committed state.
 */
public final class SqliteVerification {

  private static final String DAMAGED = "the file %s is damaged: ";

  private SqliteVerification() {}

  /** Folds events onto a state, as the engine does; a null state is one before its first event. */
  @FunctionalInterface
  public interface Fold {
    /** The state after the events. */
    InstanceState fold(@Nullable InstanceState before, List<HistoryEvent> events);
  }

  /**
   * What a verification may use.
   *
   * @param workers looks at instances, so many at a time as there are threads
   * @param nanos a clock, as {@link System#nanoTime}, for how fast it is
   * @param progress is given a line about each part, and now and then one about how far it is
   */
  public record Means(
      Executor workers, int threads, LongSupplier nanos, Consumer<String> progress) {
    /** The thread of the caller, in silence. */
    static final Means NONE = new Means(Runnable::run, 1, () -> 0, _ -> {});
  }

  /**
   * Asks what can be asked without folding histories.
   *
   * @return one line per violation, empty when all is well; at most 100 of a kind of row
   * @throws StoreException when there is no store, or one of another version
   */
  public static List<String> run(Path dataDir) {
    return verify(dataDir, null, Means.NONE);
  }

  /** As the other, in silence. */
  public static List<String> run(Path dataDir, Fold fold) {
    return verify(dataDir, fold, Means.NONE);
  }

  /**
   * Asks everything: also whether snapshots, rows, timers and work items are those of the folded
   * histories, and whether each live instance has a reason to be woken. Each thread has a page of
   * one history in memory.
   *
   * @param fold is called by all threads
   * @return one line per violation, empty when all is well; at most 100 of a kind of row and 100 of
   *     instances
   * @throws StoreException when there is no store, or one of another version
   */
  public static List<String> run(Path dataDir, Fold fold, Means means) {
    return verify(dataDir, fold, means);
  }

  /**
   * Whether an SQLite file is whole, whatever it holds.
   *
   * @return one line per damage, empty when it is whole or not there
   * @throws StoreException when it cannot be read
   */
  public static List<String> file(Path file) {
    if (!Files.isRegularFile(file)) {
      return List.of();
    }
    try (Connection connection = Connections.reader(file, SqliteSettings.DEFAULT)) {
      return integrity(connection, file);
    } catch (SQLException e) {
      return failed(file, e);
    }
  }

  private static List<String> verify(Path dataDir, @Nullable Fold fold, Means means) {
    Path file = dataDir.resolve(SqliteStore.FILE);
    if (!Files.isRegularFile(file)) {
      throw new StoreException("there is no store in " + dataDir + ": " + file + " is missing");
    }
    try (Connection connection = Connections.reader(file, SqliteSettings.DEFAULT)) {
      Schema.check(connection);
      means.progress().accept("checking the file");
      List<String> violations = new ArrayList<>(integrity(connection, file));
      if (violations.isEmpty()) {
        violations.addAll(RowChecks.run(connection, means.progress()));
        violations.addAll(new InstanceRounds(file, fold, means).run(connection));
      }
      return List.copyOf(violations);
    } catch (SQLException e) {
      return failed(file, e);
    }
  }

  private static List<String> failed(Path file, SQLException e) {
    if (damaged(e)) {
      return List.of(DAMAGED.formatted(file.getFileName()) + e.getMessage());
    }
    throw new StoreException("the store " + file + " cannot be read: " + e.getMessage(), e);
  }

  /** Some damage keeps even the check of the file from running. */
  private static boolean damaged(SQLException e) {
    return e instanceof SQLiteException failure
        && (failure.getResultCode() == SQLiteErrorCode.SQLITE_CORRUPT
            || failure.getResultCode() == SQLiteErrorCode.SQLITE_NOTADB);
  }

  private static List<String> integrity(Connection connection, Path file) throws SQLException {
    return ReadPool.rows(connection, "PRAGMA integrity_check", row -> row.getString(1)).stream()
        .filter(line -> !line.equals("ok"))
        .map(line -> DAMAGED.formatted(file.getFileName()) + line)
        .toList();
  }
}
