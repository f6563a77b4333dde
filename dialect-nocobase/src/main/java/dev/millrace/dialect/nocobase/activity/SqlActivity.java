package dev.millrace.dialect.nocobase.activity;

import dev.millrace.engine.JsonValue;
import dev.millrace.runtime.activity.Activity;
import dev.millrace.runtime.activity.ActivityException;
import dev.millrace.runtime.activity.ActivityInput;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The node type {@code sql} in the terms of the activity {@code database-handler}: it reaches only
 * databases that are configured for tasks, never the server's own. {@code main} is one of that name
 * there. Thread-safe.
 */
final class SqlActivity implements Activity {
  /** Texts and comments, which hold no variables, and variables. */
  private static final Pattern PARTS =
      Pattern.compile(
          "'(?:[^']|'')*+'|\"(?:[^\"]|\"\")*+\"|`[^`]*+`|--[^\\n]*+|(?s:/\\*.*?\\*/)"
              + "|(?s:\\$(?<tag>\\w*)\\$.*?\\$\\k<tag>\\$)|::\\w+|:(?<name>[A-Za-z_]\\w*)"
              + "|(?<returning>(?i:\\breturning\\b))");

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
    Statement statement =
        Statement.of(sql, config.get("variables") instanceof Map<?, ?> map ? map : Map.of());
    Map<String, @Nullable Object> parameters = new LinkedHashMap<>();
    String source = JsonValue.text(config, "dataSource", "main");
    parameters.put("datasource", source.isBlank() ? "main" : source);
    // What is run as an update may give rows too, unless its keys are asked for.
    parameters.put("operation", statement.returning() ? "query" : "update");
    parameters.put("sql", statement.sql());
    parameters.put("params", statement.variables());
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
    Object rows = JsonValue.get(output, "rows");
    if (!Boolean.TRUE.equals(config.get("withMeta"))) {
      return rows;
    }
    Map<String, @Nullable Object> meta = new LinkedHashMap<>();
    meta.put("rowCount", JsonValue.get(output, "count"));
    return java.util.Arrays.asList(rows, meta);
  }

  /**
   * A statement in which a list of values has become as many variables.
   *
   * @param returning whether it changes rows and gives them back
   */
  private record Statement(String sql, Map<String, @Nullable Object> variables, boolean returning) {

    static Statement of(String sql, Map<?, ?> given) {
      Map<String, @Nullable Object> variables = new LinkedHashMap<>();
      given.forEach((name, value) -> variables.put(String.valueOf(name), value));
      Matcher parts = PARTS.matcher(sql);
      boolean returning = false;
      StringBuilder changed = new StringBuilder();
      while (parts.find()) {
        String name = parts.group("name");
        returning |= parts.group("returning") != null;
        String text =
            name != null && given.get(name) instanceof List<?> list && plain(list)
                ? spread(name, list, variables)
                : parts.group();
        parts.appendReplacement(changed, Matcher.quoteReplacement(text));
      }
      return new Statement(parts.appendTail(changed).toString(), variables, returning);
    }

    private static boolean plain(List<?> list) {
      return list.stream().noneMatch(one -> one instanceof List || one instanceof Map);
    }

    /** Nothing is in an empty list: null equals no value. */
    private static String spread(
        String name, List<?> list, Map<String, @Nullable Object> variables) {
      if (list.isEmpty()) {
        return "NULL";
      }
      StringJoiner names = new StringJoiner(", ");
      for (int i = 0; i < list.size(); i++) {
        String one = name + "__" + i;
        variables.put(one, list.get(i));
        names.add(":" + one);
      }
      return names.toString();
    }
  }
}
