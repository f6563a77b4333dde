package dev.millrace.systemtests.nocobase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.systemtests.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who works with processes alone does not pay for the users' tables. */
class LazyDatabaseCases {
  @TempDir Path folder;

  @Test
  void shouldOpenTheUsersTablesWhenTheyAreFirstNeeded() throws IOException {
    Path classes = folder.resolve("classes");
    try (TestServer server = TestServer.start(List.of("-Xlog:class+load:file=" + classes))) {
      server.api().get("/api/processes").expect(200);
      assertThat(Files.readString(classes)).doesNotContain("org.jooq");
      assertThat(server.dataDirectory().resolve("data.db")).doesNotExist();

      server.api().get("/api/workflows:list").expect(200);
      assertThat(Files.readString(classes)).contains("org.jooq");
      assertThat(server.log()).doesNotContainIgnoringCase("jooq");

      server.stop();
      server.restart();
      server.api().get("/api/processes").expect(200);
      assertThat(Files.readString(classes)).doesNotContain("org.jooq");
    }
  }
}
