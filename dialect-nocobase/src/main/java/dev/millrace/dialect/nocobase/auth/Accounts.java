package dev.millrace.dialect.nocobase.auth;

import dev.millrace.data.Change;
import dev.millrace.data.Database;
import dev.millrace.data.Query;
import dev.millrace.data.Records;
import dev.millrace.data.Transaction;
import dev.millrace.data.WriteContext;
import dev.millrace.dialect.nocobase.catalog.KeptReads;
import dev.millrace.dialect.nocobase.catalog.SystemCollections;
import dev.millrace.dialect.nocobase.http.Identity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** People: their rows, roles and revoked tokens. What is read often is kept. Thread-safe. */
public final class Accounts {
  private static final int KEPT = 10_000;
  private static final Set<String> WATCHED =
      Set.of(
          SystemCollections.USERS,
          SystemCollections.ROLES,
          SystemCollections.ROLES_USERS,
          SystemCollections.API_KEYS,
          SystemCollections.BLOCKED_TOKENS);

  private final Database database;
  private final Map<Long, Map<String, @Nullable Object>> users = new ConcurrentHashMap<>();
  private final Map<Long, List<String>> roles = new ConcurrentHashMap<>();
  private final Map<String, Boolean> revoked = new ConcurrentHashMap<>();
  private final KeptReads reads = new KeptReads(KEPT);
  private volatile long rootId;

  Accounts(Database database) {
    this.database = database;
  }

  /** Forgets what it knew of people when that was changed. */
  void changed(Change change, Transaction transaction) {
    if (WATCHED.contains(change.collection())) {
      transaction.afterCommit(this::forget);
    }
  }

  /** Forgets what it knew of people; to be called after a change of links, which is not told. */
  public void forget() {
    reads.forget(() -> {
      users.clear();
      roles.clear();
      revoked.clear();
    });
  }

  /** The user with the role root. */
  public Map<String, @Nullable Object> root() {
    Map<String, @Nullable Object> found = rootId == 0 ? null : find(rootId);
    if (found == null) {
      Map<String, @Nullable Object> link =
          database
              .records(SystemCollections.ROLES_USERS)
              .get(Query.where(Map.of("roleName", Identity.ROOT)).sort("id"))
              .orElseThrow(() -> new IllegalStateException("there is no user with the role root"));
      rootId = number(link.get("userId"));
      found = find(rootId);
    }
    if (found == null) {
      throw new IllegalStateException("the user with the role root is gone");
    }
    return found;
  }

  /** A user's row without its secrets, or null. */
  public @Nullable Map<String, @Nullable Object> find(long id) {
    Map<String, @Nullable Object> known = users.get(id);
    if (known == null) {
      long since = reads.begin();
      Optional<Map<String, @Nullable Object>> row = people().get(Query.byKey(id));
      if (row.isEmpty()) {
        return null;
      }
      known = row.get();
      reads.keep(since, users, id, known);
    }
    return new LinkedHashMap<>(known);
  }

  /**
   * Those who may mean a name to sign in with, with the hashes of their passwords: a user's name
   * can be the address of another.
   */
  List<Map<String, @Nullable Object>> named(String account) {
    Map<String, @Nullable Object> either = new LinkedHashMap<>();
    either.put("$or", List.of(Map.of("email", account), Map.of("username", account)));
    return people().list(Query.where(either).withHidden().sort("id").unpaged()).rows();
  }

  /** The hash of a user's password, null for none. */
  @Nullable String passwordOf(long id) {
    return people()
        .get(Query.byKey(id).withHidden())
        .map(row -> row.get("password"))
        .filter(String.class::isInstance)
        .map(String.class::cast)
        .orElse(null);
  }

  /** Names of a user's roles, the default one first. */
  public List<String> roles(long userId) {
    List<String> known = roles.get(userId);
    if (known == null) {
      long since = reads.begin();
      List<String> names = new ArrayList<>();
      for (Map<String, @Nullable Object> link :
          database
              .records(SystemCollections.ROLES_USERS)
              .list(Query.where(Map.of("userId", userId)).sort("id").unpaged())
              .rows()) {
        String name = String.valueOf(link.get("roleName"));
        names.add(Boolean.TRUE.equals(link.get("default")) ? 0 : names.size(), name);
      }
      known = List.copyOf(names);
      reads.keep(since, roles, userId, known);
    }
    return known;
  }

  /** Whether a token was given back, or its API key removed. */
  boolean revoked(Tokens.Token token) {
    Boolean known = revoked.get(token.id());
    if (known == null) {
      long since = reads.begin();
      known =
          token.role() == null
              ? database
                      .records(SystemCollections.BLOCKED_TOKENS)
                      .count(Query.where(Map.of("token", token.id())))
                  > 0
              : database
                      .records(SystemCollections.API_KEYS)
                      .count(Query.where(Map.of("tokenId", token.id())))
                  == 0;
      reads.keep(since, revoked, token.id(), known);
    }
    return known;
  }

  /** Takes a token back. */
  void revoke(Tokens.Token token) {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("token", token.id());
    row.put("expiration", token.sessionEndsAt().toEpochMilli());
    database.records(SystemCollections.BLOCKED_TOKENS).create(row, WriteContext.NONE);
  }

  private Records people() {
    return database.records(SystemCollections.USERS);
  }

  static long number(@Nullable Object value) {
    if (value instanceof Long number) {
      return number;
    }
    throw new IllegalStateException("expected a whole number, found " + value);
  }
}
