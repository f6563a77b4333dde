package dev.millrace.expression;

import java.util.regex.Pattern;

/** JSON paths for messages, as {@code $.items[0].name}. */
final class JsonPaths {
  private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  private JsonPaths() {}

  /** The path of a member; a name that isn't a plain word stands in brackets. */
  static String member(String path, String name) {
    return PLAIN_NAME.matcher(name).matches()
        ? path + "." + name
        : path + "['" + name.replace("\\", "\\\\").replace("'", "\\'") + "']";
  }

  /** The path of an element. */
  static String element(String path, int index) {
    return path + "[" + index + "]";
  }
}
