package dev.millrace.data;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who writes and why. Handed to listeners as it is.
 *
 * @param userId becomes {@code createdById} and {@code updatedById}; null leaves them empty
 * @param attributes whatever writer and listener agree on, as the stack of executions
 * @param updatedAssociations links whose nested objects may change records that exist already
 */
public record WriteContext(
    @Nullable Object userId,
    Map<String, @Nullable Object> attributes,
    Set<String> updatedAssociations) {

  /** Nobody in particular. */
  public static final WriteContext NONE = new WriteContext(null, Map.of(), Set.of());

  public WriteContext {
    attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
    updatedAssociations = Set.copyOf(updatedAssociations);
  }

  /** A user's write. */
  public static WriteContext of(@Nullable Object userId) {
    return new WriteContext(userId, Map.of(), Set.of());
  }

  /** The same with one more attribute. */
  public WriteContext with(String attribute, @Nullable Object value) {
    Map<String, @Nullable Object> changed = new LinkedHashMap<>(attributes);
    changed.put(attribute, value);
    return new WriteContext(userId, changed, updatedAssociations);
  }

  /** The same, with links whose nested objects may change records that exist already. */
  public WriteContext updating(Set<String> associations) {
    return new WriteContext(userId, attributes, associations);
  }
}
