package dev.millrace.data;

import java.sql.Connection;
import java.sql.SQLException;

/** Opens connections to one database. */
interface Connections {

  Connection writer() throws SQLException;

  Connection reader() throws SQLException;

  Dialect dialect();

  /** The database, for messages. */
  @Override
  String toString();
}
