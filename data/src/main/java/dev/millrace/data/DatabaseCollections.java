package dev.millrace.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The definitions, of which each change is a transaction of its own. */
final class DatabaseCollections implements Collections {

  private final Database database;
  private final Database users;

  /**
   * The definitions of a database.
   *
   * @param users where those of the users are; null for the same
   */
  DatabaseCollections(Database database, @Nullable Database users) {
    this.database = database;
    this.users = users == null ? database : users;
  }

  @Override
  public List<CollectionDefinition> list() {
    List<CollectionDefinition> all = new ArrayList<>(database.catalog().all());
    if (!users.equals(database)) {
      all.addAll(users.catalog().all());
    }
    return List.copyOf(all);
  }

  @Override
  public Optional<CollectionDefinition> find(String name) {
    return database.catalog().find(name).or(() -> users.catalog().find(name));
  }

  @Override
  public CollectionDefinition get(String name) {
    return database.catalog().find(name).orElseGet(() -> users.catalog().get(name));
  }

  @Override
  public CollectionDefinition create(Map<String, ?> values) {
    return users.inTransaction(transaction -> transaction.collections().create(values));
  }

  @Override
  public CollectionDefinition update(String name, Map<String, ?> values) {
    return users.inTransaction(transaction -> transaction.collections().update(name, values));
  }

  @Override
  public void destroy(String name) {
    users.inTransaction(transaction -> {
      transaction.collections().destroy(name);
      return true;
    });
  }

  @Override
  public FieldDefinition createField(String collection, Map<String, ?> values) {
    return users.inTransaction(
        transaction -> transaction.collections().createField(collection, values));
  }

  @Override
  public FieldDefinition updateField(String collection, String field, Map<String, ?> values) {
    return users.inTransaction(
        transaction -> transaction.collections().updateField(collection, field, values));
  }

  @Override
  public void destroyField(String collection, String field) {
    users.inTransaction(transaction -> {
      transaction.collections().destroyField(collection, field);
      return true;
    });
  }
}
