package dev.millrace.data;

import java.sql.Connection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** The users' tables. Safe for use by several threads. */
public final class Database implements AutoCloseable {

  /** What this version writes. A database of another version is not touched. */
  static final long SCHEMA_VERSION = 1;

  private static final System.Logger LOGGER = System.getLogger(Database.class.getName());

  private final DatabaseSettings settings;
  private final Connections connections;
  private final Writer writer;
  private final ReadPool readers;
  private final Ids ids = new Ids();
  private final List<RecordListener> listeners = new CopyOnWriteArrayList<>();

  /** Where links of this one may lead to, besides itself. */
  private final @Nullable Database foreign;

  /** Where the users' collections are, if not here; set once, before anybody else sees this. */
  private volatile @Nullable Database users;

  private final Map<String, SharedTransaction> shared = new ConcurrentHashMap<>();

  private volatile Catalog catalog = new Catalog(List.of());

  /** With changes that are not committed yet; used in the writer's turn. */
  private Catalog working = catalog;

  private Database(DatabaseSettings settings, Connections connections, @Nullable Database foreign) {
    this.settings = settings;
    this.foreign = foreign;
    this.connections = connections;
    this.writer = new Writer(connections);
    this.readers = new ReadPool(connections, settings.limits().readers());
  }

  /**
   * Opens or makes the database.
   *
   * @throws DatabaseFailure when it cannot be opened, or was written by another version
   */
  public static Database open(DatabaseSettings settings) {
    DatabaseSettings.Elsewhere elsewhere = settings.users();
    if (elsewhere == null) {
      return open(settings, null);
    }
    // Its links lead to the users and workflows of the first, which knows nothing of its records.
    Database system = open(settings.withDefinitions(definitions(settings, elsewhere, false)), null);
    boolean opened = false;
    try {
      system.refuseUsersCollections();
      Database users =
          open(
              new DatabaseSettings(
                  elsewhere.location(),
                  definitions(settings, elsewhere, true),
                  settings.limits(),
                  settings.clock(),
                  settings.random(),
                  null),
              system);
      opened = true;
      system.users = users;
      return system;
    } finally {
      if (!opened) {
        system.close();
      }
    }
  }

  private static List<CollectionDefinition> definitions(
      DatabaseSettings settings, DatabaseSettings.Elsewhere elsewhere, boolean there) {
    return settings.definitions().stream()
        .filter(definition -> elsewhere.definitions().contains(definition.name()) == there)
        .toList();
  }

  private void refuseUsersCollections() {
    List<String> names =
        catalog.all().stream()
            .filter(each -> each.origin() == CollectionDefinition.Origin.USER)
            .map(CollectionDefinition::name)
            .toList();
    if (!names.isEmpty()) {
      throw new DatabaseFailure(
          "%s has collections already, which another database cannot take over: %s"
              .formatted(connections, names));
    }
  }

  private static Database open(DatabaseSettings settings, @Nullable Database foreign) {
    Connections connections =
        switch (settings.location()) {
          case DatabaseSettings.SqliteFile file ->
              new SqliteConnections(file, settings.limits(), settings.clock());
          case DatabaseSettings.Jdbc jdbc -> new PostgresConnections(jdbc, settings.limits());
        };
    Database database = new Database(settings, connections, foreign);
    boolean opened = false;
    try {
      database.inTransaction(transaction -> {
        database.prepare((Session) transaction);
        return null;
      });
      opened = true;
      return database;
    } finally {
      if (!opened) {
        database.close();
      }
    }
  }

  private void prepare(Session session) {
    session.update(DSL.query("CREATE TABLE IF NOT EXISTS mr_schema (version INTEGER NOT NULL)"));
    List<Long> versions =
        session.query(
            DSL.select(Parts.column("version")).from(Parts.own("mr_schema")),
            row -> row.getLong(1));
    if (versions.isEmpty()) {
      session.update(
          DSL.insertInto(Parts.own("mr_schema"))
              .set(Map.of(Parts.column("version"), Parts.bind(SCHEMA_VERSION))));
    } else if (versions.getFirst() != SCHEMA_VERSION) {
      throw new DatabaseFailure(
          "%s has schema version %d, this program reads version %d; use the program that wrote it"
              .formatted(connections, versions.getFirst(), SCHEMA_VERSION));
    }
    session.update(
        DSL.query(
            "CREATE TABLE IF NOT EXISTS mr_collection"
                + " (name TEXT PRIMARY KEY, position INTEGER NOT NULL, definition TEXT NOT NULL)"));
    session.update(
        DSL.query(
            "CREATE TABLE IF NOT EXISTS mr_once"
                + " (key TEXT PRIMARY KEY, done_at TEXT NOT NULL, result TEXT)"));
    List<CollectionDefinition> saved = SessionCollections.saved(session);
    List<CollectionDefinition> all = new ArrayList<>(settings.definitions());
    all.addAll(saved);
    Catalog known = new Catalog(all, foreignDefinitions());
    for (CollectionDefinition definition : settings.definitions()) {
      if (saved.stream().anyMatch(each -> each.name().equalsIgnoreCase(definition.name()))) {
        throw new DatabaseFailure(
            "%s has a collection of a user named %s, which the system needs; rename it"
                .formatted(connections, definition.name()));
      }
      known = known.with(Definitions.completed(definition, known));
    }
    session.catalog(known);
    Tables tables = new Tables(session);
    for (CollectionDefinition definition : known.all()) {
      if (!definition.readOnly()) {
        tables.ensure(definition);
        seenIds(session, definition);
      }
    }
  }

  private Map<String, CollectionDefinition> foreignDefinitions() {
    Map<String, CollectionDefinition> definitions = new LinkedHashMap<>();
    Database other = foreign;
    if (other != null) {
      other.catalog.all().forEach(each -> definitions.put(each.name(), each));
    }
    return definitions;
  }

  /** Numbers that are made from the time stay above those in use, whatever the clock says. */
  private void seenIds(Session session, CollectionDefinition definition) {
    Optional<FieldDefinition> key =
        definition.primaryKey().filter(field -> field.type() == FieldType.SNOWFLAKE_ID);
    if (key.isPresent()) {
      ids.seen(session.number(Parts.highest(Parts.table(definition), key.get().name())));
    }
  }

  /** The definitions of collections; each change is a transaction of its own. */
  public Collections collections() {
    return new DatabaseCollections(this, users);
  }

  /**
   * The database that has the rows of a collection: this one, unless users' collections are kept
   * elsewhere. Work in one transaction of several collections needs them in the same.
   */
  public Database home(String collection) {
    Database other = users;
    return other == null || catalog.local(collection).isPresent() ? this : other;
  }

  /**
   * The records of a collection; each call is a transaction of its own.
   *
   * @throws DataException when there is no such collection
   */
  public Records records(String collection) {
    Database home = home(collection);
    if (!this.equals(home)) {
      return home.records(collection);
    }
    catalog.get(collection);
    return new DatabaseRecords(this, session -> session.records(collection));
  }

  /** The database of the users' collections: this one, unless they are kept elsewhere. */
  public Database ofUsers() {
    Database other = users;
    return other == null ? this : other;
  }

  /**
   * Does work in one transaction: all of it is kept, or nothing when it throws. One at a time on
   * SQLite. Never inside another one. It reaches the collections whose {@link #home} this is.
   */
  public <T extends @Nullable Object> T inTransaction(Function<Transaction, T> work) {
    List<Runnable> after = new ArrayList<>();
    Catalog[] changed = new Catalog[1];
    T result =
        writer.transaction(
            (connection, first) -> {
              if (first) {
                working = catalog;
              }
              Session session =
                  new Session(
                      connection,
                      connections.dialect(),
                      working,
                      settings.clock().instant(),
                      new Session.Writing(ids, settings.random(), listeners),
                      neighbours());
              try {
                T value = work.apply(session);
                working = session.catalog();
                changed[0] = working;
                after.addAll(session.actionsAfterCommit());
                return value;
              } finally {
                session.end();
              }
            },
            () -> catalog = changed[0]);
    after.forEach(Database::afterCommit);
    return result;
  }

  /** What was written is written, whatever fails now. */
  private static void afterCommit(Runnable action) {
    try {
      action.run();
    } catch (RuntimeException e) {
      LOGGER.log(System.Logger.Level.WARNING, "an action after a commit failed", e);
    }
  }

  /** Reads, all of it of one state. */
  <T extends @Nullable Object> T read(Function<Session, T> work) {
    return readers.read(connection -> work.apply(reading(connection)));
  }

  private Session reading(Connection connection) {
    return new Session(
        connection, connections.dialect(), catalog, settings.clock().instant(), null, neighbours());
  }

  private Session.Neighbours neighbours() {
    return new Session.Neighbours(foreign, users);
  }

  Catalog catalog() {
    return catalog;
  }

  /**
   * Does work in one transaction, unless it was done before under the same key, and answers what it
   * answered then: a plain JSON value.
   *
   * @param key at most 500 characters
   */
  public @Nullable Object once(String key, Function<Transaction, @Nullable Object> work) {
    return inTransaction(transaction -> transaction.once(key, work));
  }

  /** Forgets what was done once under keys that begin so; they can be used again. */
  public int forget(String keyPrefix) {
    Database other = users;
    int elsewhere = other == null ? 0 : other.forget(keyPrefix);
    return elsewhere
        + inTransaction(transaction ->
            ((Session) transaction)
                .update(
                    DSL.deleteFrom(Once.TABLE)
                        .where(
                            DSL.left(
                                    Parts.column("key").coerce(SQLDataType.CLOB),
                                    DSL.inline(keyPrefix.length()))
                                .eq(Parts.text(keyPrefix)))));
  }

  /**
   * The keys of what was done once before a moment, in their order.
   *
   * @param after begin behind this key; empty for the first page
   */
  public List<String> onceKeys(Instant before, String after, int limit) {
    List<String> keys =
        inTransaction(transaction ->
            ((Session) transaction)
                .query(
                    DSL.select(Parts.column("key"))
                        .from(Once.TABLE)
                        .where(Parts.column("key").gt(Parts.bind(after)))
                        .and(Parts.column("done_at").lt(Parts.bind(Dates.show(before))))
                        .orderBy(Parts.column("key"))
                        .limit(limit),
                    row -> row.getString(1)));
    Database other = users;
    if (other == null) {
      return keys;
    }
    Set<String> all = new TreeSet<>(keys);
    all.addAll(other.onceKeys(before, after, limit));
    return all.stream().limit(limit).toList();
  }

  /** Forgets what was done once under these keys; they can be used again. */
  public void forget(Collection<String> keys) {
    if (keys.isEmpty()) {
      return;
    }
    Database other = users;
    if (other != null) {
      other.forget(keys);
    }
    inTransaction(transaction -> {
      for (String key : keys) {
        ((Session) transaction)
            .update(DSL.deleteFrom(Once.TABLE).where(Parts.column("key").eq(Parts.bind(key))));
      }
      return null;
    });
  }

  /** Forgets what was done once before a moment; its keys can be used again. */
  public int forgetBefore(Instant moment) {
    Database other = users;
    int elsewhere = other == null ? 0 : other.forgetBefore(moment);
    return elsewhere
        + inTransaction(transaction ->
            ((Session) transaction)
                .update(
                    DSL.deleteFrom(Once.TABLE)
                        .where(Parts.column("done_at").lt(Parts.bind(Dates.show(moment))))));
  }

  /** Lets others find an open transaction of this database by a name, until it is taken back. */
  public void share(String name, SharedTransaction transaction) {
    shared.put(name, transaction);
  }

  /** Nobody finds that transaction any more. */
  public void unshare(String name) {
    shared.remove(name);
  }

  /** The open transaction of that name; null when there is none, or none any more. */
  public @Nullable SharedTransaction shared(String name) {
    return shared.get(name);
  }

  /** Adds a listener for all collections, for good. */
  public void listen(RecordListener listener) {
    listeners.add(listener);
    Database other = users;
    if (other != null) {
      other.listen(listener);
    }
  }

  @Override
  public void close() {
    Database other = users;
    if (other != null) {
      other.close();
    }
    shared.values().forEach(SharedTransaction::close);
    readers.close();
    writer.close();
  }
}
