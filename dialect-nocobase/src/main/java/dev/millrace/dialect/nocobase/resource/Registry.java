package dev.millrace.dialect.nocobase.resource;

import dev.millrace.data.CollectionDefinition;
import dev.millrace.data.DataException;
import dev.millrace.data.Database;
import dev.millrace.data.DatabaseFailure;
import dev.millrace.data.FieldDefinition;
import dev.millrace.data.FieldType;
import dev.millrace.dialect.nocobase.catalog.SystemCollections;
import dev.millrace.dialect.nocobase.http.Action;
import dev.millrace.dialect.nocobase.http.Actions;
import dev.millrace.dialect.nocobase.http.Answer;
import dev.millrace.transport.Problem;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** All actions: those with rules of their own, and the same few for every collection. */
public final class Registry implements Actions {
  /**
   * Links of the API's own collections whose rows requests may write. Users and roles are written
   * as what they are, as what is root's is kept there; their links have actions of their own.
   */
  private static final Set<String> WRITABLE_LINKS = Set.of("workflows.categories");

  private static final Set<String> READING = Set.of("list", "get");

  /** Actions of links alone. */
  private static final Set<String> LINKING = Set.of("add", "remove", "set", "toggle");

  /** Actions that only the records of users' collections have. */
  private static final Set<String> OF_USERS = Set.of("move", "firstOrCreate", "updateOrCreate");

  /** What writes rows of an association's target, and not only links to them. */
  private static final Set<String> ROWS =
      Set.of("create", "update", "destroy", "firstOrCreate", "updateOrCreate");

  private final Database database;
  private final Map<String, Action> own;
  private final Map<String, Action> records = new LinkedHashMap<>();
  private final RequestEvents events;

  /**
   * A registry.
   *
   * @param own by {@code resource:action}; these go before the generic ones
   */
  Registry(
      Database database, Map<String, Action> own, RecordActions generic, RequestEvents events) {
    this.database = database;
    this.own = Map.copyOf(own);
    this.events = events;
    records.put("list", generic::list);
    records.put("get", generic::get);
    records.put("create", generic::create);
    records.put("update", generic::update);
    records.put("destroy", generic::destroy);
    records.put("add", generic::add);
    records.put("remove", generic::remove);
    records.put("set", generic::set);
    records.put("toggle", generic::toggle);
    records.put("move", new MoveAction(generic));
    new UpsertActions(generic).register(records);
  }

  @Override
  public @Nullable Action find(String resource, String action) {
    Action found = own.get(resource + ":" + action);
    if (found == null) {
      found = generic(resource, action);
    }
    return found == null ? null : translating(found);
  }

  private static Action translating(Action action) {
    return request -> {
      try {
        return action.act(request);
      } catch (DataException refused) {
        throw DataProblems.of(refused);
      } catch (DatabaseFailure failed) {
        System.getLogger(Registry.class.getName())
            .log(System.Logger.Level.ERROR, "the database of the records failed", failed);
        throw Problem.unavailable(
            "unavailable", "the database of the records failed; see the log of the server", 1);
      }
    };
  }

  private @Nullable Action generic(String resource, String action) {
    int dot = resource.indexOf('.');
    String owner = dot < 0 ? resource : resource.substring(0, dot);
    Optional<CollectionDefinition> collection = database.collections().find(owner);
    if (collection.isEmpty() || SystemCollections.INTERNAL.contains(owner)) {
      return null;
    }
    boolean users = collection.get().origin() == CollectionDefinition.Origin.USER;
    if (dot >= 0) {
      Optional<FieldDefinition> association =
          collection
              .get()
              .field(resource.substring(dot + 1))
              .filter(field -> field.type().association());
      boolean allowed = users || READING.contains(action) || WRITABLE_LINKS.contains(resource);
      Action found = association.isPresent() && allowed ? records.get(action) : null;
      String target = association.map(field -> field.text("target")).orElse(null);
      return found == null || target == null || !ROWS.contains(action) || !ofUsers(target)
          ? found
          : events.around(target, action, found);
    }
    if (action.equals("trigger")) {
      return users ? events::trigger : null;
    }
    boolean linking = LINKING.contains(action);
    boolean open = users || !OF_USERS.contains(action);
    Action found = linking || !open ? null : records.get(action);
    boolean writes = users && !READING.contains(action);
    return found != null && writes ? events.around(resource, action, found) : found;
  }

  private boolean ofUsers(String collection) {
    return database
        .collections()
        .find(collection)
        .map(found -> found.origin() == CollectionDefinition.Origin.USER)
        .orElse(false);
  }

  @Override
  public boolean knows(String resource) {
    return SystemCollections.TABLELESS.contains(resource)
        || (!SystemCollections.INTERNAL.contains(resource)
            && database.collections().find(resource).isPresent());
  }

  @Override
  public Relation relation(String owner, String association) {
    FieldType type =
        database
            .collections()
            .find(owner)
            .flatMap(collection -> collection.field(association))
            .map(FieldDefinition::type)
            .orElse(FieldType.HAS_MANY);
    return switch (type) {
      case HAS_ONE -> Relation.ONE;
      case BELONGS_TO -> Relation.BELONGS;
      case BELONGS_TO_MANY -> Relation.LINKED;
      default -> Relation.MANY;
    };
  }

  /** The answer of {@code app:getInfo}. */
  static Action appInfo(String version) {
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("database", Map.of("dialect", "sqlite"));
    answer.put("version", version);
    answer.put("lang", "en-US");
    answer.put("name", "main");
    answer.put("theme", "default");
    return request -> Answer.of(answer);
  }
}
