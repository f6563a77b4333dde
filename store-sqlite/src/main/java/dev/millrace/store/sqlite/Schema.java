package dev.millrace.store.sqlite;

import dev.millrace.engine.EndReason;
import dev.millrace.engine.Status;
import dev.millrace.store.StatusWords;
import dev.millrace.store.StoreException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Creates the tables of an empty file and refuses files of another version. */
final class Schema {

  /** The version written and read. */
  static final int VERSION = 1;

  private static final Logger LOG = System.getLogger(Schema.class.getName());

  private static final String VERSION_KEY = "schema_version";
  private static final String SCRIPT = "001_init.sql";

  /**
   * What came later, in its order: payloads that know who refers to them, retention, limits of
   * processes, executions of every model, what lists of executions are counted by.
   */
  private static final List<Addition> ADDITIONS =
      List.of(
          new Addition("mr_blob_ref", "blob_refs.sql"),
          new Addition("mr_instance_ended", "retention.sql"),
          new Addition("mr_instance_kept", "definition_limits.sql"),
          new Addition("mr_instance_key", "executions.sql"),
          new Addition("mr_instance_execution_status", "execution_columns.sql"));

  /** A placeholder: a word, and the rest up to the braces. */
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{(\\w+)(?: ([^{}]+))?\\}\\}");

  private Schema() {}

  /**
   * Makes the file ready for use.
   *
   * @throws StoreException when it is of another version, or not ours
   */
  static void prepare(Connection connection) throws SQLException {
    String version = version(connection);
    if (version == null) {
      create(connection);
    } else {
      require(version);
      addWhatIsNew(connection);
    }
  }

  /**
   * A script that files of before it do not have run.
   *
   * @param made the table or index that tells that it ran
   */
  private record Addition(String made, String script) {}

  private static void addWhatIsNew(Connection connection) throws SQLException {
    for (Addition addition : missing(connection)) {
      LOG.log(
          Level.INFO,
          "bringing the data of an earlier build up to date by {0}; 1,000,000 instances take some ten seconds",
          addition.script());
      try (Statement statement = connection.createStatement()) {
        statement.executeUpdate("BEGIN IMMEDIATE");
        statement.executeUpdate(expand(script(addition.script())));
        statement.executeUpdate("COMMIT");
      }
    }
  }

  private static List<Addition> missing(Connection connection) throws SQLException {
    Set<String> made =
        Set.copyOf(
            ReadPool.rows(
                connection,
                "SELECT name FROM sqlite_master WHERE name LIKE 'mr~_%' ESCAPE '~'",
                row -> row.getString(1)));
    return ADDITIONS.stream().filter(addition -> !made.contains(addition.made())).toList();
  }

  /** Checks a file that may not be written. */
  static void check(Connection connection) throws SQLException {
    String version = version(connection);
    if (version == null) {
      throw new StoreException("the file holds no data of Millrace");
    }
    require(version);
    if (!missing(connection).isEmpty()) {
      throw new StoreException(
          "the file was written by an earlier build; start the server once, which brings it up to date");
    }
  }

  private static void require(String version) {
    if (!version.equals(Integer.toString(VERSION))) {
      throw new StoreException(
          "the data directory has schema version "
              + version
              + ", this release needs version "
              + VERSION
              + "; use the release that wrote it, or migrate it");
    }
  }

  private static @Nullable String version(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      boolean ours;
      boolean empty;
      try (ResultSet tables =
          statement.executeQuery(
              "SELECT count(*), count(*) FILTER (WHERE name = 'mr_meta') FROM sqlite_master")) {
        empty = tables.getLong(1) == 0;
        ours = tables.getLong(2) == 1;
      }
      if (empty) {
        return null;
      }
      if (!ours) {
        throw new StoreException("the file is an SQLite database of another program");
      }
      try (ResultSet row =
          statement.executeQuery("SELECT value FROM mr_meta WHERE key = '" + VERSION_KEY + "'")) {
        return row.next() ? row.getString(1) : "unknown";
      }
    }
  }

  private static void create(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate("BEGIN IMMEDIATE");
      statement.executeUpdate(expand(script(SCRIPT)));
      for (Addition addition : ADDITIONS) {
        statement.executeUpdate(expand(script(addition.script())));
      }
      try (PreparedStatement insert =
          connection.prepareStatement("INSERT INTO mr_meta (key, value) VALUES (?, ?)")) {
        insert.setString(1, VERSION_KEY);
        insert.setString(2, Integer.toString(VERSION));
        insert.executeUpdate();
      }
      statement.executeUpdate("COMMIT");
    }
  }

  private static String script(String name) {
    try (InputStream file = Schema.class.getResourceAsStream(name)) {
      if (file == null) {
        throw new StoreException("the program is incomplete: " + name + " is missing");
      }
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new StoreException("the program is incomplete: " + name + " cannot be read", e);
    }
  }

  /** Puts SQL in the place of the script's placeholders, comments left alone. */
  private static String expand(String script) {
    StringBuilder sql = new StringBuilder();
    for (String line : script.lines().toList()) {
      sql.append(line.startsWith("--") ? "" : expandLine(line)).append('\n');
    }
    return sql.toString();
  }

  private static String expandLine(String line) {
    return PLACEHOLDER
        .matcher(line)
        .replaceAll(match -> {
          String argument = match.group(2) == null ? "" : match.group(2);
          String sql =
              switch (match.group(1)) {
                case "json" -> payload(argument);
                case "shown" -> shown(payload(argument));
                case "time" ->
                    "strftime('%Y-%m-%d %H:%M:%S', " + argument + " / 1000, 'unixepoch')";
                case "iso" ->
                    "strftime('%Y-%m-%dT%H:%M:%fZ', " + argument + " / 1000.0, 'unixepoch')";
                case "status" -> statusCase();
                case "execution_status" -> NocoBaseWords.executionStatus();
                case "execution_reason" -> NocoBaseWords.executionReason();
                case "execution_cut" -> NocoBaseWords.executionReason() + " IS NOT NULL";
                case "job_status" -> NocoBaseWords.jobStatus();
                case "has_upstream" -> NocoBaseWords.hasUpstream();
                case "assigned" -> NocoBaseWords.assigned();
                default -> throw new StoreException("unknown placeholder in " + line);
              };
          return Matcher.quoteReplacement(sql);
        });
  }

  /** The payload of a column as SQL. */
  static String payload(String column) {
    int prefix = Payloads.REFERENCE.length();
    return "iif(substr(%1$s, 1, %2$d) = '%3$s', (SELECT body FROM mr_blob WHERE hash = substr(%1$s, %4$d)), %1$s)"
        .formatted(column, prefix, Payloads.REFERENCE, prefix + 1);
  }

  /** A payload of a workflow written as code is text: what it says, where that is JSON. */
  private static String shown(String payload) {
    return "iif(i.definition_revision = 0 AND json_valid(%1$s ->> '$'), %1$s ->> '$', %1$s)"
        .formatted(payload);
  }

  /** The mapping table as SQL; reasons are named only for states where they change the word. */
  static String statusCase() {
    StringBuilder sql = new StringBuilder("CASE");
    for (Status status : Status.values()) {
      Set<String> words = new HashSet<>();
      StringBuilder byReason = new StringBuilder();
      for (EndReason reason : EndReason.values()) {
        for (boolean incident : new boolean[] {false, true}) {
          String word = StatusWords.process(status, reason, incident);
          words.add(word);
          byReason.append(
              " WHEN i.status = '%s' AND i.reason = '%s' AND i.incident = %d THEN '%s'"
                  .formatted(status, reason, incident ? 1 : 0, word));
        }
      }
      if (words.size() == 1) {
        sql.append(" WHEN i.status = '%s' THEN '%s'".formatted(status, words.iterator().next()));
      } else {
        sql.append(byReason);
      }
    }
    return sql.append(" END").toString();
  }
}
