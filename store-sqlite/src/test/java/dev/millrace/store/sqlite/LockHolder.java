package dev.millrace.store.sqlite;

import dev.millrace.store.Batch;
import dev.millrace.store.Fence;
import dev.millrace.store.Rows;
import java.io.IOException;
import java.nio.file.Path;

/** A process that opens a data directory, commits once and stays until it is killed. */
final class LockHolder {

  static final String READY = "ready";

  private LockHolder() {}

  public static void main(String[] arguments) throws IOException {
    try (SqliteStore store = SqliteStore.open(Path.of(arguments[0]))) {
      Fence fence = store.acquire("holder", 1).getFirst().next();
      Batch batch = new Batch();
      batch.fences.add(fence);
      batch.variables.add(new Rows.VariableRow("admin", "n", 1L, false));
      store.commit(batch);
      System.out.println(READY);
      while (System.in.read() >= 0) {
        // Waits for the end of input or of the process.
      }
    }
  }
}
