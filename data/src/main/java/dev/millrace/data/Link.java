package dev.millrace.data;

import org.jooq.Field;
import org.jooq.Table;
import org.jspecify.annotations.Nullable;

/**
 * A link between two collections, with all its columns known.
 *
 * @param owner the collection that has the field
 * @param ownerColumn its column
 * @param targetColumn the column of the target that has the same value; of a link by rows of a
 *     third collection, the one that {@code through.otherKey} has
 * @param through the third collection, if it takes one
 */
record Link(
    FieldDefinition field,
    CollectionDefinition owner,
    CollectionDefinition target,
    FieldDefinition ownerColumn,
    FieldDefinition targetColumn,
    @Nullable Through through) {

  /**
   * Rows that link others.
   *
   * @param ownerKey the column with the owner's value
   * @param otherKey the column with the target's value
   */
  record Through(
      CollectionDefinition collection, FieldDefinition ownerKey, FieldDefinition otherKey) {}

  /** The tables that lead to the target, with the target's alias, for FROM. */
  Table<?> from(String targetAlias, String throughAlias) {
    Table<?> target = Parts.table(this.target, targetAlias);
    Through rows = through;
    return rows == null
        ? target
        : Parts.table(rows.collection(), throughAlias)
            .join(target)
            .on(
                Parts.column(targetAlias, targetColumn.name())
                    .eq(Parts.column(throughAlias, rows.otherKey().name())));
  }

  /** The column in {@link #from} that has the owner's value. */
  Field<Object> ownersValue(String targetAlias, String throughAlias) {
    Through rows = through;
    return rows == null
        ? Parts.column(targetAlias, targetColumn.name())
        : Parts.column(throughAlias, rows.ownerKey().name());
  }
}
