package dev.millrace.data;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** A connection inside a transaction, with what its statements need to know. */
final class Session implements Transaction {

  /** How many writes of listeners may lead to each other. */
  private static final int NESTED_MAX = 50;

  private static final String PIECE = "mr_piece";

  private final Connection connection;
  private final Dialect dialect;
  private final Instant now;
  private final @Nullable Writing writing;
  private final Neighbours neighbours;
  private Catalog catalog;
  private final List<Runnable> afterCommit = new ArrayList<>();
  private int nested;
  private int pieces;
  private boolean ended;

  /**
   * Other databases that this one works with.
   *
   * @param foreign the one that links lead to
   * @param users the one that has the users' collections
   */
  record Neighbours(@Nullable Database foreign, @Nullable Database users) {}

  /** What a session needs to write. */
  record Writing(Ids ids, RandomGenerator random, List<RecordListener> listeners) {}

  /** Makes a value of the present row. */
  @FunctionalInterface
  interface RowReader<T> {
    T read(ResultSet row) throws SQLException;
  }

  Session(
      Connection connection,
      Dialect dialect,
      Catalog catalog,
      Instant now,
      @Nullable Writing writing,
      Neighbours neighbours) {
    this.neighbours = neighbours;
    this.connection = connection;
    this.dialect = dialect;
    this.catalog = catalog;
    this.now = now;
    this.writing = writing;
  }

  @Override
  public Records records(String collection) {
    checkOpen();
    CollectionDefinition found = catalog.get(collection);
    if (catalog.foreign(found)) {
      throw new DataException(
          DataException.Kind.READ_ONLY,
          "collection " + found.name() + " is kept in another database than this transaction's");
    }
    return new SessionRecords(this, found, null);
  }

  @Override
  public Collections collections() {
    checkOpen();
    return new SessionCollections(this);
  }

  @Override
  public Instant now() {
    return now;
  }

  @Override
  public void afterCommit(Runnable action) {
    checkOpen();
    afterCommit.add(action);
  }

  @Override
  public @Nullable Object once(String key, Function<Transaction, @Nullable Object> work) {
    checkOpen();
    return Once.done(this, key, work);
  }

  /** Does a piece of work that is undone alone when it fails. */
  <T extends @Nullable Object> T piece(Function<Transaction, T> work) {
    checkOpen();
    int actions = afterCommit.size();
    Catalog before = catalog;
    execute("SAVEPOINT " + PIECE + ++pieces);
    boolean done = false;
    try {
      T result = work.apply(this);
      done = true;
      return result;
    } finally {
      if (!done) {
        afterCommit.subList(actions, afterCommit.size()).clear();
        catalog = before;
        execute("ROLLBACK TO SAVEPOINT " + PIECE + pieces);
      }
      execute("RELEASE SAVEPOINT " + PIECE + pieces--);
    }
  }

  private void execute(String own) {
    try (Statement statement = connection.createStatement()) {
      statement.execute(own);
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  List<Runnable> actionsAfterCommit() {
    return afterCommit;
  }

  /** From here on every use is a mistake of the caller. */
  void end() {
    ended = true;
  }

  Connection connection() {
    return connection;
  }

  Dialect dialect() {
    return dialect;
  }

  Catalog catalog() {
    return catalog;
  }

  void catalog(Catalog changed) {
    catalog = changed;
  }

  /** Reads the database that has the rows of foreign collections. */
  <T extends @Nullable Object> T readForeign(Function<Session, T> work) {
    Database other = neighbours.foreign();
    if (other == null) {
      throw new IllegalStateException("there is no other database");
    }
    return other.read(work);
  }

  /** The database that has the users' collections, when it is another. */
  @Nullable Database users() {
    return neighbours.users();
  }

  Writing writing() {
    checkOpen();
    Writing known = writing;
    if (known == null) {
      throw new IllegalStateException("this transaction only reads");
    }
    return known;
  }

  /** Tells the listeners of a row that was written. */
  void tell(Change change) {
    if (nested >= NESTED_MAX) {
      throw new DataException(
          DataException.Kind.TOO_LARGE,
          "more than " + NESTED_MAX + " writes of listeners led to each other");
    }
    nested++;
    try {
      for (RecordListener listener : writing().listeners()) {
        listener.written(change, this);
      }
    } finally {
      nested--;
    }
  }

  <T extends @Nullable Object> List<T> query(org.jooq.Query statement, RowReader<T> reader) {
    checkOpen();
    try (PreparedStatement prepared = prepared(statement);
        ResultSet row = prepared.executeQuery()) {
      List<T> rows = new ArrayList<>();
      while (row.next()) {
        rows.add(reader.read(row));
      }
      return rows;
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /** A number that a query always has. */
  long number(org.jooq.Query statement) {
    return query(statement, row -> row.getLong(1)).getFirst();
  }

  int update(org.jooq.Query statement) {
    checkOpen();
    try (PreparedStatement prepared = prepared(statement)) {
      return prepared.executeUpdate();
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  private PreparedStatement prepared(org.jooq.Query made) throws SQLException {
    DSLContext dsl = dialect.dsl();
    PreparedStatement statement = connection.prepareStatement(dsl.render(made));
    try {
      int index = 1;
      for (Object parameter : dsl.extractBindValues(made)) {
        statement.setObject(index++, parameter);
      }
    } catch (SQLException | RuntimeException e) {
      statement.close();
      throw e;
    }
    return statement;
  }

  RuntimeException failed(SQLException e) {
    DataException refusal = dialect.refusal(e);
    return refusal == null
        ? new DatabaseFailure("the database refused a statement: " + e.getMessage(), e)
        : refusal;
  }

  private void checkOpen() {
    if (ended) {
      throw new IllegalStateException("the transaction is over");
    }
  }
}
