package dev.millrace.activities.sql;

import dev.millrace.activities.call.BoundedCall;
import dev.millrace.activities.call.Parameters;
import dev.millrace.runtime.activity.Activity;
import dev.millrace.runtime.activity.ActivityException;
import dev.millrace.runtime.activity.ActivityInput;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The activity {@code database-handler}: one SQL statement on a data source that the operator named
 * in the configuration, never on the server's own database unless it is configured so.
 *
 * <p>Parameters: {@code datasource} (name), {@code operation} (query, update, batch), {@code sql}
 * with {@code :named} parameters only, {@code params} (an object; a list of objects for batch),
 * {@code maxRows} (1000), {@code timeout} in seconds (30). Values are always bound. The output is
 * {@code {rows, count, keys}}: the rows read, the number of rows read or changed, and the first
 * column of the generated keys; {@code truncated: true} is added when there were more rows. A batch
 * is one transaction.
 *
 * <p>Errors: {@code sql.<SQLState>} or, without a state, {@code sql.<vendor code>}; {@code
 * timeout}, {@code too_large}, {@code constraint}. Thread-safe as far as the data sources are.
 */
public final class DatabaseActivity implements Activity {

  /** The most rows that {@code maxRows} may ask for. */
  public static final int MOST_ROWS = 100_000;

  /** The most characters of text in all rows together. */
  public static final int OUTPUT_LIMIT = 5 * 1024 * 1024;

  private static final int DEFAULT_ROWS = 1000;
  private static final int MOST_BATCH = 10_000;
  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration LONGEST_TIMEOUT = Duration.ofMinutes(10);
  private static final Set<String> OPERATIONS = Set.of("query", "update", "batch");
  private static final Set<String> WITH_KEYS = Set.of("INSERT", "REPLACE", "MERGE");

  /** Connection lost, rollback after a conflict, resources, intervention: worth another try. */
  private static final Set<String> TRANSIENT_CLASSES = Set.of("08", "40", "53", "57");

  /** SQLite's busy and locked, which come without a state. */
  private static final Set<Integer> SQLITE_CONTENTION = Set.of(5, 6);

  private static final int SQLITE_PRIMARY_CODE = 0xff;
  private static final int STATE_CLASS_LENGTH = 2;

  private final Map<String, DataSource> dataSources;

  /** Offers these data sources by name. */
  public DatabaseActivity(Map<String, DataSource> dataSources) {
    this.dataSources = Map.copyOf(dataSources);
  }

  @Override
  public String name() {
    return "database-handler";
  }

  @Override
  public @Nullable Object run(ActivityInput input) throws ActivityException, InterruptedException {
    Parameters parameters = new Parameters(name(), input.parameters());
    Call call = call(parameters, input);
    AtomicReference<@Nullable Statement> current = new AtomicReference<>();
    // The thread is not interrupted: some drivers lose their files when it is.
    return BoundedCall.run(() -> execute(call, current), call.timeout, _ -> cancel(current.get()));
  }

  private Call call(Parameters parameters, ActivityInput input) throws ActivityException {
    String name = parameters.requiredText("datasource");
    DataSource dataSource = dataSources.get(name);
    if (dataSource == null) {
      String known =
          dataSources.isEmpty()
              ? "none is configured"
              : "known are " + String.join(", ", new TreeSet<>(dataSources.keySet()));
      throw parameters.refuse("datasource \"" + name + "\" is not known; " + known);
    }
    String operation = parameters.text("operation", "query");
    if (operation.equals("call")) {
      throw parameters.refuse(
          "operation call is not available: use query or update with the function or procedure");
    }
    if (!OPERATIONS.contains(operation)) {
      throw parameters.mismatch("operation", "query, update or batch", operation);
    }
    NamedSql sql;
    try {
      sql = NamedSql.parse(parameters.requiredText("sql"));
    } catch (IllegalArgumentException e) {
      throw parameters.refuse("sql: " + e.getMessage());
    }
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Map<String, @Nullable Object> row : paramRows(parameters, operation)) {
      rows.add(values(parameters, sql, row));
    }
    Duration timeout = parameters.seconds("timeout", DEFAULT_TIMEOUT, LONGEST_TIMEOUT);
    return new Call(
        dataSource,
        operation,
        sql,
        rows,
        parameters.integer("maxRows", DEFAULT_ROWS, 1, MOST_ROWS),
        Parameters.shorter(timeout, input.timeout()));
  }

  private static List<Map<String, @Nullable Object>> paramRows(
      Parameters parameters, String operation) throws ActivityException {
    if (!operation.equals("batch")) {
      return List.of(parameters.object("params"));
    }
    if (!(parameters.value("params") instanceof List<?> list) || list.size() > MOST_BATCH) {
      throw parameters.mismatch(
          "params",
          "a list of at most " + MOST_BATCH + " objects for a batch",
          parameters.value("params"));
    }
    List<Map<String, @Nullable Object>> rows = new ArrayList<>();
    for (Object row : list) {
      rows.add(parameters.asObject("params", row));
    }
    return rows;
  }

  private static List<@Nullable Object> values(
      Parameters parameters, NamedSql sql, Map<String, @Nullable Object> row)
      throws ActivityException {
    List<@Nullable Object> values = new ArrayList<>();
    for (String name : sql.names()) {
      if (!row.containsKey(name)) {
        throw parameters.refuse(
            "sql names the parameter :%s, found in params only %s"
                .formatted(name, new TreeSet<>(row.keySet())));
      }
      values.add(row.get(name));
    }
    return values;
  }

  private static Map<String, @Nullable Object> execute(
      Call call, AtomicReference<@Nullable Statement> current) throws ActivityException {
    try (Connection connection = call.dataSource.getConnection()) {
      // The SQLite driver sends decimals as text, which then compare as text.
      boolean doubles = connection.getMetaData().getDatabaseProductName().equals("SQLite");
      try (PreparedStatement statement = prepare(connection, call)) {
        current.set(statement);
        // The driver's own limit, in whole seconds, is only there in case cancelling fails.
        statement.setQueryTimeout(Math.toIntExact(call.timeout.toSeconds()) + 1);
        return call.operation.equals("batch")
            ? batch(connection, statement, call, doubles)
            : single(statement, call, doubles);
      }
    } catch (SQLTimeoutException e) {
      throw BoundedCall.timeout(call.timeout);
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  private static PreparedStatement prepare(Connection connection, Call call) throws SQLException {
    String first = call.sql.sql().strip().split("\\s+", 2)[0].toUpperCase(Locale.ROOT);
    boolean keys = call.operation.equals("update") && WITH_KEYS.contains(first);
    return connection.prepareStatement(
        call.sql.sql(), keys ? Statement.RETURN_GENERATED_KEYS : Statement.NO_GENERATED_KEYS);
  }

  private static Map<String, @Nullable Object> single(
      PreparedStatement statement, Call call, boolean doubles)
      throws SQLException, ActivityException {
    bind(statement, call.rows.getFirst(), doubles);
    // One more than asked for tells whether there are more.
    statement.setMaxRows(call.maxRows + 1);
    if (call.operation.equals("query")) {
      try (ResultSet rows = statement.executeQuery()) {
        return rows(rows, call.maxRows);
      }
    }
    if (statement.execute()) {
      try (ResultSet rows = statement.getResultSet()) {
        return rows(rows, call.maxRows);
      }
    }
    long count = Math.max(0, statement.getUpdateCount());
    List<@Nullable Object> keys = new ArrayList<>();
    try (ResultSet generated = count == 0 ? null : statement.getGeneratedKeys()) {
      while (generated != null && generated.next() && keys.size() < call.maxRows) {
        keys.add(SqlValues.json(generated.getObject(1)));
      }
    }
    return output(List.of(), count, keys);
  }

  private static Map<String, @Nullable Object> batch(
      Connection connection, PreparedStatement statement, Call call, boolean doubles)
      throws SQLException {
    if (call.rows.isEmpty()) {
      return output(List.of(), 0, List.of());
    }
    boolean before = connection.getAutoCommit();
    connection.setAutoCommit(false);
    boolean done = false;
    try {
      for (List<@Nullable Object> row : call.rows) {
        bind(statement, row, doubles);
        statement.addBatch();
      }
      long count = 0;
      for (int changed : statement.executeBatch()) {
        count += changed == Statement.SUCCESS_NO_INFO ? 1 : Math.max(0, changed);
      }
      connection.commit();
      done = true;
      return output(List.of(), count, List.of());
    } finally {
      if (!done) {
        connection.rollback();
      }
      connection.setAutoCommit(before);
    }
  }

  private static void bind(
      PreparedStatement statement, List<@Nullable Object> values, boolean doubles)
      throws SQLException {
    for (int i = 0; i < values.size(); i++) {
      SqlValues.bind(statement, i + 1, values.get(i), doubles);
    }
  }

  private static Map<String, @Nullable Object> rows(ResultSet result, int maxRows)
      throws SQLException, ActivityException {
    List<@Nullable Object> rows = new ArrayList<>();
    long characters = 0;
    boolean truncated = false;
    while (result.next()) {
      if (rows.size() == maxRows) {
        truncated = true;
        break;
      }
      Map<String, @Nullable Object> row = SqlValues.row(result);
      for (Object value : row.values()) {
        characters += value instanceof String text ? text.length() : Long.BYTES;
      }
      if (characters > OUTPUT_LIMIT) {
        String message =
            "database-handler: the rows hold more than " + OUTPUT_LIMIT + " characters";
        throw new ActivityException("too_large", message, false);
      }
      rows.add(row);
    }
    Map<String, @Nullable Object> output = output(rows, rows.size(), List.of());
    if (truncated) {
      output.put("truncated", true);
    }
    return output;
  }

  private static Map<String, @Nullable Object> output(
      List<@Nullable Object> rows, long count, List<@Nullable Object> keys) {
    Map<String, @Nullable Object> output = new LinkedHashMap<>();
    output.put("rows", rows);
    output.put("count", count);
    output.put("keys", keys);
    return output;
  }

  private static ActivityException failure(SQLException e) {
    String state = e.getSQLState();
    boolean stateless = state == null || state.isBlank();
    boolean retryable =
        e instanceof SQLTransientException
            || (stateless
                ? SQLITE_CONTENTION.contains(e.getErrorCode() & SQLITE_PRIMARY_CODE)
                : TRANSIENT_CLASSES.contains(
                    state.substring(0, Math.min(STATE_CLASS_LENGTH, state.length()))));
    String code = stateless ? String.valueOf(e.getErrorCode()) : state;
    return new ActivityException("sql." + code, "database-handler: " + e.getMessage(), retryable);
  }

  private static void cancel(@Nullable Statement statement) {
    try {
      if (statement != null) {
        statement.cancel();
      }
    } catch (SQLException e) {
      // The statement has ended meanwhile, or the driver cannot cancel; nobody waits for it.
    }
  }

  /** One statement with its values, one list per execution. */
  private record Call(
      DataSource dataSource,
      String operation,
      NamedSql sql,
      List<List<@Nullable Object>> rows,
      int maxRows,
      Duration timeout) {}
}
