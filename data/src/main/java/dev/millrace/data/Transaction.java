package dev.millrace.data;

import java.time.Instant;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A transaction that is open. Used by the thread it was given to, and only until its work ends. */
public interface Transaction {

  /**
   * The records of a collection, as this transaction sees them.
   *
   * @throws DataException when there is no such collection
   */
  Records records(String collection);

  /** The definitions of collections. */
  Collections collections();

  /**
   * Does work, unless it was done before under the same key, and answers what it answered then.
   *
   * @param key at most 500 characters
   * @see Database#once
   */
  @Nullable Object once(String key, Function<Transaction, @Nullable Object> work);

  /** The time of the transaction: one for all its rows. */
  Instant now();

  /**
   * Does something once the transaction is committed, on the same thread and after its turn; not if
   * it fails. What the action throws is logged: the caller is told of the write alone.
   */
  void afterCommit(Runnable action);
}
