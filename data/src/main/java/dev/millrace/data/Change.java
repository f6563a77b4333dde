package dev.millrace.data;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A row that was written.
 *
 * @param before all columns as they were, hidden ones too; null for a new row
 * @param after all columns as they are; null for a removed row
 * @param changed names of fields whose value differs, and of to-one links whose key differs; fields
 *     kept by this module (as {@code updatedAt}) do not count. For a new row all that are not null
 */
public record Change(
    String collection,
    Kind kind,
    @Nullable Map<String, @Nullable Object> before,
    @Nullable Map<String, @Nullable Object> after,
    Set<String> changed,
    WriteContext context) {

  /** What happened to the row. */
  public enum Kind {
    CREATE,
    UPDATE,
    DESTROY
  }

  /** The row as it is, or as it was when it is gone. */
  public Map<String, @Nullable Object> row() {
    Map<String, @Nullable Object> row = after == null ? before : after;
    if (row == null) {
      throw new IllegalStateException("a change without a row");
    }
    return row;
  }
}
