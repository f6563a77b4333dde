package dev.millrace.data;

import java.sql.Connection;
import java.sql.SQLException;

/** Opens connections to one database. */
interface Connections {

  Opened writer() throws SQLException;

  Opened reader() throws SQLException;

  Dialect dialect();

  /** The database, for messages. */
  @Override
  String toString();

  /**
   * A connection.
   *
   * @param watch starts the time that the next transaction may take
   */
  record Opened(Connection connection, Runnable watch) {}
}
