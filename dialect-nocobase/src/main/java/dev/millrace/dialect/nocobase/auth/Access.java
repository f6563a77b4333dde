package dev.millrace.dialect.nocobase.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.data.Database;
import dev.millrace.data.Query;
import dev.millrace.data.Transaction;
import dev.millrace.data.WriteContext;
import dev.millrace.dialect.nocobase.catalog.SystemCollections;
import dev.millrace.dialect.nocobase.http.Action;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Everything about people and permissions, put together. Thread-safe. */
public final class Access {
  private static final long ROOT_ID = 1;

  private final AccessControl control;
  private final Accounts accounts;
  private final AuthActions actions;

  private Access(AccessControl control, Accounts accounts, AuthActions actions) {
    this.control = control;
    this.accounts = accounts;
    this.actions = actions;
  }

  /**
   * Opens the access to a database; a new one is given its roles and the root user.
   *
   * @param ids draws names of tokens
   */
  public static Access open(
      Database database, AccessSettings settings, InstantSource clock, Supplier<String> ids) {
    if (database.records(SystemCollections.ROLES).count(Query.all()) == 0) {
      database.inTransaction(transaction -> {
        begin(transaction, settings);
        return true;
      });
    }
    Accounts accounts = new Accounts(database);
    Roles roles = new Roles(database);
    database.listen(accounts::changed);
    database.listen(roles::changed);
    Tokens tokens = new Tokens(settings.signingKey().getBytes(UTF_8), clock);
    AccessControl control = new AccessControl(database, accounts, tokens, roles, settings.signIn());
    return new Access(
        control,
        accounts,
        new AuthActions(database, accounts, control, tokens, ids, settings.signIn()));
  }

  private static void begin(Transaction transaction, AccessSettings settings) {
    for (Map<String, @Nullable Object> role : Roles.first()) {
      transaction.records(SystemCollections.ROLES).create(role, WriteContext.NONE);
    }
    Map<String, @Nullable Object> root = new LinkedHashMap<>();
    root.put("id", ROOT_ID);
    root.put("nickname", "Super Admin");
    root.put("username", "nocobase");
    root.put("email", settings.adminEmail());
    String password = settings.adminPassword();
    root.put("password", password == null ? null : Passwords.hash(password));
    transaction.records(SystemCollections.USERS).create(root, WriteContext.NONE);
    for (String role : new String[] {Roles.ROOT, Roles.ADMIN, Roles.MEMBER}) {
      Map<String, @Nullable Object> link = new LinkedHashMap<>();
      link.put("userId", ROOT_ID);
      link.put("roleName", role);
      link.put("default", role.equals(Roles.ROOT));
      transaction.records(SystemCollections.ROLES_USERS).create(link, WriteContext.NONE);
    }
  }

  /** Who acts and what they may do. */
  public AccessControl control() {
    return control;
  }

  /** People and their roles. */
  public Accounts accounts() {
    return accounts;
  }

  /** The actions about people, by {@code resource:action}. */
  public Map<String, Action> actions() {
    return actions.all();
  }
}
