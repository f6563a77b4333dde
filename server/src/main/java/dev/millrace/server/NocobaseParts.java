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
import java.util.Objects;
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
 * NocoBase's workflow API with its database. The database is opened by whoever needs it first, who
 * waits for it: a request, an activity, or the start of the server, where workflows or events wait
 * in it; the start itself does not wait. An attempt that failed is made again by the next who asks.
 */
final class NocobaseParts {
  private static final System.Logger LOGGER = System.getLogger("dev.millrace.server");
  private static final int THREADS = 4;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration LONGEST_OPEN = Duration.ofSeconds(30);
  private static final Duration BETWEEN = Duration.ofSeconds(1);

  private final Configuration configuration;
  private final ScheduledExecutorService background =
      Executors.newScheduledThreadPool(
          THREADS, Thread.ofPlatform().name("millrace-nocobase-", 0).daemon().factory());
  private final CompletableFuture<EngineApi> engine = new CompletableFuture<>();
  private volatile List<Activity> nodeActivities = List.of();
  private volatile @Nullable SharedVariables variables;
  private @Nullable Opening opening;
  private boolean stopped;

  /** One attempt to open everything. */
  private record Opening(
      CompletableFuture<Database> database,
      CompletableFuture<NocobaseDialect> dialect,
      long begunNanos) {

    boolean failed() {
      return dialect.isCompletedExceptionally();
    }

    void fail(Throwable cause) {
      database.completeExceptionally(cause);
      dialect.completeExceptionally(cause);
    }
  }

  NocobaseParts(Configuration configuration) {
    this.configuration = configuration;
  }

  /** The activities of its node types; they wait for the database. */
  List<Activity> activities(List<Activity> builtIn) {
    nodeActivities = NocobaseActivities.all(this::awaitDatabase, builtIn, mailServers());
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

  /**
   * The environment of the engine with the variables of this API. They are read when the database
   * is opened, so that a lane waits for it only where an execution goes on in the same moment.
   */
  Environment environment(Environment others) {
    SharedVariables made = new SharedVariables(others, this::awaitDatabase);
    variables = made;
    return made;
  }

  /**
   * The database, once it is open.
   *
   * @throws CompletionException with what went wrong, also when it went wrong behind the database,
   *     which is closed then
   */
  Database awaitDatabase() {
    Opening needed = needed();
    Database database = needed.database.join();
    if (needed.failed()) {
      NocobaseDialect _ = needed.dialect.join();
    }
    return database;
  }

  /** The server has started; the store of the engine is there. */
  void open(EngineApi started) {
    engine.complete(started);
    background.execute(() -> {
      if (awaited()) {
        needed();
      }
    });
  }

  /** Whether something in the database is needed by the server rather than for a request. */
  private boolean awaited() {
    // A database elsewhere is looked at now, so that the log says soon what is wrong with it.
    return configuration.access().signIn().needed()
        || configuration.connections().data() != null
        || NocobaseDialect.awaited(configuration.dataDir().resolve(DataDirectory.RECORDS));
  }

  /** The attempt to open that is under way or has succeeded, begun if there is none. */
  private synchronized Opening needed() {
    Opening known = opening;
    if (known != null
        && !(known.failed() && System.nanoTime() - known.begunNanos > BETWEEN.toNanos())) {
      return known;
    }
    Opening begun =
        new Opening(new CompletableFuture<>(), new CompletableFuture<>(), System.nanoTime());
    if (stopped) {
      // Whoever waited for what was never opened would wait for ever.
      begun.fail(new IllegalStateException("the server is closing"));
    } else {
      CompletableFuture<Void> _ =
          engine.thenAcceptAsync(started -> opened(started, begun), background);
    }
    opening = begun;
    return begun;
  }

  private synchronized @Nullable Opening known() {
    return opening;
  }

  // Whatever goes wrong must reach those who wait.
  @SuppressWarnings("CatchingUnchecked")
  private void opened(EngineApi started, Opening begun) {
    Database opened = null;
    try {
      opened = Database.open(location());
      SharedVariables waiting = variables;
      if (waiting != null) {
        waiting.load(opened);
      }
      begun.database.complete(opened);
      NocobaseDialect made =
          new NocobaseDialect(
              started,
              opened,
              settings(),
              new NocobaseDialect.Ports(
                  InstantSource.system(),
                  () -> UUID.randomUUID().toString(),
                  background,
                  nodeActivities));
      made.start();
      begun.dialect.complete(made);
    } catch (RuntimeException e) {
      System.Logger.Level level =
          background.isShutdown() ? System.Logger.Level.DEBUG : System.Logger.Level.ERROR;
      LOGGER.log(level, "NocoBase's workflow API is not served", e);
      begun.fail(e);
      if (opened != null) {
        opened.close();
      }
    }
  }

  private DatabaseSettings location() {
    Path dataDir = configuration.dataDir();
    DatabaseSettings settings =
        DatabaseSettings.sqlite(
                dataDir.resolve(DataDirectory.RECORDS), InstantSource.system(), new SecureRandom())
            .withEngine(dataDir.resolve(SqliteStore.FILE))
            .withDefinitions(NocobaseDialect.collections());
    Configuration.Database data = configuration.connections().data();
    return data == null
        ? settings
        : settings.withUsers(
            new DatabaseSettings.Jdbc(
                data.url(),
                Objects.requireNonNullElse(data.username(), ""),
                Objects.requireNonNullElse(data.password(), "")),
            NocobaseDialect.besideRecords());
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
        PATIENCE,
        configuration.retention().sendLogs());
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
      return needed().dialect.get(LONGEST_OPEN.toMillis(), TimeUnit.MILLISECONDS);
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
    Opening known;
    synchronized (this) {
      stopped = true;
      known = opening;
    }
    if (known != null && known.dialect.isDone() && !known.failed()) {
      try {
        known.dialect.join().close();
      } catch (CompletionException e) {
        LOGGER.log(System.Logger.Level.DEBUG, "there was nothing to stop", e);
      }
    }
    background.shutdownNow();
    if (!background.awaitTermination(LONGEST_OPEN.toMillis(), TimeUnit.MILLISECONDS)) {
      LOGGER.log(System.Logger.Level.WARNING, "work in the background did not end");
    }
    if (known != null) {
      known.fail(new IllegalStateException("the server is closing"));
    }
  }

  /** Closes the database; to be called once no activity runs any more. */
  void closeDatabase() {
    Opening known = known();
    if (known != null && known.database.isDone() && !known.database.isCompletedExceptionally()) {
      known.database.join().close();
    }
  }
}
