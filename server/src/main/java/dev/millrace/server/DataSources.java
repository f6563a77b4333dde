package dev.millrace.server;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.millrace.server.config.Configuration.Database;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.sql.DataSource;

/** Connection pools of the databases that tasks may use; connections are opened when needed. */
final class DataSources implements AutoCloseable {
  private static final int MOST_CONNECTIONS = 8;
  private static final long IDLE_MILLIS = 60_000;
  private static final long CONNECT_MILLIS = 10_000;

  private final Map<String, HikariDataSource> pools = new LinkedHashMap<>();

  DataSources(Map<String, Database> databases) {
    databases.forEach((name, database) -> pools.put(name, pool(name, database)));
  }

  private static final String SQLITE = "jdbc:sqlite:";

  private static HikariDataSource pool(String name, Database database) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("datasource-" + name);
    config.setMaximumPoolSize(MOST_CONNECTIONS);
    config.setMinimumIdle(0);
    config.setIdleTimeout(IDLE_MILLIS);
    config.setConnectionTimeout(CONNECT_MILLIS);
    // A database that is away must not keep the server from starting.
    config.setInitializationFailTimeout(-1);
    if (database.url().startsWith(SQLITE)) {
      // Otherwise a statement could attach any file that the server can read or write.
      config.addDataSourceProperty("limit_attached", "0");
    }
    try {
      config.setJdbcUrl(database.url());
      config.setUsername(database.username());
      config.setPassword(database.password());
      return new HikariDataSource(config);
    } catch (RuntimeException e) {
      throw new ServerException(
          "datasource %s: expected a JDBC URL with a driver on the class path, found %s: %s"
              .formatted(name, database.url(), e.getMessage()),
          e);
    }
  }

  Map<String, DataSource> byName() {
    return Map.copyOf(pools);
  }

  @Override
  public void close() {
    pools.values().forEach(HikariDataSource::close);
  }
}
