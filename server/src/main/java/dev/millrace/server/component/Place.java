package dev.millrace.server.component;

import dev.millrace.server.config.ConfigurationException;
import java.nio.file.Path;

/**
 * Where something stands.
 *
 * @param line from 1; 0 for the file as a whole
 * @param key the way to it, as {@code spec.type}; empty for the document
 */
record Place(Path file, int line, String key) {

  Place at(int newLine, String newKey) {
    return new Place(file, newLine, newKey);
  }

  /** A place further down. */
  Place member(int newLine, String name) {
    return at(newLine, key.isEmpty() ? name : key + "." + name);
  }

  ConfigurationException problem(String what) {
    return new ConfigurationException(this + ": " + what);
  }

  @Override
  public String toString() {
    String where = line == 0 ? file.toString() : file + ":" + line;
    return key.isEmpty() ? where : where + ": " + key;
  }
}
