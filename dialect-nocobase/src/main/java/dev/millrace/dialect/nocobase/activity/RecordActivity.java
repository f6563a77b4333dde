package dev.millrace.dialect.nocobase.activity;

import dev.millrace.data.Aggregation;
import dev.millrace.data.DataException;
import dev.millrace.data.Database;
import dev.millrace.data.DatabaseFailure;
import dev.millrace.data.Query;
import dev.millrace.data.Records;
import dev.millrace.data.SharedTransaction;
import dev.millrace.data.TransactionOverException;
import dev.millrace.data.WriteContext;
import dev.millrace.dialect.nocobase.catalog.SystemCollections;
import dev.millrace.dialect.nocobase.http.Parameters;
import dev.millrace.dialect.nocobase.trigger.RecordEvents;
import dev.millrace.dialect.nocobase.trigger.Sources;
import dev.millrace.engine.JsonValue;
import dev.millrace.format.nocobase.node.DataNode;
import dev.millrace.runtime.activity.Activity;
import dev.millrace.runtime.activity.ActivityException;
import dev.millrace.runtime.activity.ActivityInput;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Work on records. A write is done once for each idempotency key, so a repeat after a crash answers
 * what was answered then; the executions that led here travel with it. Thread-safe.
 */
final class RecordActivity implements Activity {
  static final String ERROR = "nocobase.error";

  /** Say who may do what; their actions look at who asks. */
  private static final Set<String> PEOPLE =
      Set.of(SystemCollections.ROLES, SystemCollections.ROLES_USERS, SystemCollections.API_KEYS);

  private static final String FAILED = "nocobase.failed";
  static final String ENDED = "the transaction has ended, and all of it was undone";
  private static final int MAX_PRECISION = 14;

  private final Kind kind;
  private final Supplier<Database> database;

  /** What is done. */
  enum Kind {
    CREATE,
    UPDATE,
    DESTROY,
    QUERY,
    AGGREGATE
  }

  /**
   * An activity.
   *
   * @param database may wait until it is open
   */
  RecordActivity(Kind kind, Supplier<Database> database) {
    this.kind = kind;
    this.database = database;
  }

  @Override
  public String name() {
    return "nocobase." + kind.name().toLowerCase(java.util.Locale.ROOT);
  }

  @Override
  public @Nullable Object run(ActivityInput input) throws ActivityException, InterruptedException {
    try {
      return done(input);
    } catch (DatabaseFailure failed) {
      throw failure(failed, input);
    } catch (CompletionException e) {
      // Whoever waits for the database to be opened is told so.
      if (e.getCause() instanceof DatabaseFailure failed) {
        throw failure(failed, input);
      }
      throw e;
    }
  }

  /** A database that is away is tried again, unless the transaction that it had open is lost. */
  static ActivityException failure(DatabaseFailure failed, ActivityInput input) {
    boolean away = failed.away();
    String message =
        away
            ? "the database of the records cannot be reached, attempt " + input.attempt()
            : "the database of the records failed; see the log of the server";
    System.getLogger(RecordActivity.class.getName())
        .log(away ? System.Logger.Level.WARNING : System.Logger.Level.ERROR, message, failed);
    Map<String, @Nullable Object> detail = new LinkedHashMap<>();
    detail.put("message", message);
    boolean again = away && input.parameters().get("$transaction") == null;
    return new ActivityException(
        again ? DataNode.UNAVAILABLE : ERROR, message, again, detail, null);
  }

  private @Nullable Object done(ActivityInput input)
      throws ActivityException, InterruptedException {
    try {
      return switch (kind) {
        case CREATE -> create(input);
        case UPDATE -> update(input);
        case DESTROY -> destroy(input);
        case QUERY -> query(input);
        case AGGREGATE -> aggregate(input);
      };
    } catch (DataException refused) {
      throw failure(ERROR, String.valueOf(refused.getMessage()));
    } catch (TransactionOverException over) {
      throw failure(ERROR, ENDED);
    }
  }

  /** Writes once, in the open transaction that the node lies in, or in one of its own. */
  private @Nullable Object once(
      ActivityInput input, String collection, Function<Records, @Nullable Object> work)
      throws ActivityException, InterruptedException {
    checkPeople(collection, values(input).keySet());
    Database home = database.get().home(collection);
    SharedTransaction open = open(database.get(), input);
    String key = input.idempotencyKey();
    if (open == null) {
      return home.once(key, transaction -> work.apply(transaction.records(collection)));
    }
    if (!home.equals(database.get().ofUsers())) {
      throw failure(ERROR, "collection " + collection + " is not in the transaction's database");
    }
    return open.run(
        transaction -> transaction.once(key, same -> work.apply(same.records(collection))));
  }

  /** Reads what the open transaction sees that the node lies in, or what is committed. */
  private <T extends @Nullable Object> T read(
      ActivityInput input, String collection, Function<Records, T> work)
      throws ActivityException, InterruptedException {
    SharedTransaction open = open(database.get(), input);
    Database home = database.get().home(collection);
    return open == null || !home.equals(database.get().ofUsers())
        ? work.apply(home.records(collection))
        : open.run(transaction -> work.apply(transaction.records(collection)));
  }

  /** The open transaction that a node lies in; null for none. */
  static @Nullable SharedTransaction open(Database database, ActivityInput input)
      throws ActivityException {
    Object name = input.parameters().get("$transaction");
    if (name == null) {
      return null;
    }
    SharedTransaction open = database.ofUsers().shared(name.toString());
    if (open == null) {
      throw failure(ERROR, ENDED);
    }
    return open;
  }

  static ActivityException failure(String type, String message) {
    Map<String, @Nullable Object> detail = new LinkedHashMap<>();
    detail.put("message", message);
    return new ActivityException(type, message, false, detail, null);
  }

  /** Who may edit workflows may not become root by one, nor lock root out. */
  private void checkPeople(String collection, Set<String> written) throws ActivityException {
    boolean users = collection.equals(SystemCollections.USERS);
    if (PEOPLE.contains(collection) || (users && kind == Kind.DESTROY)) {
      throw failure(ERROR, "%s cannot be changed by a workflow so".formatted(collection));
    }
    for (String field : List.of("password", "roles")) {
      if (users && written.contains(field)) {
        throw failure(ERROR, "users.%s cannot be changed by a workflow".formatted(field));
      }
    }
  }

  private static String collection(ActivityInput input) throws ActivityException {
    String name = Sources.name(input.parameters().get("collection"));
    if (name.isEmpty()) {
      throw failure(ERROR, "Collection is not configured");
    }
    if (name.indexOf(':') >= 0) {
      throw failure(
          ERROR, "data source %s does not exist".formatted(name.substring(0, name.indexOf(':'))));
    }
    return name;
  }

  private static Map<?, ?> params(ActivityInput input) {
    return input.parameters().get("params") instanceof Map<?, ?> map ? map : Map.of();
  }

  private static List<String> names(@Nullable Object value) {
    return value instanceof List<?> list
        ? list.stream().filter(String.class::isInstance).map(String.class::cast).toList()
        : List.of();
  }

  private static WriteContext context(ActivityInput input) {
    WriteContext context =
        WriteContext.NONE.with(RecordEvents.STACK, input.parameters().get("stack"));
    return Boolean.FALSE.equals(params(input).get("individualHooks"))
        ? context.with(RecordEvents.SKIP, true)
        : context;
  }

  private static Map<String, @Nullable Object> values(ActivityInput input) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    if (params(input).get("values") instanceof Map<?, ?> given) {
      given.forEach((name, value) -> values.put(String.valueOf(name), value));
    }
    return values;
  }

  private @Nullable Object create(ActivityInput input)
      throws ActivityException, InterruptedException {
    String collection = collection(input);
    List<String> appends = names(params(input).get("appends"));
    return once(
        input,
        collection,
        records -> {
          Map<String, @Nullable Object> row = records.create(values(input), context(input));
          Object key =
              records.collection().primaryKey().map(field -> row.get(field.name())).orElse(null);
          return key == null ? row : records.get(Query.byKey(key).appends(appends)).orElse(row);
        });
  }

  private @Nullable Object update(ActivityInput input)
      throws ActivityException, InterruptedException {
    String collection = collection(input);
    Object filter = params(input).get("filter");
    if (Parameters.emptyFilter(filter)) {
      throw failure(
          ERROR, "must provide filter or filterByTk for update call, or set forceUpdate to true");
    }
    return once(
        input,
        collection,
        records ->
            (long) records.update(Query.where(filter), values(input), context(input)).size());
  }

  private @Nullable Object destroy(ActivityInput input)
      throws ActivityException, InterruptedException {
    String collection = collection(input);
    Object filter = params(input).get("filter");
    if (Parameters.emptyFilter(filter)) {
      return null;
    }
    return once(
        input, collection, records -> (long) records.destroy(Query.where(filter), context(input)));
  }

  private @Nullable Object query(ActivityInput input)
      throws ActivityException, InterruptedException {
    Map<?, ?> params = params(input);
    List<String> sort = new ArrayList<>();
    if (params.get("sort") instanceof List<?> orders) {
      for (Object order : orders) {
        String field = JsonValue.text(order, "field", "");
        if (!field.isEmpty()) {
          boolean down = JsonValue.text(order, "direction", "asc").equalsIgnoreCase("desc");
          sort.add(down ? "-" + field : field);
        }
      }
    }
    Query query =
        Query.where(params.get("filter"))
            .fields(names(params.get("fields")))
            .appends(names(params.get("appends")))
            .sort(sort)
            .page(params.get("page"), params.get("pageSize"))
            .simple();
    String collection = collection(input);
    boolean multiple = Boolean.TRUE.equals(input.parameters().get("multiple"));
    boolean fail = Boolean.TRUE.equals(input.parameters().get("failOnEmpty"));
    if (multiple) {
      List<Map<String, @Nullable Object>> rows =
          read(input, collection, records -> records.list(query).rows());
      if (rows.isEmpty() && fail) {
        throw new ActivityException(FAILED, "no record was found", false, List.of(), null);
      }
      return rows;
    }
    Optional<Map<String, @Nullable Object>> row =
        read(input, collection, records -> records.get(query));
    if (row.isEmpty() && fail) {
      throw new ActivityException(FAILED, "no record was found", false);
    }
    return row.orElse(null);
  }

  private @Nullable Object aggregate(ActivityInput input)
      throws ActivityException, InterruptedException {
    Map<?, ?> params = params(input);
    if (!(params.get("field") instanceof String field) || field.isEmpty()) {
      throw failure(ERROR, "\"field\" is required");
    }
    Long precision = Parameters.number(input.parameters().get("precision"));
    Aggregation aggregation =
        new Aggregation(
            Aggregation.Aggregator.named(JsonValue.text(input.parameters(), "aggregator", "count")),
            field,
            Boolean.TRUE.equals(params.get("distinct")),
            Math.clamp(precision == null ? Aggregation.PRECISION : precision, 0, MAX_PRECISION),
            Query.where(params.get("filter")));
    Object association = input.parameters().get("association");
    if (Boolean.TRUE.equals(input.parameters().get("associated"))) {
      String owner = Sources.name(JsonValue.get(association, "associatedCollection"));
      Object key = JsonValue.get(association, "associatedKey");
      String name = JsonValue.text(association, "name", "");
      if (key == null || owner.isEmpty() || name.isEmpty()) {
        throw failure(ERROR, "association: expected associatedCollection, name and associatedKey");
      }
      return read(input, owner, records -> records.related(key, name).aggregate(aggregation));
    }
    return read(input, collection(input), records -> records.aggregate(aggregation));
  }
}
