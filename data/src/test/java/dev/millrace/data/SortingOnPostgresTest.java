package dev.millrace.data;

import java.nio.file.Path;
import org.junit.jupiter.api.condition.EnabledIf;

/** The same on PostgreSQL, where it is installed. */
@EnabledIf("dev.millrace.data.TestingPostgres#available")
class SortingOnPostgresTest extends SortingTest {

  @Override
  DatabaseSettings.Location place(Path folder) {
    return TestingPostgres.at(folder);
  }
}
