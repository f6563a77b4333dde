package dev.millrace.dialect.nocobase.resource;

import dev.millrace.data.Database;
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
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What can be done with the records of every collection: list, get, create, update, destroy, and
 * with links: add, remove, set.
 */
public final class RecordActions {
  /** Collections whose lists say only whether more follows. */
  private static final Set<String> SIMPLE =
      Set.of(SystemCollections.MANUAL_TASKS, SystemCollections.CC_TASKS);

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
  private List<Map<String, @Nullable Object>> shown(
      ActionRequest request, List<? extends Map<String, @Nullable Object>> rows) {
    ActionRequest.Target target = request.target();
    String collection =
        target.owned()
            ? database
                .collections()
                .find(target.owner())
                .flatMap(owner -> owner.field(target.name()))
                .map(field -> String.valueOf(field.options().get("target")))
                .orElse("")
            : target.name();
    return numbers.shown(collection, rows);
  }

  private Answer one(ActionRequest request, Map<String, @Nullable Object> row) {
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

  private static boolean isText(dev.millrace.data.FieldType type) {
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
    return new Answer.Rows(shown(request, page.rows()), meta);
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

  Answer create(ActionRequest request) {
    Records records = writable(request);
    return one(request, records.create(allowed(request, request.values()), context(request)));
  }

  Answer update(ActionRequest request) {
    return Answer.of(shown(request, update(request, request.values())));
  }

  /** Writes values into the rows a request names. */
  List<Map<String, @Nullable Object>> update(
      ActionRequest request, Map<String, @Nullable Object> values) {
    requireWhich(request, "update");
    return writable(request).update(query(request), allowed(request, values), context(request));
  }

  Answer destroy(ActionRequest request) {
    requireWhich(request, "destroy");
    return Answer.of((long) writable(request).destroy(query(request), context(request)));
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

  /** The rows that a change of links names, by the query or the body. */
  static List<Object> keys(ActionRequest request) {
    if (request.parameters().hasKeys()) {
      return request.parameters().keys();
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

  private Records writable(ActionRequest request) {
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
