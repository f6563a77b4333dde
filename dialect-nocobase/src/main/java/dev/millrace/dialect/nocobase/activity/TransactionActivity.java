package dev.millrace.dialect.nocobase.activity;

import dev.millrace.data.DataException;
import dev.millrace.data.Database;
import dev.millrace.data.DatabaseFailure;
import dev.millrace.data.OpenTransaction;
import dev.millrace.data.Query;
import dev.millrace.dialect.nocobase.catalog.SystemCollections;
import dev.millrace.engine.JsonValue;
import dev.millrace.runtime.activity.Activity;
import dev.millrace.runtime.activity.ActivityException;
import dev.millrace.runtime.activity.ActivityInput;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Begins and ends the transactions of transaction nodes. One is open for one run of its node, in
 * this process alone: a crash undoes it, and who asks for its end later is told that it is lost. A
 * commit notes itself in the transaction, so one that the crash came after is known. Thread-safe.
 */
final class TransactionActivity implements Activity {

  /** Others wait meanwhile to write to the same file. */
  static final Duration LONGEST = Duration.ofSeconds(30);

  private final Kind kind;
  private final Supplier<Database> database;
  private final Map<String, Held> held;

  /** What is done. */
  private enum Kind {
    BEGIN,
    COMMIT,
    ROLLBACK
  }

  private record Held(OpenTransaction transaction, @Nullable Object executionId) {}

  private TransactionActivity(Kind kind, Supplier<Database> database, Map<String, Held> held) {
    this.kind = kind;
    this.database = database;
    this.held = held;
  }

  /** All three. */
  static List<Activity> all(Supplier<Database> database) {
    Map<String, Held> held = new ConcurrentHashMap<>();
    List<Activity> all = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      all.add(new TransactionActivity(kind, database, held));
    }
    return all;
  }

  @Override
  public String name() {
    return "nocobase." + kind.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public Object run(ActivityInput input) throws ActivityException {
    try {
      return switch (kind) {
        case BEGIN -> begin(input);
        case COMMIT -> commit(input.idempotencyKey());
        case ROLLBACK -> rollback(input.idempotencyKey());
      };
    } catch (DatabaseFailure e) {
      if (kind == Kind.BEGIN) {
        throw RecordActivity.failure(e, input);
      }
      throw failed();
    } catch (DataException e) {
      throw failed();
    }
  }

  private ActivityException failed() {
    return RecordActivity.failure(
        RecordActivity.ERROR, "the database could not " + name().substring(9) + " a transaction");
  }

  private static String commitKey(String key) {
    // Has the parts of all keys of its execution, so that it is forgotten with it and not before.
    return key + "#commit";
  }

  private Object begin(ActivityInput input) {
    Database opened = database.get();
    String key = input.idempotencyKey();
    Object executionId = JsonValue.get(input.parameters().get("$job"), "executionId");
    undo(key);
    held.values().removeIf(one -> one.transaction.over() && !runs(opened, one.executionId));
    OpenTransaction transaction =
        OpenTransaction.begin(
            opened.ofUsers(), key, commitKey(key), LONGEST, () -> runs(opened, executionId));
    held.put(key, new Held(transaction, executionId));
    return Map.of("transaction", transaction.name());
  }

  /** Whether an execution has not ended; one that has needs its transaction no more. */
  private static boolean runs(Database database, @Nullable Object executionId) {
    if (executionId == null) {
      return false;
    }
    Optional<Map<String, @Nullable Object>> row =
        database.records(SystemCollections.EXECUTIONS).get(Query.byKey(executionId));
    Object status = row.map(columns -> columns.get("status")).orElse(0L);
    return row.isPresent() && (status == null || Long.valueOf(0).equals(status));
  }

  private Object commit(String key) throws ActivityException {
    Held known = held.remove(key);
    if (known == null) {
      return OpenTransaction.committed(database.get().ofUsers(), commitKey(key))
          ? Map.of("committed", true)
          : Map.of("lost", true);
    }
    if (!known.transaction.commit()) {
      throw RecordActivity.failure(
          RecordActivity.ERROR,
          "the transaction took longer than %d s and was undone".formatted(LONGEST.toSeconds()));
    }
    return Map.of("committed", true);
  }

  private Object rollback(String key) {
    return undo(key) ? Map.of("rolledBack", true) : Map.of("lost", true);
  }

  private boolean undo(String key) {
    Held known = held.remove(key);
    if (known != null) {
      known.transaction.rollback();
    }
    return known != null;
  }
}
