package dev.millrace.data;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The definitions of all collections: those of the program, which cannot be changed, and those of
 * users. Definitions are given in the form they travel in.
 */
public interface Collections {

  /** All, the program's first, then users' in the order they were made. */
  List<CollectionDefinition> list();

  /** The collection of that name. */
  Optional<CollectionDefinition> find(String name);

  /**
   * The collection of that name.
   *
   * @throws DataException of kind UNKNOWN_COLLECTION
   */
  CollectionDefinition get(String name);

  /**
   * Makes a collection and its table: {@code name, title, fields, autoGenId, createdAt, updatedAt,
   * createdBy, updatedBy} and whatever else is to be kept.
   */
  CollectionDefinition create(Map<String, ?> values);

  /** Changes title and options; fields that are not there yet are added. */
  CollectionDefinition update(String name, Map<String, ?> values);

  /** Removes a collection with its records. */
  void destroy(String name);

  /** Adds a field: {@code name, type, interface} and options. */
  FieldDefinition createField(String collection, Map<String, ?> values);

  /** Changes options of a field; its type stays. */
  FieldDefinition updateField(String collection, String field, Map<String, ?> values);

  /** Removes a field with its values. */
  void destroyField(String collection, String field);
}
