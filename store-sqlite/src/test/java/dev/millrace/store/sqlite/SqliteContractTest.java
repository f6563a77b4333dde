package dev.millrace.store.sqlite;

import dev.millrace.store.QueriesContract;
import dev.millrace.store.Store;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class SqliteContractTest extends QueriesContract {

  @TempDir Path dataDir;

  @Override
  protected Store open() {
    return SqliteStore.open(dataDir);
  }
}
