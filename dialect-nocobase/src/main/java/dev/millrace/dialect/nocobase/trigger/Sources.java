package dev.millrace.dialect.nocobase.trigger;

import dev.millrace.data.CollectionDefinition;
import dev.millrace.data.Collections;
import dev.millrace.data.DataException;
import dev.millrace.data.Database;
import dev.millrace.data.FieldDefinition;
import dev.millrace.data.Query;
import dev.millrace.data.Records;
import dev.millrace.dialect.nocobase.auth.Accounts;
import dev.millrace.dialect.nocobase.http.Errors;
import dev.millrace.dialect.nocobase.http.Identity;
import dev.millrace.dialect.nocobase.http.Parameters;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Collections, records and people as triggers refer to them. Thread-safe. */
public final class Sources {
  private static final String MAIN = "main";

  private final Database database;
  private final Accounts accounts;

  /** Over a database. */
  public Sources(Database database, Accounts accounts) {
    this.database = database;
    this.accounts = accounts;
  }

  /** The collection that {@code name} or {@code main:name} means. */
  public static String name(@Nullable Object given) {
    String text = given instanceof String name ? name : "";
    return text.startsWith(MAIN + ":") ? text.substring(MAIN.length() + 1) : text;
  }

  /** What is wrong with the collection a configuration names; empty for nothing. */
  public List<String> faults(@Nullable Object given) {
    return faults(database.collections(), given);
  }

  /** As above, with {@code "collection" is required} for none. */
  public static List<String> faults(Collections collections, @Nullable Object given) {
    if (!(given instanceof String text) || text.isBlank()) {
      return List.of("\"collection\" is required");
    }
    String name = name(text);
    int colon = name.indexOf(':');
    if (colon >= 0) {
      return List.of("Data source \"%s\" does not exist".formatted(name.substring(0, colon)));
    }
    return collections.find(name).isEmpty()
        ? List.of("Collection \"%s\" does not exist in data source \"main\"".formatted(name))
        : List.of();
  }

  Database database() {
    return database;
  }

  /** Each association that {@code a.b} needs: {@code a} and {@code a.b}. */
  static List<String> appends(List<String> given) {
    Set<String> all = new LinkedHashSet<>();
    for (String path : given) {
      for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
        all.add(path.substring(0, dot));
      }
      all.add(path);
    }
    return List.copyOf(all);
  }

  /** The name of the field that identifies a record. */
  static String keyName(CollectionDefinition collection) {
    return collection.primaryKey().map(FieldDefinition::name).orElse("id");
  }

  /**
   * A record by its key, or the object itself with the associations of the stored record.
   *
   * @param given a key or an object
   * @return null when a key names nothing
   */
  @Nullable Map<String, @Nullable Object> record(
      String collection, @Nullable Object given, List<String> appends) {
    Records records = database.records(collection);
    if (!(given instanceof Map<?, ?> object)) {
      return given == null || given instanceof List<?>
          ? null
          : records.get(Query.byKey(given).appends(appends(appends))).orElse(null);
    }
    Map<String, @Nullable Object> record = new LinkedHashMap<>();
    object.forEach((name, value) -> record.put(String.valueOf(name), value));
    Object key = record.get(keyName(records.collection()));
    if (key != null && !appends.isEmpty()) {
      Optional<Map<String, @Nullable Object>> stored =
          records.get(Query.byKey(key).appends(appends(appends)));
      stored.ifPresent(row -> {
        for (String name : appends) {
          int dot = name.indexOf('.');
          String head = dot < 0 ? name : name.substring(0, dot);
          record.putIfAbsent(head, row.get(head));
        }
      });
    }
    return record;
  }

  /**
   * Whether the stored record of a key fits a condition; without a key, whether the object does.
   */
  boolean fits(
      String collection, Map<String, @Nullable Object> record, @Nullable Object condition) {
    if (Parameters.emptyFilter(condition)) {
      return true;
    }
    Records records = database.records(collection);
    Object key = record.get(keyName(records.collection()));
    return key == null
        ? records.fits(record, condition)
        : records.count(Query.where(condition).keys(List.of(key))) > 0;
  }

  /**
   * What is wrong with a condition on a collection that there is. A wrong one would otherwise
   * refuse every record that it is asked about.
   */
  List<String> faultsOfCondition(String collection, @Nullable Object condition) {
    if (Parameters.emptyFilter(condition)) {
      return List.of();
    }
    try {
      long _ = database.records(collection).count(Query.where(condition).keys(List.of("0")));
      return List.of();
    } catch (DataException e) {
      return List.of("\"condition\" cannot be used: " + e.getMessage());
    }
  }

  /** What is wrong with fields to watch: one that there is not would never change. */
  List<String> faultsOfFields(String collection, @Nullable Object names) {
    CollectionDefinition definition = database.collections().get(collection);
    return names instanceof List<?> list
        ? list.stream()
            .filter(name -> !(name instanceof String text) || definition.field(text).isEmpty())
            .map(name -> "\"changed\" has no such field of %s: %s".formatted(collection, name))
            .toList()
        : List.of();
  }

  /** The user in {@code userId}, or the caller when it is not given. */
  Map<String, @Nullable Object> user(@Nullable Object given, Identity caller) {
    if (given == null) {
      if (!caller.known()) {
        throw Errors.bad("user is not provided");
      }
      return caller.user();
    }
    Long id = Parameters.number(given);
    Map<String, @Nullable Object> user = id == null ? null : accounts.find(id);
    if (user == null) {
      throw Errors.bad("user not found");
    }
    return user;
  }

  /** The role in {@code roleName}, the caller's for the caller, or the user's first. */
  @Nullable String role(
      @Nullable Object given, Map<String, @Nullable Object> user, Identity caller) {
    if (given instanceof String role && !role.isBlank()) {
      return role;
    }
    Long id = Parameters.number(user.get("id"));
    if (id == null) {
      return null;
    }
    if (id == caller.userId()) {
      return caller.role();
    }
    List<String> roles = new ArrayList<>(accounts.roles(id));
    return roles.isEmpty() ? null : roles.getFirst();
  }
}
