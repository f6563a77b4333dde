package dev.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.data.Database;
import dev.millrace.data.WriteContext;
import dev.millrace.engine.graph.Environment;
import dev.millrace.engine.graph.NodeTypes;
import dev.millrace.engine.interpreter.Engine;
import dev.millrace.expression.JsonSchemas;
import dev.millrace.expression.ProcessExpressions;
import dev.millrace.format.nocobase.NocoBaseFormat;
import dev.millrace.runtime.local.EngineDecider;
import dev.millrace.runtime.local.EngineRuntime;
import dev.millrace.runtime.local.RuntimeSettings;
import dev.millrace.server.config.ConfigurationLoader;
import dev.millrace.server.config.Setting;
import dev.millrace.store.sqlite.SqliteStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the database of NocoBase's workflow API is opened. */
class NocobasePartsTest {
  @TempDir Path directory;
  private @Nullable SqliteStore store;
  private @Nullable EngineRuntime runtime;
  private @Nullable NocobaseParts parts;

  @BeforeAll
  static void beQuiet() {
    Logging.install();
  }

  @BeforeEach
  void open() {
    SqliteStore opened = SqliteStore.open(directory);
    store = opened;
    runtime =
        EngineRuntime.open(
            opened,
            RuntimeSettings.DEFAULT,
            List.of(new NocoBaseFormat()),
            List.of(),
            (graphs, environment) ->
                new EngineDecider(
                    new Engine(
                        graphs,
                        environment,
                        new NodeTypes(List.of()),
                        new ProcessExpressions(),
                        new JsonSchemas())));
  }

  private NocobaseParts made() {
    NocobaseParts made =
        new NocobaseParts(
            new ConfigurationLoader(Map.of())
                .load(null, Map.of(Setting.DATA_DIR, directory.toString())));
    parts = made;
    return made;
  }

  @AfterEach
  void close() throws InterruptedException {
    NocobaseParts opened = parts;
    if (opened != null) {
      opened.stop();
      opened.closeDatabase();
    }
    if (runtime != null) {
      runtime.close();
    }
    if (store != null) {
      store.close();
    }
  }

  private void opened(NocobaseParts made) {
    made.open(java.util.Objects.requireNonNull(runtime));
  }

  /** The database, once an attempt to open it succeeds. */
  private static Database eventually(NocobaseParts made) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (true) {
      try {
        return made.awaitDatabase();
      } catch (CompletionException e) {
        if (System.nanoTime() > end) {
          throw e;
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
      }
    }
  }

  @Test
  void shouldNeverHandOutADatabaseThatAFailedOpeningHasClosed() throws IOException {
    Path key = Files.writeString(directory.resolve(SigningKey.FILE), "too short");
    NocobaseParts made = made();
    opened(made);
    assertThatThrownBy(
            () -> {
              // The first may be given the database before the rest fails; nobody after the
              // failure.
              made.awaitDatabase();
              long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(500);
              while (System.nanoTime() < end) {
                made.awaitDatabase();
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
              }
            })
        .isInstanceOf(CompletionException.class)
        .hasRootCauseInstanceOf(ServerException.class);
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(made::awaitDatabase).isInstanceOf(CompletionException.class);
    }
    Files.delete(key);
    assertThat(eventually(made).records("users").collection().name()).isEqualTo("users");
  }

  @Test
  void shouldHaveTheVariablesOfWorkflowsInMemoryOnceItIsOpen() {
    NocobaseParts made = made();
    Environment environment = made.environment(Environment.EMPTY);
    opened(made);
    Database database = eventually(made);
    database
        .records("environmentVariables")
        .create(Map.of("name", "CITY", "value", "Bergen"), WriteContext.NONE);
    database.close();
    assertThat(environment.variables(NocoBaseFormat.OWNER)).isEqualTo(Map.of("CITY", "Bergen"));
    assertThat(environment.variables("others")).isEmpty();
  }

  @Test
  void shouldOpenTheDatabaseByItselfOnlyForWhatNeedsIt() throws Exception {
    NocobaseParts first = made();
    opened(first);
    first.stop();
    assertThat(directory.resolve(DataDirectory.RECORDS)).doesNotExist();
    close();
    open();
    NocobaseParts second = made();
    opened(second);
    eventually(second)
        .records("environmentVariables")
        .create(Map.of("name", "CITY", "value", "Oslo"), WriteContext.NONE);
    close();
    open();
    NocobaseParts third = made();
    Environment environment = third.environment(Environment.EMPTY);
    opened(third);
    assertThat(environment.variables(NocoBaseFormat.OWNER)).isEqualTo(Map.of("CITY", "Oslo"));
  }
}
