package dev.millrace.dialect.nocobase.resource;

import dev.millrace.data.Database;
import dev.millrace.data.Query;
import dev.millrace.dialect.nocobase.auth.Access;
import dev.millrace.dialect.nocobase.auth.Accounts;
import dev.millrace.dialect.nocobase.catalog.SystemCollections;
import dev.millrace.dialect.nocobase.http.Action;
import dev.millrace.dialect.nocobase.http.ActionRequest;
import dev.millrace.dialect.nocobase.http.Answer;
import dev.millrace.dialect.nocobase.http.Errors;
import dev.millrace.dialect.nocobase.http.Identity;
import dev.millrace.dialect.nocobase.http.Parameters;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Changes of users, roles and who has which. What is root's is changed by root only: its users,
 * their passwords, and who has that role. Nobody removes themselves or gives up root, so that there
 * is always somebody who may do everything.
 */
final class PeopleActions {
  /** Roles that the server counts on. */
  private static final Set<String> LASTING = Set.of(Identity.ROOT, "admin", "member");

  private static final String NAME = "name";
  private static final String SET = "set";

  private final Database database;
  private final RecordActions records;
  private final Accounts accounts;

  PeopleActions(Database database, RecordActions records, Access access) {
    this.database = database;
    this.records = records;
    this.accounts = access.accounts();
  }

  /** Adds the actions; {@code users:update} is one of them already. */
  void register(Map<String, Action> actions) {
    Action update = actions.get("users:update");
    if (update == null) {
      throw new IllegalStateException("there is no users:update");
    }
    actions.put("users:update", request -> update(request, update));
    actions.put("users:destroy", this::destroy);
    actions.put("roles:update", this::updateRole);
    actions.put("roles:destroy", this::destroyRole);
    for (String change : List.of("create", "update", "destroy")) {
      // These rows are the links below, where who may change them is looked at.
      actions.put(SystemCollections.ROLES_USERS + ":" + change, PeopleActions::refuse);
    }
    for (String link : List.of("users.roles", "roles.users")) {
      actions.put(link + ":add", request -> link(request, records::add));
      actions.put(link + ":remove", request -> link(request, records::remove));
      actions.put(link + ":" + SET, request -> link(request, records::set));
    }
  }

  private static Answer refuse(ActionRequest request) {
    throw Errors.of(
        403,
        "expected %s to be changed by users/<id>/roles:add, remove or set, found %s"
            .formatted(request.target().resource(), request.target().action()));
  }

  private Answer update(ActionRequest request, Action update) throws InterruptedException {
    RecordActions.requireWhich(request, "update");
    List<Object> users = keys(request, SystemCollections.USERS, "id");
    requireRootFor(request, users);
    if (request.values().get("roles") instanceof List<?> wanted
        && users.contains(request.identity().userId())
        && wanted.stream().noneMatch(PeopleActions::isRoot)) {
      refuseGivingUpRoot(request.identity());
    }
    Answer answer = update.act(request);
    accounts.forget();
    return answer;
  }

  private Answer destroy(ActionRequest request) {
    RecordActions.requireWhich(request, "destroy");
    List<Object> users = keys(request, SystemCollections.USERS, "id");
    requireRootFor(request, users);
    if (users.contains(request.identity().userId())) {
      throw Errors.bad("expected another user to remove, found yourself");
    }
    return removed(request, SystemCollections.USERS, users);
  }

  private Answer updateRole(ActionRequest request) {
    RecordActions.requireWhich(request, "update");
    if (keys(request, SystemCollections.ROLES, NAME).contains(Identity.ROOT)) {
      requireRoot(request);
    }
    // Users, API keys and the server know a role by its name.
    Map<String, @Nullable Object> values = new LinkedHashMap<>(request.values());
    values.remove(NAME);
    return Answer.of(records.update(request, values));
  }

  private Answer destroyRole(ActionRequest request) {
    RecordActions.requireWhich(request, "destroy");
    List<Object> roles = keys(request, SystemCollections.ROLES, NAME);
    for (Object role : roles) {
      if (role instanceof String name && LASTING.contains(name)) {
        throw Errors.bad("role %s comes with the server and cannot be removed".formatted(name));
      }
    }
    return removed(request, SystemCollections.ROLES, roles);
  }

  private Answer removed(ActionRequest request, String collection, List<Object> keys) {
    if (keys.isEmpty()) {
      return Answer.of(0L);
    }
    long count =
        database
            .records(collection)
            .destroy(Query.all().keys(keys), RecordActions.context(request));
    accounts.forget();
    return Answer.of(count);
  }

  /** The keys of the rows a request is about. */
  private List<Object> keys(ActionRequest request, String collection, String key) {
    List<Object> keys = new ArrayList<>();
    for (Map<String, @Nullable Object> row :
        database.records(collection).list(records.which(request).unpaged()).rows()) {
      Object value = row.get(key);
      if (value != null) {
        keys.add(value);
      }
    }
    return keys;
  }

  private void requireRootFor(ActionRequest request, List<Object> users) {
    for (Object user : users) {
      if (user instanceof Long id && accounts.roles(id).contains(Identity.ROOT)) {
        requireRoot(request);
      }
    }
  }

  private static void requireRoot(ActionRequest request) {
    if (!request.identity().isRoot()) {
      throw Errors.noPermissions();
    }
  }

  private void refuseGivingUpRoot(Identity identity) {
    if (accounts.roles(identity.userId()).contains(Identity.ROOT)) {
      throw Errors.bad("expected another user to take the role root from, found yourself");
    }
  }

  private Answer link(ActionRequest request, Action change) throws InterruptedException {
    ActionRequest.Target target = request.target();
    List<Object> given = RecordActions.keys(request);
    boolean ofUser = target.owner().equals(SystemCollections.USERS);
    Long self = request.identity().userId();
    boolean root;
    boolean ownEnds;
    if (ofUser) {
      Long user = Parameters.number(target.ownerKey());
      boolean named = given.stream().anyMatch(PeopleActions::isRoot);
      boolean had = user != null && accounts.roles(user).contains(Identity.ROOT);
      root = had || named;
      ownEnds = self.equals(user) && ends(target.action(), named);
    } else {
      root = target.ownerKey().equals(Identity.ROOT);
      boolean named = given.stream().anyMatch(one -> self.equals(number(one, "id")));
      ownEnds = root && ends(target.action(), named);
    }
    if (root) {
      requireRoot(request);
      if (ownEnds) {
        refuseGivingUpRoot(request.identity());
      }
    }
    Answer answer = change.act(request);
    accounts.forget();
    return answer;
  }

  /** Whether a link is gone after an action, which names it or does not. */
  private static boolean ends(String action, boolean named) {
    return switch (action) {
      case "remove" -> named;
      case SET -> !named;
      default -> false;
    };
  }

  private static boolean isRoot(@Nullable Object role) {
    Object name = role instanceof Map<?, ?> map ? map.get(NAME) : role;
    return Identity.ROOT.equals(name);
  }

  private static @Nullable Long number(@Nullable Object user, String key) {
    return Parameters.number(user instanceof Map<?, ?> map ? map.get(key) : user);
  }
}
