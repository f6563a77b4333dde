package dev.millrace.engine;

import org.jspecify.annotations.Nullable;

/**
 * An activity that a connected worker of an application runs, as a graph names it in {@link
 * Wait.ForActivity}: {@code worker:app/name}. Other names are of activities built into the server.
 *
 * @param app the application whose workers run it
 * @param name as its workers registered it
 */
public record WorkerActivity(String app, String name) {

  private static final String PREFIX = "worker:";

  /** The activity that a name stands for; null for one built into the server. */
  public static @Nullable WorkerActivity of(String activity) {
    int slash = activity.indexOf('/');
    return activity.startsWith(PREFIX) && slash > PREFIX.length()
        ? new WorkerActivity(
            activity.substring(PREFIX.length(), slash), activity.substring(slash + 1))
        : null;
  }

  /** The name that stands for it. */
  public String activity() {
    return PREFIX + app + "/" + name;
  }

  /**
   * The name under which the work of a node run is dropped, see {@link Effect.DropWork}: that of
   * all its attempts, by a worker or by the server itself.
   */
  public static String work(int generation, int runId) {
    return generation + "/" + runId;
  }
}
