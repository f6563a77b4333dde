package dev.millrace.data;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/** Connections to a PostgreSQL database. */
final class PostgresConnections implements Connections {

  private final DatabaseSettings.Jdbc location;
  private final DatabaseSettings.Limits limits;
  private final PostgresDialect dialect = new PostgresDialect();

  PostgresConnections(DatabaseSettings.Jdbc location, DatabaseSettings.Limits limits) {
    this.location = location;
    this.limits = limits;
  }

  @Override
  public Opened writer() throws SQLException {
    return opened(
        open(
            "-c lock_timeout=%d -c statement_timeout=%d"
                .formatted(
                    limits.busyTimeout().toMillis(),
                    DatabaseSettings.Limits.WRITE_MAX.toMillis())));
  }

  @Override
  public Opened reader() throws SQLException {
    Connection connection =
        open("-c statement_timeout=" + DatabaseSettings.Limits.QUERY_MAX.toMillis());
    connection.setReadOnly(true);
    connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    return opened(connection);
  }

  /** The server itself watches the time. */
  private static Opened opened(Connection connection) {
    return new Opened(connection, () -> {});
  }

  private Connection open(String options) throws SQLException {
    Properties properties = new Properties();
    // A login may also stand in the URL.
    if (!location.user().isEmpty()) {
      properties.setProperty("user", location.user());
    }
    if (!location.password().isEmpty()) {
      properties.setProperty("password", location.password());
    }
    properties.setProperty("options", options);
    properties.setProperty("ApplicationName", "millrace");
    properties.setProperty("tcpKeepAlive", "true");
    return DriverManager.getConnection(location.url(), properties);
  }

  @Override
  public Dialect dialect() {
    return dialect;
  }

  @Override
  public String toString() {
    // A URL may carry a password behind its question mark.
    int question = location.url().indexOf('?');
    return question < 0 ? location.url() : location.url().substring(0, question);
  }
}
