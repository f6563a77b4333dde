package dev.millrace.dialect.nocobase;

import dev.millrace.activities.BuiltInActivities;
import dev.millrace.activities.http.EgressPolicy;
import dev.millrace.activities.mail.MailActivity;
import dev.millrace.activities.mail.MailSettings;
import dev.millrace.data.Database;
import dev.millrace.data.DatabaseSettings;
import dev.millrace.dialect.nocobase.activity.MailServers;
import dev.millrace.dialect.nocobase.activity.NocobaseActivities;
import dev.millrace.dialect.nocobase.auth.AccessSettings;
import dev.millrace.dialect.nocobase.run.Calls;
import dev.millrace.dialect.nocobase.run.Counters;
import dev.millrace.dialect.nocobase.run.Dispatcher;
import dev.millrace.dialect.nocobase.run.SharedVariables;
import dev.millrace.dialect.nocobase.run.Versions;
import dev.millrace.engine.graph.NodeTypes;
import dev.millrace.engine.interpreter.Engine;
import dev.millrace.expression.JsonSchemas;
import dev.millrace.expression.ProcessExpressions;
import dev.millrace.format.nocobase.NocoBaseFormat;
import dev.millrace.runtime.EngineApi;
import dev.millrace.runtime.activity.Activity;
import dev.millrace.runtime.local.EngineDecider;
import dev.millrace.runtime.local.EngineRuntime;
import dev.millrace.runtime.local.RuntimeSettings;
import dev.millrace.store.sqlite.SqliteStore;
import dev.millrace.transport.Authenticator;
import dev.millrace.transport.HttpListener;
import dev.millrace.transport.ListenerSettings;
import dev.millrace.transport.Observer;
import dev.millrace.transport.Routes;
import dev.millrace.transport.json.Json;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A whole server of this API over SQLite files in a directory, and a client of it. */
final class TestServer implements AutoCloseable {
  static final String PASSWORD = "admin123";
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final SqliteStore store;
  private final EngineRuntime runtime;
  private final CompletableFuture<Database> opened = new CompletableFuture<>();
  private final Database database;
  private final NocobaseDialect dialect;
  private final ScheduledExecutorService background = Executors.newScheduledThreadPool(2);
  private final HttpListener listener;
  private final HttpClient client = HttpClient.newHttpClient();
  private final List<Activity> builtIn =
      BuiltInActivities.all(EgressPolicy.allowing(List.of("127.0.0.1")), Map.of(), null);
  private final List<Activity> activities =
      NocobaseActivities.all(this::opened, builtIn, TestServer::mail);
  private String token = "";

  TestServer(Path directory) {
    this(directory, false);
  }

  TestServer(Path directory, boolean signIn) {
    this(directory, signIn, null);
  }

  /** A server with the records of users' collections elsewhere. */
  TestServer(Path directory, boolean signIn, DatabaseSettings.@Nullable Jdbc users) {
    store = SqliteStore.open(directory);
    NodeTypes types = TestNodes.all();
    runtime =
        EngineRuntime.open(
            store,
            RuntimeSettings.DEFAULT,
            List.of(new NocoBaseFormat()),
            activities,
            (graphs, environment) ->
                new EngineDecider(
                    new Engine(
                        graphs,
                        new SharedVariables(environment, opened::join),
                        types,
                        new ProcessExpressions(),
                        new JsonSchemas())));
    DatabaseSettings settings =
        DatabaseSettings.sqlite(directory.resolve("data.db"), InstantSource.system(), new Random())
            .withEngine(directory.resolve(SqliteStore.FILE))
            .withDefinitions(NocobaseDialect.collections());
    database =
        Database.open(
            users == null ? settings : settings.withUsers(users, NocobaseDialect.besideRecords()));
    opened.complete(database);
    dialect =
        new NocobaseDialect(
            runtime,
            database,
            new NocobaseDialect.Settings(
                new AccessSettings(signIn, "k".repeat(32), AccessSettings.ADMIN_EMAIL, PASSWORD),
                ZoneOffset.UTC,
                "test",
                50,
                PATIENCE,
                null),
            new NocobaseDialect.Ports(
                InstantSource.system(),
                () -> UUID.randomUUID().toString(),
                background,
                activities));
    Routes.Builder routes = Routes.builder();
    dialect.register(routes);
    listener =
        new HttpListener(
            ListenerSettings.of("127.0.0.1", 0),
            routes.build(),
            Authenticator.ALLOW_ALL,
            Observer.NONE);
    dialect.start();
    listener.start();
  }

  private Database opened() {
    return opened.join();
  }

  /** An activity as executions run it. */
  Activity activity(String name) {
    return activities.stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
  }

  private static Activity mail(MailServers.Provider provider) {
    return new MailActivity(
        new MailSettings(
            provider.host(),
            provider.port(),
            provider.from(),
            provider.user(),
            provider.password(),
            MailSettings.Tls.NONE));
  }

  /** An answer. */
  record Reply(int status, String text, Map<String, String> headers) {
    Reply(int status, String text) {
      this(status, text, Map.of());
    }

    /** A header of the answer, empty when it is missing. */
    String header(String name) {
      return headers.getOrDefault(name, "");
    }

    @SuppressWarnings("unchecked") // objects have text keys
    Map<String, @Nullable Object> json() {
      Object parsed = Json.parse(text);
      return parsed instanceof Map<?, ?> map ? (Map<String, @Nullable Object>) map : Map.of();
    }

    /** A member of the body, by a path with dots; numbers count list elements. */
    @Nullable Object at(String path) {
      Object value = json();
      for (String step : path.split("\\.", -1)) {
        value =
            switch (value) {
              case Map<?, ?> map -> map.get(step);
              case List<?> list ->
                  step.equals("size")
                      ? (Object) list.size()
                      : Integer.parseInt(step) < list.size()
                          ? list.get(Integer.parseInt(step))
                          : null;
              case null, default -> null;
            };
      }
      return value;
    }

    /** A whole number in the body. */
    long number(String path) {
      Object value = at(path);
      if (value instanceof Number number) {
        return number.longValue();
      }
      throw new AssertionError("expected a number at " + path + ", found " + status + " " + text);
    }

    /** The message of the first error. */
    String error() {
      return String.valueOf(at("errors.0.message"));
    }
  }

  /** Where it is reached. */
  String url() {
    return "http://127.0.0.1:" + listener.port();
  }

  EngineApi engine() {
    return runtime;
  }

  /** Ends the engine, while the rest goes on. */
  void endEngine() {
    runtime.close();
  }

  Database database() {
    return database;
  }

  /** Another dispatcher over the same engine, as a second one who saw the same event. */
  Dispatcher dispatcher() {
    return new Dispatcher(
        new Calls(runtime), database, new Versions(database), new Counters(database), PATIENCE);
  }

  /** Uses another token from here on; an empty one stands for none. */
  void use(String other) {
    token = other;
  }

  Reply get(String path) {
    return send("GET", path, null);
  }

  /** Gets with parameters, which are encoded here: {@code name, value, …}. */
  Reply get(String path, String... parameters) {
    String query = query(parameters);
    return send("GET", path + (path.contains("?") ? query.replaceFirst("\\?", "&") : query), null);
  }

  private static String query(String... parameters) {
    StringBuilder query = new StringBuilder();
    for (int i = 0; i < parameters.length; i += 2) {
      query
          .append(i == 0 ? '?' : '&')
          .append(URLEncoder.encode(parameters[i], StandardCharsets.UTF_8))
          .append('=')
          .append(URLEncoder.encode(parameters[i + 1], StandardCharsets.UTF_8));
    }
    return query.toString();
  }

  Reply post(String path, @Nullable Object body) {
    return send("POST", path, body);
  }

  /** Posts with parameters, which are encoded here and follow those of the path. */
  Reply post(String path, @Nullable Object body, String... parameters) {
    String query = query(parameters);
    return send("POST", path + (path.contains("?") ? query.replaceFirst("\\?", "&") : query), body);
  }

  Reply send(String method, String path, @Nullable Object body) {
    return send(method, path, body, Map.of());
  }

  Reply send(String method, String path, @Nullable Object body, Map<String, String> headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + listener.port() + path))
            .method(
                method,
                body == null
                    ? BodyPublishers.noBody()
                    : BodyPublishers.ofString(
                        body instanceof String text ? text : Json.writeText(body)))
            .header("Content-Type", "application/json");
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    headers.forEach(request::setHeader);
    try {
      HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString());
      Map<String, String> answered = new LinkedHashMap<>();
      answer.headers().map().forEach((name, values) -> answered.put(name, values.getFirst()));
      return new Reply(answer.statusCode(), answer.body(), answered);
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Makes a collection with fields given as {@code name, type, …}. */
  void collection(String name, String... fields) {
    List<Map<String, Object>> all = new java.util.ArrayList<>();
    for (int i = 0; i < fields.length; i += 2) {
      all.add(Map.of("name", fields[i], "type", fields[i + 1]));
    }
    Reply reply = post("/api/collections:create", Map.of("name", name, "fields", all));
    if (reply.status != 200) {
      throw new AssertionError(reply.text);
    }
  }

  /** Creates a workflow and answers its id. */
  long workflow(Map<String, Object> values) {
    return created(post("/api/workflows:create", values));
  }

  /** Creates an enabled workflow that follows new records of a collection, and answers its id. */
  long onCreate(String collection, boolean sync) {
    return workflow(
        Map.of(
            "type",
            "collection",
            "enabled",
            true,
            "sync",
            sync,
            "config",
            Map.of("collection", collection, "mode", 1)));
  }

  /** Creates a node behind another and answers its id. */
  long node(long workflow, String type, @Nullable Long upstream, Object config) {
    return node(workflow, type, upstream, null, config);
  }

  long node(
      long workflow, String type, @Nullable Long upstream, @Nullable Long branch, Object config) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    values.put("type", type);
    values.put("upstreamId", upstream);
    values.put("branchIndex", branch);
    values.put("config", config);
    return created(post("/api/workflows/" + workflow + "/nodes:create", values));
  }

  static long created(Reply reply) {
    if (reply.status != 200) {
      throw new AssertionError(reply.status + " " + reply.text);
    }
    return reply.number("data.id");
  }

  /** Asks again until an answer fits, for some seconds. */
  Reply until(java.util.function.Supplier<Reply> ask, java.util.function.Predicate<Reply> fits) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    Reply reply = ask.get();
    while (!fits.test(reply)) {
      if (System.nanoTime() > end) {
        throw new AssertionError("waited in vain, last: " + reply.text);
      }
      java.util.concurrent.locks.LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
      reply = ask.get();
    }
    return reply;
  }

  /** A workflow whose executions remove themselves when they are resolved. */
  long workflowLeavingNoTrace() {
    return workflow(
        Map.of(
            "type",
            "schedule",
            "config",
            Map.of("mode", 0),
            "options",
            Map.of("deleteExecutionOnStatus", List.of(1))));
  }

  /** How many executions of a key there are now. */
  long count(String key) {
    return get("/api/executions:list", "filter", Json.writeText(Map.of("key", key)))
        .number("meta.count");
  }

  /** The executions of a workflow key, oldest first, once there are so many. */
  Reply executions(String key, int count) {
    return until(
        () ->
            get(
                "/api/executions:list",
                "filter",
                Json.writeText(Map.of("key", key)),
                "sort",
                "id",
                "appends",
                "jobs"),
        reply -> reply.number("meta.count") == count);
  }

  String key(long workflow) {
    return String.valueOf(get("/api/workflows:get?filterByTk=" + workflow).at("data.key"));
  }

  @Override
  public void close() {
    listener.close();
    dialect.close();
    background.shutdownNow();
    try {
      background.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    runtime.close();
    database.close();
    store.close();
    BuiltInActivities.close(builtIn);
    client.close();
  }
}
