package dev.millrace.store.memory;

import dev.millrace.store.QueriesContract;
import dev.millrace.store.Store;

class MemoryStoreTest extends QueriesContract {

  @Override
  protected Store open() {
    return new MemoryStore();
  }
}
