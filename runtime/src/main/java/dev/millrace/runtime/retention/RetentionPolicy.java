package dev.millrace.runtime.retention;

import dev.millrace.engine.Status;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How long ended instances are kept, from their end.
 *
 * @param general for namespaces that have no policy of their own
 * @param byNamespace whole policies, not merged with the general one
 */
public record RetentionPolicy(Keep general, Map<String, Keep> byNamespace) {

  /** Nothing is ever removed. */
  public static final RetentionPolicy FOREVER =
      new RetentionPolicy(new Keep(null, null, null), Map.of());

  public RetentionPolicy {
    byNamespace = Map.copyOf(byNamespace);
  }

  /**
   * Times by how an instance ended; null for ever, zero removes it soon after its end.
   *
   * @param terminated also of canceled ones
   */
  public record Keep(
      @Nullable Duration completed, @Nullable Duration failed, @Nullable Duration terminated) {

    /**
     * How long instances in a terminal state are kept, null for ever.
     *
     * @throws IllegalArgumentException for a state that is not terminal
     */
    public @Nullable Duration of(Status status) {
      return switch (status) {
        case COMPLETED -> completed;
        case FAILED -> failed;
        case TERMINATED, CANCELED -> terminated;
        case PENDING, RUNNING, SUSPENDED ->
            throw new IllegalArgumentException(status + " is not terminal");
      };
    }

    private Stream<Duration> times() {
      return Stream.of(completed, failed, terminated).filter(Objects::nonNull);
    }
  }

  /** The policy of a namespace. */
  Keep of(String namespace) {
    return byNamespace.getOrDefault(namespace, general);
  }

  /** The shortest time that anything is kept, null when all is kept for ever. */
  @Nullable Duration shortest() {
    return Stream.concat(Stream.of(general), byNamespace.values().stream())
        .flatMap(Keep::times)
        .min(Duration::compareTo)
        .orElse(null);
  }
}
