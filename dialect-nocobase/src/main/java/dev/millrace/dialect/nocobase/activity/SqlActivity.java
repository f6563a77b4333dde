package dev.millrace.dialect.nocobase.activity;

import dev.millrace.engine.JsonValue;
import dev.millrace.runtime.activity.Activity;
import dev.millrace.runtime.activity.ActivityException;
import dev.millrace.runtime.activity.ActivityInput;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The node type {@code sql} in the terms of the activity {@code database-handler}: it reaches only
 * databases that are configured for tasks, never the server's own. {@code main} is one of that name
 * there. Thread-safe.
 */
final class SqlActivity implements Activity {
  private static final Set<String> READING = Set.of("SELECT", "WITH", "VALUES", "SHOW", "EXPLAIN");
  private static final String ERROR = "nocobase.error";

  private final Activity databases;

  SqlActivity(Activity databases) {
    this.databases = databases;
  }

  @Override
  public String name() {
    return "nocobase.sql";
  }

  @Override
  public @Nullable Object run(ActivityInput input) throws ActivityException, InterruptedException {
    Map<String, @Nullable Object> config = input.parameters();
    String sql = JsonValue.text(config, "sql", "").strip();
    if (sql.isEmpty()) {
      return null;
    }
    boolean reads = READING.contains(sql.split("\\W+", 2)[0].toUpperCase(Locale.ROOT));
    Map<String, @Nullable Object> parameters = new LinkedHashMap<>();
    String source = JsonValue.text(config, "dataSource", "main");
    parameters.put("datasource", source.isBlank() ? "main" : source);
    parameters.put("operation", reads ? "query" : "update");
    parameters.put("sql", sql);
    Object variables = config.get("variables");
    parameters.put("params", variables instanceof Map<?, ?> ? variables : Map.of());
    Object output;
    try {
      output =
          databases.run(
              new ActivityInput(
                  parameters, Map.of(), input.idempotencyKey(), input.attempt(), input.timeout()));
    } catch (ActivityException e) {
      Map<String, @Nullable Object> detail = new LinkedHashMap<>();
      detail.put("message", e.getMessage());
      throw new ActivityException(ERROR, String.valueOf(e.getMessage()), false, detail, null);
    }
    Object rows = reads ? JsonValue.get(output, "rows") : List.of();
    if (!Boolean.TRUE.equals(config.get("withMeta"))) {
      return rows;
    }
    Map<String, @Nullable Object> meta = new LinkedHashMap<>();
    meta.put("rowCount", JsonValue.get(output, "count"));
    return java.util.Arrays.asList(rows, meta);
  }
}
