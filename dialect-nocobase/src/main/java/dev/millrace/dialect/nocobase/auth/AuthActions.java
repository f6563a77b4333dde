package dev.millrace.dialect.nocobase.auth;

import dev.millrace.data.Database;
import dev.millrace.data.Query;
import dev.millrace.data.WriteContext;
import dev.millrace.dialect.nocobase.catalog.SystemCollections;
import dev.millrace.dialect.nocobase.http.Action;
import dev.millrace.dialect.nocobase.http.ActionRequest;
import dev.millrace.dialect.nocobase.http.Answer;
import dev.millrace.dialect.nocobase.http.Errors;
import dev.millrace.dialect.nocobase.http.Origins;
import dev.millrace.transport.Request;
import dev.millrace.transport.Response;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Sign-in and sign-out, checks, API keys, and users with passwords. */
final class AuthActions {
  private static final Pattern DAYS = Pattern.compile("([1-9][0-9]{0,4})d");
  private static final String WRONG =
      "The username/email or password is incorrect, please re-enter";

  private final Database database;
  private final Accounts accounts;
  private final AccessControl control;
  private final Tokens tokens;
  private final Supplier<String> ids;
  private final boolean signInNeeded;

  AuthActions(
      Database database,
      Accounts accounts,
      AccessControl control,
      Tokens tokens,
      Supplier<String> ids,
      boolean signInNeeded) {
    this.database = database;
    this.accounts = accounts;
    this.control = control;
    this.tokens = tokens;
    this.ids = ids;
    this.signInNeeded = signInNeeded;
  }

  Map<String, Action> all() {
    return Map.of(
        "auth:signIn", this::signIn,
        "auth:signOut", this::signOut,
        "auth:check", this::check,
        "auth:changePassword", this::changePassword,
        "roles:check", this::checkRole,
        "apiKeys:create", this::createKey,
        "users:create", this::createUser,
        "users:update", this::updateUser);
  }

  private Answer signIn(ActionRequest request) {
    checkOrigin(request.http());
    Map<String, @Nullable Object> values = request.values();
    Object account = values.get("account");
    if (account == null || account.equals("")) {
      account = values.get("email");
    }
    if (!signInNeeded && account == null) {
      return signedIn(accounts.root());
    }
    if (!(account instanceof String name) || name.isBlank()) {
      throw Errors.bad("Please enter your username or email");
    }
    List<Map<String, @Nullable Object>> users = accounts.named(name.strip());
    if (!signInNeeded) {
      return signedIn(users.isEmpty() ? accounts.root() : shown(users.getFirst()));
    }
    String password = values.get("password") instanceof String text ? text : "";
    for (Map<String, @Nullable Object> user : users) {
      if (Passwords.fits(password, hash(user))) {
        return signedIn(shown(user));
      }
    }
    if (users.isEmpty()) {
      // As much work as for a user that there is.
      boolean _ = Passwords.fits(password, null);
    }
    throw Errors.of(401, WRONG);
  }

  private static @Nullable String hash(Map<String, @Nullable Object> user) {
    return user.get("password") instanceof String text ? text : null;
  }

  private Map<String, @Nullable Object> shown(Map<String, @Nullable Object> user) {
    Map<String, @Nullable Object> row = accounts.find(Accounts.number(user.get("id")));
    return row == null ? Map.of() : row;
  }

  private Answer signedIn(Map<String, @Nullable Object> user) {
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("user", user);
    answer.put("token", tokens.forSignIn(Accounts.number(user.get("id")), ids.get()));
    return Answer.of(answer);
  }

  /** A page of somebody else's must not sign its reader in. */
  private static void checkOrigin(Request request) {
    if (Origins.foreign(request)) {
      throw Errors.of(403, "Invalid sign-in origin");
    }
  }

  private Answer signOut(ActionRequest request) {
    String text = AccessControl.token(request.http());
    Tokens.Token token = text == null ? null : tokens.read(text);
    if (token != null && token.role() == null && !accounts.revoked(token)) {
      accounts.revoke(token);
    }
    return new Answer.Empty();
  }

  /** Everybody may change their own password, who knows the old one; it ends their sign-ins. */
  private Answer changePassword(ActionRequest request) {
    Map<String, @Nullable Object> values = request.values();
    if (!Objects.equals(values.get("newPassword"), values.get("confirmPassword"))) {
      throw Errors.bad("The password is inconsistent, please re-enter");
    }
    Map<String, @Nullable Object> changed = new LinkedHashMap<>();
    changed.put("password", values.get("newPassword"));
    if (changed.get("password") == null) {
      throw Errors.bad("expected oldPassword, newPassword and confirmPassword");
    }
    changed = hashed(changed, tokens.now().toEpochMilli());
    long id = request.identity().userId();
    String old = values.get("oldPassword") instanceof String text ? text : "";
    if (!Passwords.fits(old, accounts.passwordOf(id))) {
      throw Errors.of(401, "The password is incorrect, please re-enter");
    }
    List<Map<String, @Nullable Object>> rows =
        database
            .records(SystemCollections.USERS)
            .update(Query.byKey(id), changed, WriteContext.of(id));
    return Answer.of(rows.isEmpty() ? null : rows.getFirst());
  }

  private Answer check(ActionRequest request) {
    Map<String, @Nullable Object> user = new LinkedHashMap<>(request.identity().user());
    user.put("roles", control.roleRows(request.identity().userId()));
    return Answer.of(user);
  }

  private Answer checkRole(ActionRequest request) {
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("data", control.describe(request.identity()));
    body.put("meta", Map.of("dataSources", Map.of()));
    return new Answer.Whole(Response.json(200, body));
  }

  private Answer createKey(ActionRequest request) {
    Map<String, @Nullable Object> values = request.values();
    String role = roleOf(values);
    if (!control.knowsRole(role)
        || !(accounts.roles(request.identity().userId()).contains(role)
            || request.identity().isRoot())) {
      throw Errors.bad("Role not found");
    }
    Duration life = life(values.get("expiresIn"));
    String id = ids.get();
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("name", values.get("name"));
    row.put("expiresIn", values.get("expiresIn"));
    row.put("tokenId", id);
    row.put("roleName", role);
    long user = request.identity().userId();
    database.records(SystemCollections.API_KEYS).create(row, WriteContext.of(user));
    return Answer.of(Map.of("token", tokens.forApiKey(user, role, id, life)));
  }

  private static String roleOf(Map<String, @Nullable Object> values) {
    Object role = values.get("role");
    Object name = role instanceof Map<?, ?> map ? map.get("name") : role;
    if (name == null) {
      name = values.get("roleName");
    }
    if (!(name instanceof String text) || text.isBlank()) {
      throw Errors.bad("role is required");
    }
    return text;
  }

  private static @Nullable Duration life(@Nullable Object given) {
    if (given == null || given.equals("never")) {
      return null;
    }
    Matcher days = DAYS.matcher(String.valueOf(given));
    if (!days.matches()) {
      throw Errors.bad("expected never or a number of days as 30d for expiresIn");
    }
    return Duration.ofDays(Long.parseLong(days.group(1)));
  }

  private Answer createUser(ActionRequest request) {
    Map<String, @Nullable Object> values = hashed(request.values(), null);
    Object wanted = values.remove("roles");
    Map<String, @Nullable Object> row =
        database.inTransaction(transaction -> {
          Map<String, @Nullable Object> created =
              transaction
                  .records(SystemCollections.USERS)
                  .create(values, WriteContext.of(request.identity().userId()));
          for (String role : roleNames(request, wanted)) {
            Map<String, @Nullable Object> link = new LinkedHashMap<>();
            link.put("userId", created.get("id"));
            link.put("roleName", role);
            transaction.records(SystemCollections.ROLES_USERS).create(link, WriteContext.NONE);
          }
          return created;
        });
    return Answer.of(row);
  }

  private List<String> roleNames(ActionRequest request, @Nullable Object wanted) {
    if (!(wanted instanceof List<?> list) || list.isEmpty()) {
      return List.of(Roles.MEMBER);
    }
    return list.stream()
        .map(one -> String.valueOf(one instanceof Map<?, ?> map ? map.get("name") : one))
        .peek(name -> checkRole(request, name))
        .toList();
  }

  private void checkRole(ActionRequest request, String name) {
    if (!control.knowsRole(name)) {
      throw Errors.bad("Role not found");
    }
    if (name.equals(Roles.ROOT) && !request.identity().isRoot()) {
      throw Errors.noPermissions();
    }
  }

  private Answer updateUser(ActionRequest request) {
    if (request.parameters().keys().isEmpty() && !request.parameters().hasFilter()) {
      throw Errors.bad("to do update action, filter or filterByTk is required");
    }
    Map<String, @Nullable Object> values = hashed(request.values(), tokens.now().toEpochMilli());
    values.remove("id");
    Object wanted = values.remove("roles");
    Query which =
        Query.all().keys(request.parameters().keys()).filter(request.parameters().filter());
    List<Map<String, @Nullable Object>> rows =
        database.inTransaction(transaction -> {
          List<Map<String, @Nullable Object>> changed =
              transaction
                  .records(SystemCollections.USERS)
                  .update(which, values, WriteContext.of(request.identity().userId()));
          if (wanted != null) {
            List<Object> names = List.copyOf(roleNames(request, wanted));
            for (Map<String, @Nullable Object> row : changed) {
              Object id = java.util.Objects.requireNonNull(row.get("id"));
              transaction
                  .records(SystemCollections.USERS)
                  .related(id, "roles")
                  .set(names, WriteContext.NONE);
            }
          }
          return changed;
        });
    return Answer.of(rows);
  }

  private static Map<String, @Nullable Object> hashed(
      Map<String, @Nullable Object> values, @Nullable Long changedAt) {
    Map<String, @Nullable Object> copy = new LinkedHashMap<>(values);
    Object password = copy.get("password");
    if (password != null) {
      if (!(password instanceof String text)
          || text.isEmpty()
          || text.length() > Passwords.MAX_CHARS) {
        throw Errors.bad(
            "expected a password of 1 to %d characters".formatted(Passwords.MAX_CHARS));
      }
      copy.put("password", Passwords.hash(text));
      copy.put("passwordChangeTz", changedAt);
    }
    return copy;
  }
}
