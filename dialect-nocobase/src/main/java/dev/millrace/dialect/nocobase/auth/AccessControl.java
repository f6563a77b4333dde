package dev.millrace.dialect.nocobase.auth;

import dev.millrace.data.CollectionDefinition;
import dev.millrace.data.Database;
import dev.millrace.data.Query;
import dev.millrace.dialect.nocobase.catalog.SystemCollections;
import dev.millrace.dialect.nocobase.http.Errors;
import dev.millrace.dialect.nocobase.http.Gate;
import dev.millrace.dialect.nocobase.http.Identity;
import dev.millrace.dialect.nocobase.http.Origins;
import dev.millrace.transport.Request;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who a request is from, by its token, and what its role may do. Where no sign-in is asked for,
 * requests without a valid token are those of the root user. Thread-safe.
 */
public final class AccessControl implements Gate {
  static final String EXPIRED_TEXT = "Your session has expired. Please sign in again.";

  private static final Set<String> PUBLIC =
      Set.of("auth:signIn", "app:getInfo", "app:getLang", "webhook:trigger");
  private static final String BEARER = "bearer ";
  private static final List<String> PRECEDENCE = List.of(Roles.ROOT, Roles.ADMIN, Roles.MEMBER);

  private final Database database;
  private final Accounts accounts;
  private final Tokens tokens;
  private final Roles roles;
  private final boolean signInNeeded;

  AccessControl(
      Database database, Accounts accounts, Tokens tokens, Roles roles, boolean signInNeeded) {
    this.database = database;
    this.accounts = accounts;
    this.tokens = tokens;
    this.roles = roles;
    this.signInNeeded = signInNeeded;
  }

  @Override
  public boolean isPublic(String resource, String action) {
    return PUBLIC.contains(resource + ":" + action);
  }

  @Override
  public Identity identify(Request request) {
    String text = token(request);
    Tokens.Token token = text == null ? null : tokens.read(text);
    if (token != null) {
      return signedIn(token, request.header("x-role"));
    }
    if (!signInNeeded || request.caller().authenticated()) {
      // Without a sign-in, any page that somebody here reads could act for root.
      if (!request.caller().authenticated() && Origins.foreign(request)) {
        throw Errors.of(403, "expected no request of another site's page; sign in to send one");
      }
      return as(accounts.root(), null, request.header("x-role"));
    }
    String header = request.header("authorization");
    if (text == null && (header == null || header.isBlank())) {
      throw Errors.of(401, "EMPTY_TOKEN", "Unauthenticated. Please sign in to continue.");
    }
    throw Errors.of(401, "INVALID_TOKEN", EXPIRED_TEXT);
  }

  @Override
  public boolean signInNeeded() {
    return signInNeeded;
  }

  @Override
  public @Nullable String renewedToken(Request request) {
    String text = token(request);
    Tokens.Token token = text == null ? null : tokens.read(text);
    return token == null ? null : tokens.renewed(token);
  }

  /** The token a request carries, or null. */
  static @Nullable String token(Request request) {
    String header = request.header("authorization");
    if (header != null && header.toLowerCase(Locale.ROOT).startsWith(BEARER)) {
      return header.substring(BEARER.length()).strip();
    }
    String given = request.query("token");
    return given == null || given.isEmpty() ? null : given;
  }

  /**
   * Names the caller by a token of this server, for its other APIs.
   *
   * @return the user's name when it may manage workflows, otherwise null
   */
  public @Nullable String manager(String text) {
    Tokens.Token token = tokens.read(text);
    if (token == null || token.expired() || accounts.revoked(token)) {
      return null;
    }
    Map<String, @Nullable Object> user = accounts.find(token.userId());
    if (user == null) {
      return null;
    }
    if (outdated(token, user)) {
      return null;
    }
    Identity identity = as(user, token.role(), null);
    return roles.allows(identity.role(), "workflows", "execute", false)
        ? String.valueOf(user.get("username"))
        : null;
  }

  private Identity signedIn(Tokens.Token token, @Nullable String wanted) {
    if (token.expired() && tokens.renewed(token) == null) {
      boolean over = token.role() == null && tokens.sessionEnded(token);
      throw Errors.of(401, over ? "EXPIRED_SESSION" : "EXPIRED_TOKEN", EXPIRED_TEXT);
    }
    if (accounts.revoked(token)) {
      throw Errors.of(401, "BLOCKED_TOKEN", EXPIRED_TEXT);
    }
    Map<String, @Nullable Object> user = accounts.find(token.userId());
    if (user == null) {
      throw Errors.of(401, "NOT_EXIST_USER", "The user does not exist. Please sign in again.");
    }
    if (outdated(token, user)) {
      throw Errors.of(401, "INVALID_TOKEN", "The password was changed. Please sign in again.");
    }
    return as(user, token.role(), wanted);
  }

  /** Whether the password was changed since the sign-in; who knew the old one is out. */
  private static boolean outdated(Tokens.Token token, Map<String, @Nullable Object> user) {
    return token.role() == null
        && user.get("passwordChangeTz") instanceof Long changed
        && token.signedInAt().toEpochMilli() < changed;
  }

  private Identity as(
      Map<String, @Nullable Object> user, @Nullable String forced, @Nullable String wanted) {
    long id = (Long) java.util.Objects.requireNonNull(user.get("id"));
    List<String> owned = accounts.roles(id);
    if (owned.isEmpty()) {
      throw Errors.of(401, "USER_HAS_NO_ROLES_ERR", "The current user has no roles");
    }
    String role = forced == null ? wanted : forced;
    if (role == null || role.isBlank() || role.equals("__union__")) {
      role = PRECEDENCE.stream().filter(owned::contains).findFirst().orElse(owned.getFirst());
    }
    boolean held = owned.contains(role) || owned.contains(Roles.ROOT);
    if (!held || roles.find(role) == null) {
      throw Errors.of(401, "ROLE_NOT_FOUND_FOR_USER", "The role does not belong to the user");
    }
    return new Identity(id, role, user);
  }

  @Override
  public boolean allows(Identity identity, String resource, String action) {
    return identity.isRoot() || roles.allows(identity.role(), resource, action, ofUsers(resource));
  }

  /** A filter for the rows a role may touch, or null for all. */
  public @Nullable Map<String, @Nullable Object> scope(
      Identity identity, String resource, String action) {
    if (identity.isRoot()) {
      return null;
    }
    // An API key acts for its owner, so it is nobody else's to see or remove.
    boolean keys = resource.equals(SystemCollections.API_KEYS);
    if (!keys && (!ofUsers(resource) || !roles.onlyOwn(identity.role(), action))) {
      return null;
    }
    boolean hasOwner =
        database
            .collections()
            .find(collection(resource))
            .flatMap(found -> found.field("createdById"))
            .isPresent();
    if (!hasOwner) {
      throw Errors.noPermissions();
    }
    Map<String, @Nullable Object> own = new LinkedHashMap<>();
    own.put("createdById", identity.userId());
    return own;
  }

  private boolean ofUsers(String resource) {
    return database
        .collections()
        .find(collection(resource))
        .map(found -> found.origin() == CollectionDefinition.Origin.USER)
        .orElse(false);
  }

  private static String collection(String resource) {
    int dot = resource.indexOf('.');
    return dot < 0 ? resource : resource.substring(0, dot);
  }

  /** What {@code roles:check} answers. */
  Map<String, @Nullable Object> describe(Identity identity) {
    Map<String, @Nullable Object> row = roles.find(identity.role());
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("roles", List.of(identity.role()));
    answer.put("strategy", row == null ? Map.of() : row.get("strategy"));
    answer.put("actions", Map.of());
    answer.put("snippets", row == null ? List.of() : row.get("snippets"));
    answer.put("resources", List.of());
    answer.put("role", identity.role());
    answer.put("roleMode", "default");
    answer.put(
        "availableActions",
        List.of(
            "create",
            "view",
            "update",
            "destroy",
            "export",
            "importXlsx",
            "trigger",
            "triggerNew"));
    answer.put("actionAlias", Map.of("get", "view", "list", "view", "query", "view"));
    answer.put("allowAll", identity.isRoot());
    answer.put("allowConfigure", row != null && Boolean.TRUE.equals(row.get("allowConfigure")));
    answer.put("allowMenuItemIds", List.of());
    answer.put("allowAnonymous", false);
    answer.put("uiButtonSchemasBlacklist", List.of());
    return answer;
  }

  /** All roles of a user as rows, for {@code auth:check}. */
  List<Map<String, @Nullable Object>> roleRows(long userId) {
    return accounts.roles(userId).stream()
        .map(roles::find)
        .filter(java.util.Objects::nonNull)
        .map(row -> (Map<String, @Nullable Object>) row)
        .toList();
  }

  /** Whether there is such a role. */
  boolean knowsRole(String name) {
    return roles.find(name) != null;
  }

  /** Counts the users, to tell a new database. */
  long users() {
    return database.records(SystemCollections.USERS).count(Query.all());
  }
}
