package dev.millrace.dialect.nocobase;

import dev.millrace.data.TestingPostgres;
import org.junit.jupiter.api.condition.EnabledIf;

/** The same with the records on PostgreSQL, where it is installed. */
@EnabledIf("dev.millrace.data.TestingPostgres#available")
class RecordsOnPostgresTest extends RecordsTest {

  @Override
  TestServer start() {
    return new TestServer(directory, false, TestingPostgres.at(directory));
  }
}
