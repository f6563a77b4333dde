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
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The environment of the engine, in which NocoBase's workflows find the rows of {@code
 * environmentVariables}; other definitions do not see them. What was read is kept until a row is
 * changed. Thread-safe.
 */
public final class SharedVariables implements Environment {
  private final Environment others;
  private final Supplier<Database> database;
  private final AtomicLong changes = new AtomicLong();
  private boolean listening;
  private volatile @Nullable Map<String, @Nullable Object> known;

  /**
   * Over the environment of all other definitions.
   *
   * @param database may wait until it is open; asked when a workflow first asks for a variable
   */
  public SharedVariables(Environment others, Supplier<Database> database) {
    this.others = others;
    this.database = database;
  }

  @Override
  public Map<String, @Nullable Object> variables(String owner) {
    if (!owner.equals(NocoBaseFormat.OWNER)) {
      return others.variables(owner);
    }
    Map<String, @Nullable Object> variables = known;
    return variables == null ? read() : variables;
  }

  @Override
  public Map<String, String> secrets() {
    return others.secrets();
  }

  private synchronized Map<String, @Nullable Object> read() {
    try {
      Database opened = database.get();
      if (!listening) {
        listening = true;
        opened.listen(this::changed);
      }
      long before = changes.get();
      Map<String, @Nullable Object> variables = new LinkedHashMap<>();
      for (Map<String, @Nullable Object> row :
          opened.records(SystemCollections.ENVIRONMENT).list(Query.all().unpaged()).rows()) {
        variables.put(String.valueOf(row.get("name")), row.get("value"));
      }
      if (changes.get() == before) {
        known = variables;
      }
      return variables;
    } catch (DatabaseFailure | CompletionException e) {
      throw new ExpressionException("$env: the environment variables cannot be read");
    }
  }

  private void changed(Change change, Transaction transaction) {
    if (change.collection().equals(SystemCollections.ENVIRONMENT)) {
      transaction.afterCommit(this::forget);
    }
  }

  private void forget() {
    changes.incrementAndGet();
    known = null;
  }
}
