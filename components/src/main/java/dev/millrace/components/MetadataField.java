package dev.millrace.components;

/**
 * One name that {@code spec.metadata} may have.
 *
 * @param required whether a file without it is refused
 * @param summary a line for people, shown when the name is missing
 */
public record MetadataField(String name, boolean required, String summary) {

  /** A name that must be there. */
  public static MetadataField required(String name, String summary) {
    return new MetadataField(name, true, summary);
  }

  /** A name that may be left out. */
  public static MetadataField optional(String name, String summary) {
    return new MetadataField(name, false, summary);
  }
}
