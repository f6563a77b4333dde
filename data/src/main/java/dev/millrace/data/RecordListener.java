package dev.millrace.data;

/** Is told of every row written, inside the transaction that writes it. */
@FunctionalInterface
public interface RecordListener {

  /**
   * Called on the writer's thread after the row and its links are written, before the commit. May
   * read and write through the transaction; must be quick, as no other write goes on meanwhile. An
   * exception undoes the whole transaction and reaches the writer. Not called for rows that are
   * only linked or unlinked by a write of another collection.
   */
  void written(Change change, Transaction transaction);
}
