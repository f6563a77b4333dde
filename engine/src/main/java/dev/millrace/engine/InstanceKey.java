package dev.millrace.engine;

/**
 * Names an instance: unique by namespace and uid.
 *
 * @param namespace the application; {@code default} for the process API
 * @param uid the caller's id, of up to 512 bytes of UTF-8 and more for children that are named
 *     after their parent, or a decimal snowflake
 */
public record InstanceKey(String namespace, String uid) {

  /** The namespace of instances that no application owns. */
  public static final String DEFAULT_NAMESPACE = "default";

  public static InstanceKey of(String uid) {
    return new InstanceKey(DEFAULT_NAMESPACE, uid);
  }

  @Override
  public String toString() {
    return namespace.equals(DEFAULT_NAMESPACE) ? uid : namespace + "/" + uid;
  }
}
