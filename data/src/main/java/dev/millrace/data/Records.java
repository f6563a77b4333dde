package dev.millrace.data;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The records of one collection. Values are plain JSON values; rows that are answered belong to the
 * caller. All methods throw {@link DataException} for what the caller can mend and {@link
 * DatabaseFailure} for what it cannot.
 */
public interface Records {

  /** The collection. */
  CollectionDefinition collection();

  /** A page of records. */
  Page list(Query query);

  /** The first record that matches. */
  Optional<Map<String, @Nullable Object>> get(Query query);

  /** How many match. */
  long count(Query query);

  /**
   * Whether a record that is not stored would match a filter. Of links it knows the keys in its own
   * columns.
   *
   * @param values by the names of fields; what is missing is null
   */
  boolean fits(Map<String, ?> values, @Nullable Object filter);

  /**
   * One value about all that match: a number, or a date for the least or greatest of dates. Of no
   * values it is 0.
   */
  Object aggregate(Aggregation aggregation);

  /**
   * Writes a new record, and records nested in it under the names of links. Keys that are no field
   * are ignored.
   *
   * @return the row, with the links that were given
   */
  Map<String, @Nullable Object> create(Map<String, ?> values, WriteContext context);

  /**
   * Writes values into all that match, each row on its own.
   *
   * @return the rows as they are now, by key
   * @throws DataException of kind REQUIRED_FILTER when the query has neither keys nor a condition
   */
  List<Map<String, @Nullable Object>> update(
      Query which, Map<String, ?> values, WriteContext context);

  /**
   * Removes all that match.
   *
   * @return how many
   * @throws DataException of kind REQUIRED_FILTER when the query has neither keys nor a condition
   */
  int destroy(Query which, WriteContext context);

  /**
   * Puts a record to another place in a field of type {@code sort}. Listeners are told only when
   * its scope changes.
   *
   * @throws DataException when the field is none that sorts, or a key names nothing
   */
  void move(Placement placement, WriteContext context);

  /**
   * The records that one record's link leads to, as records of the target collection: lists see
   * only these, creation links the new one.
   */
  Related related(Object key, String association);
}
