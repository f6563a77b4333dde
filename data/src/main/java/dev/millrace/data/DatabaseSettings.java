package dev.millrace.data;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What a database is opened with.
 *
 * @param definitions collections of the program: their tables are made, missing columns added
 * @param limits how much it may use
 * @param clock dates rows and ids
 * @param random makes uids; used by one thread at a time
 * @param users where the records of users' collections are, when they are not in the same database
 */
public record DatabaseSettings(
    Location location,
    List<CollectionDefinition> definitions,
    Limits limits,
    InstantSource clock,
    RandomGenerator random,
    @Nullable Elsewhere users) {

  /**
   * A second database, for the records of users' collections.
   *
   * @param definitions names of collections of the program that are kept there, because they are
   *     written in one transaction with those records
   */
  public record Elsewhere(Jdbc location, Set<String> definitions) {
    public Elsewhere {
      definitions = Set.copyOf(definitions);
    }
  }

  /** With all collections in one database. */
  public DatabaseSettings(
      Location location,
      List<CollectionDefinition> definitions,
      Limits limits,
      InstantSource clock,
      RandomGenerator random) {
    this(location, definitions, limits, clock, random, null);
  }

  /** Where the rows are. */
  public sealed interface Location {}

  /**
   * A SQLite file.
   *
   * @param file is made when it is missing
   * @param engine another SQLite file, seen read-only as the schema {@code engine}; must exist
   */
  public record SqliteFile(Path file, @Nullable Path engine) implements Location {}

  /**
   * A PostgreSQL database; the schema {@code engine} is one of its own.
   *
   * @param url beginning with {@code jdbc:postgresql:}
   */
  public record Jdbc(String url, String user, String password) implements Location {}

  /**
   * Bounds.
   *
   * @param readers connections for reading; further reads wait
   * @param busyTimeout how long to wait for another process that holds the file
   * @param cacheMebibytes memory of the writer for pages
   */
  public record Limits(int readers, Duration busyTimeout, int cacheMebibytes) {
    /** How long one call that reads may take. */
    static final Duration QUERY_MAX = Duration.ofSeconds(30);

    /** How long a transaction that writes may take, and how long one may wait for its turn. */
    static final Duration WRITE_MAX = Duration.ofSeconds(60);

    static final Limits DEFAULT = new Limits(4, Duration.ofSeconds(10), 16);
  }

  public DatabaseSettings {
    definitions = List.copyOf(definitions);
  }

  /** A SQLite file of its own. */
  public static DatabaseSettings sqlite(Path file, InstantSource clock, RandomGenerator random) {
    return new DatabaseSettings(
        new SqliteFile(file, null), List.of(), Limits.DEFAULT, clock, random, null);
  }

  /** A PostgreSQL database. */
  public static DatabaseSettings jdbc(Jdbc jdbc, InstantSource clock, RandomGenerator random) {
    return new DatabaseSettings(jdbc, List.of(), Limits.DEFAULT, clock, random, null);
  }

  /** The same with the file of the engine's store attached; for SQLite files. */
  public DatabaseSettings withEngine(Path engine) {
    Location changed =
        location instanceof SqliteFile sqlite ? new SqliteFile(sqlite.file(), engine) : location;
    return new DatabaseSettings(changed, definitions, limits, clock, random, users);
  }

  /** The same with these collections of the program. */
  public DatabaseSettings withDefinitions(List<CollectionDefinition> changed) {
    return new DatabaseSettings(location, changed, limits, clock, random, users);
  }

  /** The same with the records of users' collections, and some of the program, elsewhere. */
  public DatabaseSettings withUsers(Jdbc elsewhere, Set<String> with) {
    return new DatabaseSettings(
        location, definitions, limits, clock, random, new Elsewhere(elsewhere, with));
  }
}
