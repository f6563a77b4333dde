package dev.millrace.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.Logging;
import dev.millrace.server.MillraceServer;
import dev.millrace.server.config.Configuration;
import dev.millrace.server.config.ConfigurationLoader;
import dev.millrace.server.config.Setting;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a backup says about records that are not in the data directory. */
class BackupCommandTest {
  @TempDir Path directory;
  private Path data = Path.of("data");
  private Path copy = Path.of("copy");

  @BeforeAll
  static void beQuiet() {
    Logging.install();
  }

  @BeforeEach
  void directory() {
    data = directory.resolve("data").toAbsolutePath();
    copy = directory.resolve("copy").toAbsolutePath();
    Configuration configuration =
        new ConfigurationLoader(Map.of())
            .load(
                null,
                Map.of(
                    Setting.DATA_DIR,
                    data.toString(),
                    Setting.HTTP_PORT,
                    "0",
                    Setting.GRPC_PORT,
                    "0"));
    MillraceServer.open(configuration).close();
  }

  private String backup(String... more) {
    String[] arguments = new String[more.length + 4];
    System.arraycopy(more, 0, arguments, 1, more.length);
    arguments[0] = "backup";
    arguments[more.length + 1] = "--data-dir";
    arguments[more.length + 2] = data.toString();
    arguments[more.length + 3] = copy.toString();
    StringWriter said = new StringWriter();
    PrintWriter writer = new PrintWriter(said, true);
    assertThat(MillraceCommand.run(writer, writer, arguments)).isZero();
    return said.toString();
  }

  @Test
  void shouldSayHowToCopyRecordsThatAreInPostgres() throws IOException {
    Files.writeString(
        data.resolve(ConfigurationLoader.FILE),
        """
        data: { url: "jdbc:postgresql://db.internal:5433/shop?ssl=true", username: shop, password: "env:NOT_SET" }
        """);
    assertThat(backup())
        .contains(
            "NOT in the copy: the records of collections, which are kept in PostgreSQL",
            "  pg_dump --format=custom --file=%s.records.dump postgresql://shop@db.internal:5433/shop%n"
                .formatted(copy),
            "  pg_restore --clean --if-exists --dbname=postgresql://shop@db.internal:5433/shop %s.records.dump"
                .formatted(copy));
  }

  @Test
  void shouldReadTheConfigurationThatTheServerHas() throws IOException {
    Path elsewhere =
        Files.writeString(
            directory.resolve("server.yaml"), "data: { url: \"jdbc:postgresql:shop\" }\n");
    assertThat(backup("--config", elsewhere.toString())).contains(" postgresql:///shop");
  }

  @Test
  void shouldSayNothingOfPostgresWhereAllIsInTheCopy() {
    assertThat(backup()).contains("Restore: ").doesNotContain("PostgreSQL");
  }

  @Test
  void shouldWarnWhereTheConfigurationCannotBeRead() throws IOException {
    Files.writeString(data.resolve(ConfigurationLoader.FILE), "data: [\n");
    assertThat(backup()).contains("warning: whether records are kept in PostgreSQL", "Restore: ");
  }

  @Test
  void shouldQuoteForTheShell() {
    PostgresDump dump = dump("jdbc:postgresql://h/it's?user=a%20b&ssl=true", null);
    assertThat(dump.dump())
        .isEqualTo(
            "pg_dump --format=custom --file='/a copy.records.dump' 'postgresql://a%20b@h/it'\\''s'");
  }

  private static PostgresDump dump(String url, @Nullable String user) {
    return new PostgresDump(new Configuration.Database(url, user, null), Path.of("/a copy"));
  }
}
