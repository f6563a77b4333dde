package dev.millrace.data;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import org.jooq.impl.DSL;

/**
 * A transaction that stays open over several calls, on a thread of its own. Meanwhile nobody else
 * writes to a SQLite file, so it is bounded in time. Thread-safe.
 */
public final class OpenTransaction {

  private final SharedTransaction shared = new SharedTransaction();
  private final CompletableFuture<Boolean> decision = new CompletableFuture<>();
  private final CompletableFuture<Boolean> begun = new CompletableFuture<>();
  private final CompletableFuture<Boolean> ended = new CompletableFuture<>();

  /** Undoes everything; not an error. */
  private static final class Undone extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Undone() {
      super("undone", null, false, false);
    }
  }

  private volatile String name = "";

  private OpenTransaction() {}

  /** The name under which others find it. */
  public String name() {
    return name;
  }

  /**
   * Begins one, once it is its turn.
   *
   * @param prefix of the name under which it is shared while it is open
   * @param commitKey under which its commit is noted, see {@link #committed}
   * @param most after which it is undone
   * @param wanted asked now and then; without reason to stay open it is undone
   * @throws DatabaseFailure when the database cannot be reached
   */
  public static OpenTransaction begin(
      Database database, String prefix, String commitKey, Duration most, BooleanSupplier wanted) {
    OpenTransaction made = new OpenTransaction();
    Thread.ofVirtual()
        .name("millrace-transaction")
        .start(() -> made.hold(database, prefix, commitKey, most, wanted));
    join(made.begun);
    return made;
  }

  /** Whether one was committed with a key, then or before a crash. */
  public static boolean committed(Database database, String commitKey) {
    return database.read(session -> Once.known(session, commitKey));
  }

  // Whatever goes wrong must reach those who wait.
  @SuppressWarnings("CatchingUnchecked")
  private void hold(
      Database database, String prefix, String commitKey, Duration most, BooleanSupplier wanted) {
    try {
      database.inTransaction(transaction -> {
        // A name that no work of a time before a crash was given.
        name = prefix + "#" + Ids.uid(((Session) transaction).writing().random());
        // A connection that broke since its last use is noticed now, when another can be tried.
        long _ = ((Session) transaction).number(DSL.selectOne());
        database.share(name, shared);
        begun.complete(true);
        boolean decided = shared.serve(transaction, decision, most, wanted);
        if (!decided || !decision.join()) {
          throw new Undone();
        }
        transaction.once(commitKey, same -> true);
        return true;
      });
      ended.complete(true);
    } catch (Undone e) {
      ended.complete(false);
    } catch (RuntimeException e) {
      begun.completeExceptionally(e);
      ended.completeExceptionally(e);
    } finally {
      database.unshare(name);
    }
  }

  /** Whether it has ended. */
  public boolean over() {
    return ended.isDone();
  }

  /**
   * Keeps everything that was done in it.
   *
   * @return false when it was undone before, because time was over
   * @throws DatabaseFailure when the commit failed
   */
  public boolean commit() {
    decision.complete(true);
    return join(ended);
  }

  /** Undoes everything that was done in it. */
  public void rollback() {
    decision.complete(false);
    boolean _ = join(ended);
  }

  private static boolean join(CompletableFuture<Boolean> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw e;
    }
  }
}
