package dev.millrace.dialect.nocobase.run;

import dev.millrace.data.Change;
import dev.millrace.data.Database;
import dev.millrace.data.DatabaseFailure;
import dev.millrace.data.Query;
import dev.millrace.data.Transaction;
import dev.millrace.dialect.nocobase.catalog.SystemCollections;
import dev.millrace.engine.expression.ExpressionException;
import dev.millrace.engine.graph.Environment;
import dev.millrace.format.nocobase.NocoBaseFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The environment of the engine, in which NocoBase's workflows find the rows of {@code
 * environmentVariables}; other definitions do not see them. They are read when the database is
 * opened and after each change, so that who asks for them finds them in memory. Thread-safe.
 */
public final class SharedVariables implements Environment {
  private final Environment others;
  private final Supplier<Database> database;
  private @Nullable Database listening;
  private volatile @Nullable Map<String, @Nullable Object> known;

  /**
   * Over the environment of all other definitions.
   *
   * @param database may wait until it is open; asked where a workflow wants a variable before
   *     {@link #load}
   */
  public SharedVariables(Environment others, Supplier<Database> database) {
    this.others = others;
    this.database = database;
  }

  /**
   * Reads the variables of a database that was opened, and from now on follows their changes.
   *
   * @throws DatabaseFailure when they cannot be read
   */
  public synchronized void load(Database opened) {
    if (!opened.equals(listening)) {
      opened.listen((change, transaction) -> changed(opened, change, transaction));
      listening = opened;
    }
    known = read(opened);
  }

  @Override
  public Map<String, @Nullable Object> variables(String owner) {
    if (!owner.equals(NocoBaseFormat.OWNER)) {
      return others.variables(owner);
    }
    Map<String, @Nullable Object> variables = known;
    return variables == null ? wanted() : variables;
  }

  @Override
  public Map<String, String> secrets() {
    return others.secrets();
  }

  private Map<String, @Nullable Object> wanted() {
    try {
      Database opened = database.get();
      load(opened);
      Map<String, @Nullable Object> variables = known;
      return variables == null ? read(opened) : variables;
    } catch (DatabaseFailure | CompletionException e) {
      throw new ExpressionException("$env: the environment variables cannot be read");
    }
  }

  private static Map<String, @Nullable Object> read(Database opened) {
    Map<String, @Nullable Object> variables = new LinkedHashMap<>();
    for (Map<String, @Nullable Object> row :
        opened.records(SystemCollections.ENVIRONMENT).list(Query.all().unpaged()).rows()) {
      variables.put(String.valueOf(row.get("name")), row.get("value"));
    }
    return variables;
  }

  private void changed(Database opened, Change change, Transaction transaction) {
    if (change.collection().equals(SystemCollections.ENVIRONMENT)) {
      transaction.afterCommit(() -> readAgain(opened));
    }
  }

  /** Whoever reads last has seen all commits, as reads of one after the other do. */
  private synchronized void readAgain(Database opened) {
    if (opened.equals(listening)) {
      known = null;
      known = read(opened);
    }
  }
}
