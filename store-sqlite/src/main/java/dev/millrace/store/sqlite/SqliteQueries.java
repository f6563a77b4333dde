package dev.millrace.store.sqlite;

import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.EndReason;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.HumanTask;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.Status;
import dev.millrace.store.Rows;
import dev.millrace.store.codec.Codec;
import dev.millrace.store.query.Queries;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The questions of dialects as SQL. */
final class SqliteQueries implements Queries {

  /** Asks for what is set aside. */
  static final String QUARANTINE =
      "SELECT namespace, uid, partition, cause, at FROM mr_quarantine ";

  private static final String DEFINITION =
      """
      SELECT id, revision, number, format, name, owner, enabled, document, created_at
      FROM mr_definition d
      """;

  private static final String NEWEST =
      """
      d.removed = 0 AND d.revision =
        (SELECT max(x.revision) FROM mr_definition x WHERE x.id = d.id AND x.removed = 0)
      """;

  /** The revisions with a member of their metadata, read as a word. */
  private static final String DESCRIBED =
      "SELECT x.id, x.revision FROM mr_definition x, json_each("
          + Schema.payload("x.document")
          + ", '$.metadata') m WHERE m.key = ? AND CASE"
          + " WHEN m.type IN ('true', 'false') THEN m.type"
          + " WHEN m.type = 'text' OR typeof(m.value) = 'integer' THEN CAST(m.value AS TEXT) END = ?";

  private static final String HUMAN_TASK =
      """
      SELECT namespace, uid, run_id, node_id, title, content, created_at,
        id, user, state, operation, payload, changed_at, number
      FROM mr_human_task
      """;

  private static final String LIVE = "status IN ('PENDING', 'RUNNING', 'SUSPENDED')";

  private final ReadPool reads;

  SqliteQueries(ReadPool reads) {
    this.reads = reads;
  }

  @Override
  public Optional<DefinitionView> definition(String id, int revision) {
    return revision == 0
        ? one(DEFINITION + "WHERE id = ? AND removed = 0 ORDER BY revision DESC LIMIT 1", id)
        : one(DEFINITION + "WHERE id = ? AND revision = ? AND removed = 0", id, revision);
  }

  @Override
  public Optional<DefinitionView> pinnedDefinition(DefinitionRef ref) {
    return one(DEFINITION + "WHERE id = ? AND revision = ?", ref.id(), ref.revision());
  }

  @Override
  public Optional<DefinitionView> definitionByNumber(long number) {
    return one(
        DEFINITION + "WHERE number = ? AND removed = 0 ORDER BY revision DESC LIMIT 1", number);
  }

  private Optional<DefinitionView> one(String sql, Object... parameters) {
    return reads.read(connection ->
        ReadPool.row(connection, sql, row -> definition(connection, row), parameters));
  }

  @Override
  public Page<DefinitionView> definitions(DefinitionFilter filter, int limit, int offset) {
    // An empty name is part of every name, also of an empty one, which instr does not say.
    String where =
        "WHERE (?1 = '' OR instr(name, ?1) > 0) AND enabled = coalesce(?2, enabled) AND " + NEWEST;
    Integer enabled = filter.enabled() == null ? null : filter.enabled() ? 1 : 0;
    return reads.read(connection -> {
      List<DefinitionView> rows =
          ReadPool.rows(
              connection,
              DEFINITION + where + " ORDER BY number LIMIT ?3 OFFSET ?4",
              row -> definition(connection, row),
              filter.name(),
              enabled,
              Math.min(limit, PAGE_MAX),
              offset);
      long total =
          ReadPool.number(
              connection, "SELECT count(*) FROM mr_definition d " + where, filter.name(), enabled);
      return new Page<>(rows, total);
    });
  }

  @Override
  public List<DefinitionView> versions(String id) {
    return reads.read(connection ->
        ReadPool.rows(
            connection,
            DEFINITION + "WHERE id = ? AND removed = 0 ORDER BY revision DESC LIMIT ?",
            row -> definition(connection, row),
            id,
            PAGE_MAX));
  }

  @Override
  public InstancePage instances(InstanceFilter filter, int limit, @Nullable Long beforeId) {
    List<Object> parameters = new ArrayList<>();
    String where = where(filter, parameters);
    int rowsMax = Math.min(limit, PAGE_MAX);
    return reads.read(connection -> {
      long total =
          ReadPool.number(
              connection,
              "SELECT count(*) FROM mr_instance i WHERE " + where,
              parameters.toArray());
      List<Object> paged = new ArrayList<>(parameters);
      paged.add(beforeId == null ? Long.MAX_VALUE : beforeId);
      paged.add(rowsMax + 1);
      List<InstanceView> rows =
          ReadPool.rows(
              connection,
              """
              SELECT i.namespace, i.uid, i.id, i.definition_id, i.definition_revision,
                coalesce(d.name, iif(i.definition_revision = 0, substr(i.definition_id, 6), '')),
                i.executor, i.status, i.reason, i.incident, i.start_at,
                i.end_at
              FROM mr_instance i LEFT JOIN mr_definition d
                ON d.id = i.definition_id AND d.revision = i.definition_revision
              WHERE %s AND i.id < ? ORDER BY i.id DESC LIMIT ?
              """
                  .formatted(where),
              SqliteQueries::instance,
              paged.toArray());
      boolean more = rows.size() > rowsMax && rowsMax > 0;
      List<InstanceView> page = List.copyOf(rows.subList(0, Math.min(rows.size(), rowsMax)));
      return new InstancePage(page, total, more ? page.getLast().id() : null);
    });
  }

  private static String where(InstanceFilter filter, List<Object> parameters) {
    List<String> terms = new ArrayList<>();
    terms.add("1 = 1");
    if (!filter.definitionId().isEmpty()) {
      terms.add("i.execution_key = ?");
      parameters.add(ExecutionKeys.of(filter.definitionId()));
    }
    if (!filter.statuses().isEmpty()) {
      terms.add(oneOf("i.status", filter.statuses(), parameters));
    }
    if (!filter.executor().isEmpty()) {
      terms.add("i.executor = ?");
      parameters.add(filter.executor());
    }
    span("i.start_at", filter.from(), filter.to(), terms, parameters);
    if (filter.quarantined()) {
      terms.add("(i.namespace, i.uid) IN (SELECT namespace, uid FROM mr_quarantine)");
    }
    filter
        .metadata()
        .forEach((name, value) -> {
          terms.add("(i.definition_id, i.definition_revision) IN (" + DESCRIBED + ")");
          parameters.add(name);
          parameters.add(value);
        });
    return String.join(" AND ", terms);
  }

  @Override
  public Optional<QuarantineView> quarantine(InstanceKey key) {
    return reads.read(connection ->
        ReadPool.row(
            connection,
            QUARANTINE + "WHERE namespace = ? AND uid = ?",
            row -> {
              Rows.QuarantineRow aside = quarantine(row);
              return new QuarantineView(aside.cause(), aside.at());
            },
            key.namespace(),
            key.uid()));
  }

  static Rows.QuarantineRow quarantine(ResultSet row) throws SQLException {
    return new Rows.QuarantineRow(
        new InstanceKey(row.getString(1), row.getString(2)),
        row.getInt(3),
        row.getString(4),
        Instant.ofEpochMilli(row.getLong(5)));
  }

  @Override
  public long liveInstances(String definitionId) {
    return reads.read(connection ->
        ReadPool.number(
            connection,
            "SELECT count(*) FROM mr_instance WHERE definition_id = ? AND " + LIVE,
            definitionId));
  }

  @Override
  public Page<HumanTaskView> humanTasks(String user, int limit, int offset) {
    return reads.read(connection -> {
      List<HumanTaskView> rows =
          ReadPool.rows(
              connection,
              HUMAN_TASK + "WHERE user = ? AND open = 1 ORDER BY created_at, id LIMIT ? OFFSET ?",
              row -> humanTask(connection, row),
              user,
              Math.min(limit, PAGE_MAX),
              offset);
      long total =
          ReadPool.number(
              connection, "SELECT count(*) FROM mr_human_task WHERE user = ? AND open = 1", user);
      return new Page<>(rows, total);
    });
  }

  @Override
  public Optional<HumanTaskView> humanTask(String taskId) {
    return reads.read(connection ->
        ReadPool.row(
            connection, HUMAN_TASK + "WHERE id = ?", row -> humanTask(connection, row), taskId));
  }

  @Override
  public Optional<HumanTaskView> humanTask(long number) {
    return reads.read(connection ->
        ReadPool.row(
            connection,
            HUMAN_TASK + "WHERE number = ?",
            row -> humanTask(connection, row),
            number));
  }

  @Override
  public List<InstanceKey> keys(KeyFilter filter, @Nullable String after, int limit) {
    List<Object> parameters = new ArrayList<>();
    String where = where(filter, after, parameters);
    parameters.add(Math.min(limit, PAGE_MAX));
    return reads.read(connection ->
        ReadPool.rows(
            connection,
            "SELECT uid FROM mr_instance WHERE " + where + " ORDER BY uid LIMIT ?",
            row -> new InstanceKey(filter.namespace(), row.getString(1)),
            parameters.toArray()));
  }

  private static String where(KeyFilter filter, @Nullable String after, List<Object> parameters) {
    List<String> terms = new ArrayList<>();
    terms.add("namespace = ?");
    parameters.add(filter.namespace());
    if (after != null) {
      terms.add("uid > ?");
      parameters.add(after);
    }
    if (!filter.prefix().isEmpty()) {
      // The first finds the place in the index, the second where the prefix ends.
      terms.add("uid >= ? AND substr(uid, 1, length(?)) = ?");
      parameters.addAll(Collections.nCopies(3, filter.prefix()));
    }
    if (!filter.definitions().isEmpty()) {
      // Without the sign the rows of the definition would be sorted for every page.
      terms.add(oneOf("+definition_id", filter.definitions(), parameters));
    }
    if (!filter.statuses().isEmpty()) {
      terms.add(oneOf("status", filter.statuses(), parameters));
    }
    if (!filter.parent().isEmpty()) {
      terms.add("parent_uid = ?");
      parameters.add(filter.parent());
    }
    span("start_at", filter.span().from(), filter.span().to(), terms, parameters);
    return String.join(" AND ", terms);
  }

  private static String oneOf(String column, Set<?> values, List<Object> parameters) {
    values.forEach(value -> parameters.add(value.toString()));
    return column + " IN (" + String.join(", ", Collections.nCopies(values.size(), "?")) + ")";
  }

  private static void span(
      String column,
      @Nullable Instant from,
      @Nullable Instant to,
      List<String> terms,
      List<Object> parameters) {
    if (from != null) {
      terms.add(column + " >= ?");
      parameters.add(ceiling(from));
    }
    if (to != null) {
      terms.add(column + " < ?");
      parameters.add(ceiling(to));
    }
  }

  /** Rows hold whole milliseconds: the first that is not before a time. */
  private static long ceiling(Instant time) {
    long millis = time.toEpochMilli();
    return Instant.ofEpochMilli(millis).isBefore(time) ? millis + 1 : millis;
  }

  @Override
  public Optional<InstanceKey> byExecution(String executionUid) {
    return reads.read(connection ->
        ReadPool.row(
            connection,
            "SELECT namespace, uid FROM mr_instance"
                + " WHERE namespace = 'default' AND uid = ?1 AND execution_uid = uid"
                + " UNION ALL SELECT namespace, uid FROM mr_instance"
                + " WHERE execution_uid = ?1 AND execution_uid <> uid LIMIT 1",
            row -> new InstanceKey(row.getString(1), row.getString(2)),
            executionUid));
  }

  @Override
  public List<NumberedEvent> history(InstanceKey key, long afterSeq, int limit) {
    return reads.read(connection -> {
      Optional<Long> id = instanceId(connection, key);
      return id.isEmpty()
          ? List.of()
          : events(connection, id.get(), afterSeq, Math.min(limit, PAGE_MAX));
    });
  }

  static Optional<Long> instanceId(Connection connection, InstanceKey key) throws SQLException {
    return ReadPool.row(
        connection,
        "SELECT id FROM mr_instance WHERE uid = ? AND namespace = ?",
        row -> row.getLong(1),
        key.uid(),
        key.namespace());
  }

  /** Events after a number, in order; reads no more chunks than it needs. */
  static List<NumberedEvent> events(Connection connection, long instanceId, long after, int limit)
      throws SQLException {
    List<NumberedEvent> numbered = new ArrayList<>();
    try (PreparedStatement query =
        connection.prepareStatement(
            """
            SELECT first_seq, generation, events FROM mr_history
            WHERE instance_id = ? AND last_seq > ? ORDER BY last_seq
            """)) {
      query.setLong(1, instanceId);
      query.setLong(2, after);
      try (ResultSet row = query.executeQuery()) {
        while (numbered.size() < limit && row.next()) {
          long seq = row.getLong(1);
          int generation = row.getInt(2);
          for (HistoryEvent event :
              Codec.decodeHistory(Payloads.resolve(connection, row.getString(3)))) {
            if (seq > after && numbered.size() < limit) {
              numbered.add(new NumberedEvent(seq, generation, event));
            }
            seq++;
          }
        }
      }
    }
    return Collections.unmodifiableList(numbered);
  }

  static @Nullable Object json(Connection connection, @Nullable String column) throws SQLException {
    return column == null ? null : Codec.decodeJson(Payloads.resolve(connection, column));
  }

  private static DefinitionView definition(Connection connection, ResultSet row)
      throws SQLException {
    return new DefinitionView(
        new DefinitionRef(row.getString(1), row.getInt(2)),
        row.getLong(3),
        row.getString(4),
        row.getString(5),
        row.getString(6),
        row.getInt(7) == 1,
        Objects.requireNonNull(json(connection, row.getString(8)), "a definition has a document"),
        Instant.ofEpochMilli(row.getLong(9)));
  }

  private static InstanceView instance(ResultSet row) throws SQLException {
    long endAt = row.getLong(12);
    Instant end = row.wasNull() ? null : Instant.ofEpochMilli(endAt);
    return new InstanceView(
        new InstanceKey(row.getString(1), row.getString(2)),
        row.getLong(3),
        new DefinitionRef(row.getString(4), row.getInt(5)),
        row.getString(6),
        row.getString(7),
        Status.valueOf(row.getString(8)),
        EndReason.valueOf(row.getString(9)),
        row.getInt(10) == 1,
        Instant.ofEpochMilli(row.getLong(11)),
        end);
  }

  private static HumanTaskView humanTask(Connection connection, ResultSet row) throws SQLException {
    return new HumanTaskView(
        row.getLong(14),
        new InstanceKey(row.getString(1), row.getString(2)),
        row.getInt(3),
        row.getString(4),
        row.getString(5),
        row.getString(6),
        Instant.ofEpochMilli(row.getLong(7)),
        new HumanTask(
            row.getString(8),
            row.getString(9),
            HumanTask.State.valueOf(row.getString(10)),
            row.getString(11),
            json(connection, row.getString(12)),
            Instant.ofEpochMilli(row.getLong(13))));
  }
}
