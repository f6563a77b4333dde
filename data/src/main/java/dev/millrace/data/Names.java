package dev.millrace.data;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** What collections and fields may be called. */
final class Names {

  /** PostgreSQL cuts names at 63; ours stay clear of that. */
  static final int LENGTH_MAX = 60;

  private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final Set<String> RESERVED_PREFIXES = Set.of("mr_", "sqlite_", "pg_");

  /** Names that mean something else in statements or in rows. */
  private static final Set<String> RESERVED =
      Set.of("__proto__", "constructor", "prototype", "rowid", "oid", "_rowid_");

  /** Names that mean something else in paths. */
  private static final Set<String> RESERVED_COLLECTIONS =
      Set.of("collections", "fields", "executions", "jobs", "workflowmanualtasks", "auth", "app");

  private static final int SHOWN = 60;

  private Names() {}

  /** True when it can be an identifier at all. */
  static boolean wellFormed(String name) {
    return name.length() <= LENGTH_MAX && IDENTIFIER.matcher(name).matches();
  }

  /**
   * Checks a name a user wants to give.
   *
   * @param what it would name, for the message
   */
  static String checked(String what, String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (!wellFormed(name)) {
      throw new DataException(
          DataException.Kind.BAD_DEFINITION,
          "the name of a %s has letters, digits and _, begins with a letter or _, and has at most %d characters; found \"%s\""
              .formatted(what, LENGTH_MAX, shortened(name)));
    }
    if (RESERVED.contains(lower)
        || (what.equals("collection") && RESERVED_COLLECTIONS.contains(lower))
        || RESERVED_PREFIXES.stream().anyMatch(lower::startsWith)) {
      throw new DataException(
          DataException.Kind.BAD_DEFINITION,
          "the name \"" + name + "\" is reserved; choose another for the " + what);
    }
    return name;
  }

  /** Text of a caller, cut so that it can be part of a message. */
  static String shortened(String text) {
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
  }
}
