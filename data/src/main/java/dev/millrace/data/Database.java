package dev.millrace.data;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The users' tables. Safe for use by several threads. */
@SuppressWarnings("DoNotCallSuggester") // Only until it is filled in.
public final class Database implements AutoCloseable {

  private Database() {}

  /**
   * Opens or makes the database.
   *
   * @throws DatabaseFailure when it cannot be opened, or was written by a newer version
   */
  public static Database open(DatabaseSettings settings) {
    throw new UnsupportedOperationException("not there yet: " + settings);
  }

  /** The definitions of collections. */
  public Collections collections() {
    throw new UnsupportedOperationException("not there yet");
  }

  /**
   * The records of a collection; each call is a transaction of its own.
   *
   * @throws DataException when there is no such collection
   */
  public Records records(String collection) {
    throw new UnsupportedOperationException("not there yet: " + collection);
  }

  /**
   * Does work in one transaction: all of it is kept, or nothing when it throws. One at a time on
   * SQLite. Never inside another one.
   */
  public <T extends @Nullable Object> T inTransaction(Function<Transaction, T> work) {
    throw new UnsupportedOperationException("not there yet: " + work);
  }

  /**
   * Does work in one transaction, unless it was done before under the same key, and answers what it
   * answered then: a plain JSON value.
   */
  public @Nullable Object once(String key, Function<Transaction, @Nullable Object> work) {
    throw new UnsupportedOperationException("not there yet: " + key + work);
  }

  /** Adds a listener for all collections, for good. */
  public void listen(RecordListener listener) {
    throw new UnsupportedOperationException("not there yet: " + listener);
  }

  @Override
  public void close() {}
}
