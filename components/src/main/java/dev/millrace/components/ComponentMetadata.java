package dev.millrace.components;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the component file says, with its secrets resolved.
 *
 * @param name under which requests ask for the component
 * @param type with {@code workflow.} before it
 * @param properties by the names in {@code spec.metadata}; only names that the factory lists
 */
public record ComponentMetadata(
    String name, String type, String version, Map<String, String> properties) {

  /** Keeps its own copy of the properties. */
  public ComponentMetadata {
    properties = Map.copyOf(properties);
  }

  /** A property, null when the file has none of that name. */
  public @Nullable String property(String property) {
    return properties.get(property);
  }

  /** Names only: values may be secret. */
  @Override
  public String toString() {
    return "ComponentMetadata[%s, %s/%s, %s]".formatted(name, type, version, properties.keySet());
  }
}
