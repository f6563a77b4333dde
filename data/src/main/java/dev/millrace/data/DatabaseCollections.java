package dev.millrace.data;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The definitions, of which each change is a transaction of its own. */
final class DatabaseCollections implements Collections {

  private final Database database;

  DatabaseCollections(Database database) {
    this.database = database;
  }

  @Override
  public List<CollectionDefinition> list() {
    return List.copyOf(database.catalog().all());
  }

  @Override
  public Optional<CollectionDefinition> find(String name) {
    return database.catalog().find(name);
  }

  @Override
  public CollectionDefinition get(String name) {
    return database.catalog().get(name);
  }

  @Override
  public CollectionDefinition create(Map<String, ?> values) {
    return database.inTransaction(transaction -> transaction.collections().create(values));
  }

  @Override
  public CollectionDefinition update(String name, Map<String, ?> values) {
    return database.inTransaction(transaction -> transaction.collections().update(name, values));
  }

  @Override
  public void destroy(String name) {
    database.inTransaction(transaction -> {
      transaction.collections().destroy(name);
      return true;
    });
  }

  @Override
  public FieldDefinition createField(String collection, Map<String, ?> values) {
    return database.inTransaction(
        transaction -> transaction.collections().createField(collection, values));
  }

  @Override
  public FieldDefinition updateField(String collection, String field, Map<String, ?> values) {
    return database.inTransaction(
        transaction -> transaction.collections().updateField(collection, field, values));
  }

  @Override
  public void destroyField(String collection, String field) {
    database.inTransaction(transaction -> {
      transaction.collections().destroyField(collection, field);
      return true;
    });
  }
}
