package dev.millrace.dialect.nocobase.trigger;

import dev.millrace.data.DataException;
import dev.millrace.data.Database;
import dev.millrace.data.SharedTransaction;
import dev.millrace.data.Transaction;
import dev.millrace.dialect.nocobase.run.Calls;
import dev.millrace.dialect.nocobase.run.Dispatcher;
import dev.millrace.dialect.nocobase.run.Event;
import dev.millrace.dialect.nocobase.run.Execution;
import dev.millrace.runtime.activity.Waiting;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Executions that a write of a record depends on ({@code rollbackOnFailure}). They run inside the
 * transaction of the write: what their record nodes write is kept with the record or not at all.
 * The execution itself stays, so that one can see why. Thread-safe.
 */
public final class WriteGate {
  private static final String REFUSED = "System process failed, please contact administrator.";
  private static final Duration LONGEST = Duration.ofSeconds(30);

  private final Database database;
  private final Dispatcher dispatcher;

  /** Over the database whose writes wait. */
  public WriteGate(Database database, Dispatcher dispatcher) {
    this.database = database;
    this.dispatcher = dispatcher;
  }

  /**
   * Runs an execution and returns when it has ended well; called on the thread of the transaction,
   * which does what the execution's record nodes ask for meanwhile.
   *
   * @throws DataException when it failed, waits, took too long, or will never be started
   * @throws dev.millrace.transport.Problem when the engine is busy or ending: not now, but later
   */
  void pass(Event event, Transaction transaction) {
    SharedTransaction shared = new SharedTransaction();
    Database home = database.ofUsers();
    home.share(event.key(), shared);
    try {
      CompletableFuture<Optional<Execution>> ran = dispatcher.runWithin(event, event.key());
      boolean settled =
          Waiting.forOthers(() -> shared.serve(transaction, ran, LONGEST, () -> true));
      if (!settled || !Calls.await(ran).map(Execution::resolved).orElse(false)) {
        throw refused();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw refused();
    } finally {
      home.unshare(event.key());
    }
  }

  private static DataException refused() {
    return new DataException(DataException.Kind.ROLLED_BACK, REFUSED);
  }
}
