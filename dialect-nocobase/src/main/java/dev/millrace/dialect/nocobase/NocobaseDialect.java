package dev.millrace.dialect.nocobase;

import dev.millrace.data.CollectionDefinition;
import dev.millrace.data.Database;
import dev.millrace.data.DatabaseFile;
import dev.millrace.dialect.nocobase.auth.Access;
import dev.millrace.dialect.nocobase.auth.AccessControl;
import dev.millrace.dialect.nocobase.auth.AccessSettings;
import dev.millrace.dialect.nocobase.catalog.SystemCollections;
import dev.millrace.dialect.nocobase.http.Errors;
import dev.millrace.dialect.nocobase.http.Router;
import dev.millrace.dialect.nocobase.resource.Resources;
import dev.millrace.dialect.nocobase.run.Calls;
import dev.millrace.dialect.nocobase.run.Counters;
import dev.millrace.dialect.nocobase.run.Dispatcher;
import dev.millrace.dialect.nocobase.run.Housekeeping;
import dev.millrace.dialect.nocobase.run.Versions;
import dev.millrace.dialect.nocobase.trigger.RecordEvents;
import dev.millrace.dialect.nocobase.trigger.Relay;
import dev.millrace.dialect.nocobase.trigger.Schedules;
import dev.millrace.dialect.nocobase.trigger.Sources;
import dev.millrace.dialect.nocobase.trigger.Triggers;
import dev.millrace.dialect.nocobase.trigger.WriteGate;
import dev.millrace.runtime.EngineApi;
import dev.millrace.runtime.activity.Activity;
import dev.millrace.transport.ErrorFormat;
import dev.millrace.transport.Request;
import dev.millrace.transport.Response;
import dev.millrace.transport.Routes;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * NocoBase's workflow API over an engine and a database. Made once, registered once, started once,
 * closed before the engine and the database. The methods are safe on any thread.
 */
public final class NocobaseDialect implements AutoCloseable {
  private static final long FLUSH_MILLIS = 1_000;
  private static final long FIRST_KEEPING_MINUTES = 2;
  private static final long KEEPING_MINUTES = 60;

  private final Router router;
  private final Access access;
  private final Counters counters;
  private final Relay relay;
  private final Schedules schedules;
  private final Ports ports;
  private final Housekeeping housekeeping;
  private volatile @Nullable ScheduledFuture<?> flushing;
  private volatile @Nullable ScheduledFuture<?> keeping;

  /**
   * What the operator decides.
   *
   * @param zone of times without one
   * @param version of the server
   * @param mostNodes of a workflow; 0 for any number
   * @param patience how long an answer waits for an execution to settle
   * @param sendLogs how long rows of notificationSendLogs are kept; null for ever
   */
  public record Settings(
      AccessSettings access,
      ZoneId zone,
      String version,
      int mostNodes,
      Duration patience,
      @Nullable Duration sendLogs) {}

  /**
   * What comes from outside.
   *
   * @param ids draws UUIDs
   * @param background runs what no request waits for; ended by who made it, after this is closed
   * @param activities of the node types, which single nodes can be tried with
   */
  public record Ports(
      InstantSource clock,
      Supplier<String> ids,
      ScheduledExecutorService background,
      List<Activity> activities) {}

  /** A dialect that is served once {@link #register} was called. */
  public NocobaseDialect(EngineApi engine, Database database, Settings settings, Ports ports) {
    this.ports = ports;
    this.access = Access.open(database, settings.access(), ports.clock(), ports.ids());
    Versions versions = new Versions(database);
    this.counters = new Counters(database);
    this.housekeeping = new Housekeeping(database, ports.clock(), settings.sendLogs());
    Calls calls = new Calls(engine);
    Dispatcher dispatcher =
        new Dispatcher(calls, database, versions, counters, settings.patience());
    Sources sources = new Sources(database, access.accounts());
    Triggers triggers = new Triggers(sources, ports.clock());
    this.relay = new Relay(database, versions, dispatcher, ports.background(), ports.clock());
    this.schedules =
        new Schedules(
            database,
            versions,
            dispatcher,
            counters,
            new Schedules.Clockwork(ports.background(), ports.clock(), settings.zone()));
    RecordEvents events =
        new RecordEvents(
            versions, dispatcher, relay, ports.ids(), new WriteGate(database, dispatcher));
    database.listen(events::written);
    this.router =
        new Router(
            Resources.registry(
                new Resources.Storage(database, access, versions, counters),
                new Resources.Starting(calls, dispatcher, triggers),
                new Resources.Surroundings(
                    settings.zone(),
                    settings.version(),
                    settings.mostNodes(),
                    ports.clock(),
                    ports.ids(),
                    ports.activities())),
            access.control(),
            SystemCollections.RESERVED_BY_OTHERS);
  }

  /** The collections that the database must be opened with. */
  public static List<CollectionDefinition> collections() {
    return SystemCollections.all();
  }

  /** Those of {@link #collections} that are written together with the users' records. */
  public static Set<String> besideRecords() {
    return Set.of(SystemCollections.EVENTS);
  }

  /**
   * Whether something in a database that is not open is needed without a request: events that wait,
   * workflows that start by themselves, variables that executions read.
   */
  public static boolean awaited(Path file) {
    return DatabaseFile.holdsAny(
        file,
        List.of(
            new DatabaseFile.Wanted(SystemCollections.EVENTS, null),
            new DatabaseFile.Wanted(SystemCollections.WORKFLOWS, "enabled"),
            new DatabaseFile.Wanted(SystemCollections.ENVIRONMENT, null)));
  }

  /** Adds all paths of the API, behind those of all others. */
  public void register(Routes.Builder routes) {
    router.register(routes);
  }

  /** How problems of the API's paths are written. */
  public static ErrorFormat errorFormat() {
    return Errors.FORMAT;
  }

  /**
   * Whether a path is one of this API, as far as that can be said without the database; null for a
   * path that may be that of a collection of the users'.
   */
  public static @Nullable Boolean claims(List<String> segments) {
    if (segments.isEmpty()) {
      return false;
    }
    String first = Router.name(segments.getFirst());
    if (first.equals("api")) {
      return segments.size() == 1
          || !SystemCollections.RESERVED_BY_OTHERS.contains(Router.name(segments.get(1)));
    }
    if (SystemCollections.TABLELESS.contains(first) || SystemCollections.isSystem(first)) {
      return true;
    }
    return SystemCollections.RESERVED.contains(first) ? Boolean.FALSE : null;
  }

  /** Answers a request whose path is one of this API. */
  public Response handle(Request request) throws InterruptedException {
    return router.handle(request);
  }

  /** Whether a path is one of this API. */
  public boolean serves(List<String> segments) {
    return router.serves(segments);
  }

  /** Who may act; its tokens are those of this server. */
  public AccessControl access() {
    return access.control();
  }

  /** Takes up events that are left, and begins to watch the clock. */
  public void start() {
    counters.open();
    relay.start();
    schedules.start();
    flushing =
        ports
            .background()
            .scheduleWithFixedDelay(
                counters::flushTold, FLUSH_MILLIS, FLUSH_MILLIS, TimeUnit.MILLISECONDS);
    keeping =
        ports
            .background()
            .scheduleWithFixedDelay(
                housekeeping::run, FIRST_KEEPING_MINUTES, KEEPING_MINUTES, TimeUnit.MINUTES);
  }

  /** Writes what was only counted. */
  @Override
  public void close() {
    for (ScheduledFuture<?> rounds : Arrays.asList(flushing, keeping)) {
      if (rounds != null) {
        rounds.cancel(false);
      }
    }
    schedules.close();
    relay.close();
    counters.flush();
  }
}
