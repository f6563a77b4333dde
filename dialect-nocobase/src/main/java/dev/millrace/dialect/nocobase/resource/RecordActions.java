package dev.millrace.dialect.nocobase.resource;

import dev.millrace.data.Database;
import dev.millrace.data.FieldDefinition;
import dev.millrace.data.FieldType;
import dev.millrace.data.Page;
import dev.millrace.data.Query;
import dev.millrace.data.Records;
import dev.millrace.data.Related;
import dev.millrace.data.WriteContext;
import dev.millrace.dialect.nocobase.auth.AccessControl;
import dev.millrace.dialect.nocobase.catalog.SystemCollections;
import dev.millrace.dialect.nocobase.http.ActionRequest;
import dev.millrace.dialect.nocobase.http.Answer;
import dev.millrace.dialect.nocobase.http.Errors;
import dev.millrace.dialect.nocobase.http.Parameters;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What can be done with the records of every collection: list, get, create, update, destroy, and
 * with links: add, remove, set, toggle.
 */
public final class RecordActions {
  /** Collections whose lists say only whether more follows. */
  private static final Set<String> SIMPLE =
      Set.of(SystemCollections.MANUAL_TASKS, SystemCollections.CC_TASKS);

  /** How many records one list may create. */
  private static final int MOST_AT_ONCE = 10_000;

  private static final String NO_OWNER = "undefined";
  private static final String ANY_OWNER = "_";

  private final Database database;
  private final AccessControl access;
  private final InstantSource clock;
  private final ZoneId zone;
  private final WideNumbers numbers;

  /** Over a database; times without a zone are in the given one. */
  public RecordActions(Database database, AccessControl access, InstantSource clock, ZoneId zone) {
    this.database = database;
    this.access = access;
    this.clock = clock;
    this.zone = zone;
    this.numbers = new WideNumbers(database);
  }

  /** Rows as they are answered. */
  List<Map<String, @Nullable Object>> shown(
      ActionRequest request, List<? extends Map<String, @Nullable Object>> rows) {
    ActionRequest.Target target = request.target();
    String collection =
        target.owned()
            ? link(request).map(field -> String.valueOf(field.options().get("target"))).orElse("")
            : target.name();
    return numbers.shown(collection, rows);
  }

  /** A row as it is answered. */
  Answer one(ActionRequest request, Map<String, @Nullable Object> row) {
    return Answer.of(shown(request, List.of(row)).getFirst());
  }

  /** The records a request is about; null when it names an owner that there is not. */
  @Nullable Records records(ActionRequest request) {
    ActionRequest.Target target = request.target();
    if (!target.owned()) {
      return database.records(target.name());
    }
    Records owners = database.records(target.owner());
    if (target.ownerKey().equals(ANY_OWNER)) {
      return database.records(
          owners
              .collection()
              .field(target.name())
              .map(field -> String.valueOf(field.options().get("target")))
              .orElseThrow(Errors::notFound));
    }
    boolean number = Parameters.number(target.ownerKey()) != null;
    boolean numbered =
        owners.collection().primaryKey().map(key -> !isText(key.type())).orElse(true);
    if (target.ownerKey().equals(NO_OWNER) || (numbered && !number)) {
      return null;
    }
    return owners.related(target.ownerKey(), target.name());
  }

  private static boolean isText(FieldType type) {
    return switch (type) {
      case STRING, TEXT, UID, UUID -> true;
      default -> false;
    };
  }

  /** What a request asks for, with the rows its role may see. */
  public Query query(ActionRequest request) {
    Parameters parameters = request.parameters();
    Variables variables = new Variables(request.identity(), clock.instant());
    Query query =
        Query.where(variables.resolve(parameters.filter()))
            .keys(parameters.keys())
            .fields(parameters.list("fields"))
            .except(parameters.list("except"))
            .appends(parameters.list("appends"))
            .sort(parameters.list("sort"))
            .zone(parameters.zone(zone));
    return scoped(request, query);
  }

  /** A query for the rows that the caller's role may see or change by the action. */
  Query scoped(ActionRequest request, Query query) {
    Map<String, @Nullable Object> scope =
        access.scope(request.identity(), request.target().resource(), request.target().action());
    return scope == null ? query : query.and(scope);
  }

  /** The rows a request names, as they are. */
  Query which(ActionRequest request) {
    return Query.where(
            new Variables(request.identity(), clock.instant())
                .resolve(request.parameters().filter()))
        .keys(request.parameters().keys())
        .zone(request.parameters().zone(zone));
  }

  Answer list(ActionRequest request) {
    return list(request, query(request));
  }

  Answer list(ActionRequest request, Query query) {
    Records records = records(request);
    Parameters parameters = request.parameters();
    boolean simple = SIMPLE.contains(request.target().name());
    if (records == null) {
      return page(
          request,
          new Page(List.of(), 0L, false, parameters.page(), parameters.pageSize()),
          simple);
    }
    if (!parameters.paginate()) {
      return new Answer.Rows(shown(request, records.list(query.unpaged()).rows()), null);
    }
    Query paged = query.page(parameters.page(), parameters.pageSize());
    return page(request, records.list(simple ? paged.simple() : paged), simple);
  }

  private Answer page(ActionRequest request, Page page, boolean simple) {
    return new Answer.Rows(shown(request, page.rows()), meta(page, simple));
  }

  /** What is told of a page beside its rows. */
  static Map<String, @Nullable Object> meta(Page page, boolean simple) {
    Map<String, @Nullable Object> meta = new LinkedHashMap<>();
    Long count = page.count();
    if (simple || count == null) {
      meta.put("hasNext", page.hasNext());
      meta.put("page", page.page());
      meta.put("pageSize", page.pageSize());
    } else {
      meta.put("count", count);
      meta.put("page", page.page());
      meta.put("pageSize", page.pageSize());
      meta.put("totalPage", (count + page.pageSize() - 1) / page.pageSize());
    }
    return meta;
  }

  Answer get(ActionRequest request) {
    return get(request, query(request));
  }

  Answer get(ActionRequest request, Query query) {
    Parameters parameters = request.parameters();
    Records records = records(request);
    boolean named =
        !parameters.keys().isEmpty() || parameters.hasFilter() || request.target().owned();
    if (records == null || !named) {
      return Answer.of(null);
    }
    return records.get(query).map(row -> one(request, row)).orElseGet(() -> Answer.of(null));
  }

  /** Creates a record; of a list in the body, one for each of its objects, or none of them. */
  Answer create(ActionRequest request) {
    WriteContext context = context(request);
    if (!(request.body() instanceof List<?> list)) {
      return one(request, writable(request).create(allowed(request, request.values()), context));
    }
    if (list.size() > MOST_AT_ONCE) {
      throw Errors.bad("expected at most %d records".formatted(MOST_AT_ONCE));
    }
    List<Map<String, @Nullable Object>> given = new ArrayList<>();
    list.forEach(each -> given.add(allowed(request, object(each))));
    return Answer.of(
        shown(
            request,
            inOne(
                request,
                records ->
                    given.stream().map(values -> records.create(values, context)).toList())));
  }

  /** An object of a body. */
  static Map<String, @Nullable Object> object(@Nullable Object given) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    if (given instanceof Map<?, ?> map) {
      map.forEach((key, value) -> values.put(String.valueOf(key), value));
    } else if (given != null) {
      throw Errors.bad("expected an object as the body");
    }
    return values;
  }

  /** Does work with the records a request is about, all of it in one transaction. */
  <T extends @Nullable Object> T inOne(ActionRequest request, Function<Records, T> work) {
    ActionRequest.Target target = request.target();
    boolean linked = target.owned() && !target.ownerKey().equals(ANY_OWNER);
    String collection = writable(request).collection().name();
    return database
        .home(linked ? target.owner() : collection)
        .inTransaction(transaction ->
            work.apply(
                linked
                    ? transaction.records(target.owner()).related(target.ownerKey(), target.name())
                    : transaction.records(collection)));
  }

  /** The association that a request names; none for a collection. */
  Optional<FieldDefinition> link(ActionRequest request) {
    ActionRequest.Target target = request.target();
    return target.owned()
        ? database.collections().find(target.owner()).flatMap(owner -> owner.field(target.name()))
        : Optional.empty();
  }

  /** Whether a request is about the one record that a link of a row leads to. */
  private boolean single(ActionRequest request) {
    return !request.target().ownerKey().equals(ANY_OWNER)
        && link(request).map(field -> field.type().toOne()).orElse(false);
  }

  Answer update(ActionRequest request) {
    List<Map<String, @Nullable Object>> changed = update(request, request.values());
    if (!single(request)) {
      return Answer.of(shown(request, changed));
    }
    if (changed.isEmpty()) {
      throw Errors.of(404, "The record does not exist");
    }
    return one(request, changed.getFirst());
  }

  /** Writes values into the rows a request names. */
  List<Map<String, @Nullable Object>> update(
      ActionRequest request, Map<String, @Nullable Object> values) {
    if (!single(request)) {
      requireWhich(request, "update");
    }
    return writable(request).update(query(request), allowed(request, values), context(request));
  }

  Answer destroy(ActionRequest request) {
    boolean single = single(request);
    if (!single) {
      requireWhich(request, "destroy");
    }
    int removed = writable(request).destroy(query(request), context(request));
    return single ? Answer.of(removed > 0) : Answer.of((long) removed);
  }

  Answer add(ActionRequest request) {
    related(request).add(keys(request), context(request));
    return new Answer.Empty();
  }

  Answer remove(ActionRequest request) {
    related(request).remove(keys(request), context(request));
    return new Answer.Empty();
  }

  Answer set(ActionRequest request) {
    related(request).set(keys(request), context(request));
    return new Answer.Empty();
  }

  /** Links what is not linked, and takes away what is. */
  Answer toggle(ActionRequest request) {
    if (link(request).filter(field -> field.type() == FieldType.BELONGS_TO_MANY).isEmpty()) {
      throw Errors.bad("expected a belongsToMany link to toggle");
    }
    List<Object> keys = keys(request);
    if (keys.isEmpty()) {
      throw Errors.bad("filterByTk is required");
    }
    WriteContext context = context(request);
    return inOne(
        request,
        records -> {
          Related related = (Related) records;
          for (Object key : keys) {
            if (related.count(Query.byKey(key)) > 0) {
              related.remove(List.of(key), context);
            } else {
              related.add(List.of(key), context);
            }
          }
          return Answer.of("ok");
        });
  }

  /** The rows that a change of links names, by the query or the body. */
  static List<Object> keys(ActionRequest request) {
    if (request.parameters().hasKeys()) {
      return request.parameters().keys();
    }
    List<String> named = request.parameters().list("filterByTks");
    if (!named.isEmpty()) {
      return List.copyOf(named);
    }
    Object body = request.body();
    if (body instanceof Map<?, ?> map && map.get("values") instanceof List<?> list) {
      body = list;
    }
    List<Object> keys = new ArrayList<>();
    if (body instanceof List<?> list) {
      for (Object one : list) {
        if (one != null) {
          keys.add(one);
        }
      }
    }
    return keys;
  }

  private Related related(ActionRequest request) {
    if (records(request) instanceof Related related) {
      return related;
    }
    throw Errors.notFound();
  }

  /** The records a request is about, which it may write: 404 for none, 403 for views. */
  Records writable(ActionRequest request) {
    Records records = records(request);
    if (records == null) {
      throw Errors.notFound();
    }
    if (records.collection().readOnly()) {
      throw Errors.noPermissions();
    }
    return records;
  }

  /** Refuses a change of everything. */
  static void requireWhich(ActionRequest request, String action) {
    Parameters parameters = request.parameters();
    if (parameters.keys().isEmpty() && !parameters.hasFilter()) {
      throw Errors.bad("to do %s action, filter or filterByTk is required".formatted(action));
    }
  }

  /** The values that {@code whitelist} and {@code blacklist} leave. */
  static Map<String, @Nullable Object> allowed(
      ActionRequest request, Map<String, @Nullable Object> values) {
    Map<String, @Nullable Object> kept = new LinkedHashMap<>(values);
    List<String> whitelist = request.parameters().list("whitelist");
    if (!whitelist.isEmpty()) {
      kept.keySet().retainAll(whitelist);
    }
    request.parameters().list("blacklist").forEach(kept::remove);
    return kept;
  }

  /** Who writes. */
  static WriteContext context(ActionRequest request) {
    Set<String> nested = new LinkedHashSet<>(request.parameters().list("updateAssociationValues"));
    return WriteContext.of(request.identity().userId()).updating(nested);
  }
}
