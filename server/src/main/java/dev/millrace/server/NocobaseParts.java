package dev.millrace.server;

import dev.millrace.activities.http.EgressPolicy;
import dev.millrace.activities.mail.MailActivity;
import dev.millrace.activities.mail.MailSettings;
import dev.millrace.data.Database;
import dev.millrace.data.DatabaseSettings;
import dev.millrace.dialect.nocobase.NocobaseDialect;
import dev.millrace.dialect.nocobase.activity.MailServers;
import dev.millrace.dialect.nocobase.activity.NocobaseActivities;
import dev.millrace.dialect.nocobase.auth.AccessSettings;
import dev.millrace.dialect.nocobase.run.SharedVariables;
import dev.millrace.engine.graph.Environment;
import dev.millrace.runtime.EngineApi;
import dev.millrace.runtime.activity.Activity;
import dev.millrace.server.config.Configuration;
import dev.millrace.store.sqlite.SqliteStore;
import dev.millrace.transport.Caller;
import dev.millrace.transport.Problem;
import dev.millrace.transport.Request;
import dev.millrace.transport.Response;
import dev.millrace.transport.Routes;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * NocoBase's workflow API with its database. The database is opened beside the start of the server,
 * which need not wait for it; requests and activities that need it do.
 */
final class NocobaseParts {
  private static final System.Logger LOGGER = System.getLogger("dev.millrace.server");
  private static final int THREADS = 4;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration LONGEST_OPEN = Duration.ofSeconds(30);

  private final Configuration configuration;
  private final ScheduledExecutorService background =
      Executors.newScheduledThreadPool(
          THREADS, Thread.ofPlatform().name("millrace-nocobase-", 0).daemon().factory());
  private final CompletableFuture<Database> database = new CompletableFuture<>();
  private final CompletableFuture<NocobaseDialect> dialect = new CompletableFuture<>();

  private volatile List<Activity> nodeActivities = List.of();

  NocobaseParts(Configuration configuration) {
    this.configuration = configuration;
  }

  /** The activities of its node types; they wait for the database. */
  List<Activity> activities(List<Activity> builtIn) {
    nodeActivities = NocobaseActivities.all(database::join, builtIn, mailServers());
    return nodeActivities;
  }

  /** Mail servers that nodes name are reached as targets of http tasks are: by the same rules. */
  private MailServers mailServers() {
    EgressPolicy policy = EgressPolicy.allowing(configuration.connections().allowEgress());
    return provider -> {
      List<InetAddress> _ = policy.addresses(provider.host(), provider.port());
      return new MailActivity(
          new MailSettings(
              provider.host(),
              provider.port(),
              provider.from(),
              provider.user(),
              provider.password(),
              provider.secure()
                  ? MailSettings.Tls.IMPLICIT
                  : provider.user() == null ? MailSettings.Tls.NONE : MailSettings.Tls.STARTTLS));
    };
  }

  /** The environment of the engine with the variables of this API, which wait for the database. */
  Environment environment(Environment others) {
    return new SharedVariables(others, database::join);
  }

  /** Begins to open everything; the store of the engine is there already. */
  void open(EngineApi engine) {
    background.execute(() -> opened(engine));
  }

  // Whatever goes wrong must reach those who wait.
  @SuppressWarnings("CatchingUnchecked")
  private void opened(EngineApi engine) {
    try {
      Path dataDir = configuration.dataDir();
      Database opened =
          Database.open(
              DatabaseSettings.sqlite(
                      dataDir.resolve(DataDirectory.RECORDS),
                      InstantSource.system(),
                      new SecureRandom())
                  .withEngine(dataDir.resolve(SqliteStore.FILE))
                  .withDefinitions(NocobaseDialect.collections()));
      database.complete(opened);
      NocobaseDialect made =
          new NocobaseDialect(
              engine,
              opened,
              settings(),
              new NocobaseDialect.Ports(
                  InstantSource.system(),
                  () -> UUID.randomUUID().toString(),
                  background,
                  nodeActivities));
      made.start();
      dialect.complete(made);
    } catch (RuntimeException e) {
      System.Logger.Level level =
          background.isShutdown() ? System.Logger.Level.DEBUG : System.Logger.Level.ERROR;
      LOGGER.log(level, "NocoBase's workflow API is not served", e);
      database.completeExceptionally(e);
      dialect.completeExceptionally(e);
    }
  }

  private NocobaseDialect.Settings settings() {
    Configuration.SignIn signIn = configuration.access().signIn();
    return new NocobaseDialect.Settings(
        new AccessSettings(
            signIn.needed(),
            SigningKey.in(configuration.dataDir()),
            signIn.adminEmail(),
            signIn.adminPassword()),
        configuration.listening().timeZone(),
        Version.current(),
        configuration.access().workflowNodes(),
        PATIENCE);
  }

  void register(Routes.Builder routes) {
    routes.fallback(
        new Routes.Fallback("nocobase", this::serves, this::handle, NocobaseDialect.errorFormat()));
  }

  /** Whether a path is of this API; asks the database only for what may be a collection of it. */
  boolean serves(List<String> segments) {
    Boolean claimed = NocobaseDialect.claims(segments);
    if (claimed != null) {
      return claimed;
    }
    try {
      return dialect().serves(segments);
    } catch (Problem e) {
      return false;
    }
  }

  private Response handle(Request request) throws InterruptedException {
    return dialect().handle(request);
  }

  private NocobaseDialect dialect() {
    try {
      return dialect.get(LONGEST_OPEN.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unavailable();
    } catch (ExecutionException | TimeoutException e) {
      throw unavailable();
    }
  }

  private static Problem unavailable() {
    return Problem.unavailable(
        "unavailable", "the database of this API is not open; see the log of the server", 1);
  }

  /** The caller that a token of this API proves to be, for the other APIs; null for none. */
  @Nullable Caller manager(Request head) {
    String header = head.header("authorization");
    String bearer = "Bearer ";
    if (header == null || !header.regionMatches(true, 0, bearer, 0, bearer.length())) {
      return null;
    }
    String name = dialect().access().manager(header.substring(bearer.length()).strip());
    return name == null ? null : new Caller(name, true);
  }

  /** Ends what runs by itself; to be called while the engine still answers. */
  void stop() throws InterruptedException {
    if (dialect.isDone() && !dialect.isCompletedExceptionally()) {
      try {
        dialect.join().close();
      } catch (CompletionException e) {
        LOGGER.log(System.Logger.Level.DEBUG, "there was nothing to stop", e);
      }
    }
    background.shutdownNow();
    if (!background.awaitTermination(LONGEST_OPEN.toMillis(), TimeUnit.MILLISECONDS)) {
      LOGGER.log(System.Logger.Level.WARNING, "work in the background did not end");
    }
    // Whoever still waits for what was never opened would wait for ever.
    database.completeExceptionally(new IllegalStateException("the server is closing"));
    dialect.completeExceptionally(new IllegalStateException("the server is closing"));
  }

  /** Closes the database; to be called once no activity runs any more. */
  void closeDatabase() {
    if (database.isDone() && !database.isCompletedExceptionally()) {
      database.join().close();
    }
  }
}
