package dev.millrace.server.component;

import java.util.Map;
import java.util.Set;

/**
 * One component as its file says it, checked for form only.
 *
 * @param type with {@code workflow.} before it
 * @param properties by name, in the order of the file, secrets resolved
 * @param scopes applications that may ask for it; empty for all
 */
record ComponentFile(
    Place place,
    Field name,
    Field type,
    Field version,
    Map<String, Field> properties,
    Set<String> scopes) {

  /** A text and where it stands. */
  record Field(String text, Place place) {
    /** Where only: it may be secret. */
    @Override
    public String toString() {
      return "Field at " + place;
    }
  }
}
