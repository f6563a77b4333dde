package dev.millrace.server.cli;

import dev.millrace.server.config.Configuration;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;

/**
 * The commands that copy records out of PostgreSQL and bring them back, for the shell.
 *
 * @param records the database; its password is not told, the programs ask for it or read {@code
 *     PGPASSWORD}
 * @param copy the directory that the rest is copied to; the dump lies beside it
 */
record PostgresDump(Configuration.Database records, Path copy) {
  private static final String SCHEME = "jdbc:postgresql:";

  /** What is missing in the copy, and what to type. */
  String advice() {
    return """
    NOT in the copy: the records of collections, which are kept in PostgreSQL. Dump them as well, best before
    the backup and with the server stopped, so that both are of one moment:
      %s
    Restore them before the server starts on the copy:
      %s\
    """
        .formatted(dump(), restore());
  }

  String dump() {
    return "pg_dump --format=custom --file=%s %s".formatted(quoted(file()), quoted(address()));
  }

  String restore() {
    return "pg_restore --clean --if-exists --dbname=%s %s"
        .formatted(quoted(address()), quoted(file()));
  }

  private String file() {
    return copy + ".records.dump";
  }

  /** The address as PostgreSQL's own programs take it; parameters of JDBC mean nothing to them. */
  private String address() {
    String rest = records.url().substring(SCHEME.length());
    int question = rest.indexOf('?');
    String place = question < 0 ? rest : rest.substring(0, question);
    String user =
        Objects.requireNonNullElse(
            records.username(), question < 0 ? "" : user(rest.substring(question + 1)));
    String database = place.startsWith("//") ? place.substring(2) : "/" + place;
    return "postgresql://" + (user.isEmpty() ? "" : encoded(user) + "@") + database;
  }

  private static String user(String query) {
    for (String pair : query.split("&", -1)) {
      if (pair.startsWith("user=")) {
        return URLDecoder.decode(pair.substring("user=".length()), StandardCharsets.UTF_8);
      }
    }
    return "";
  }

  private static String encoded(String user) {
    return URLEncoder.encode(user, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** One word of a shell. */
  private static String quoted(String text) {
    return text.matches("[A-Za-z0-9_./:@%-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}
