package dev.millrace.dialect.dapr;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** The rules for ids of instances, which differ between the two APIs. */
final class InstanceIds {
  private static final int MAX_BYTES = 64;

  /** Far beyond what a tree of children needs, which adds five characters a level. */
  private static final int MAX_HUB_BYTES = 512;

  private InstanceIds() {}

  static String fresh() {
    return UUID.randomUUID().toString();
  }

  /**
   * Checks an id to start with, as HTTP and the sidecar's own gRPC service do.
   *
   * @throws DaprProblem for one that is too long or has other than letters, digits, - and _
   */
  static void check(String id) {
    if (id.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
      throw DaprProblem.invalid(
          "ERR_INSTANCE_ID_TOO_LONG",
          "workflow instance ID exceeds the max length of %d characters".formatted(MAX_BYTES));
    }
    if (!id.codePoints().allMatch(InstanceIds::allowed)) {
      throw DaprProblem.invalid(
          "ERR_INSTANCE_ID_INVALID",
          "workflow instance ID '%s' is invalid: only alphanumeric and underscore characters are allowed"
              .formatted(id));
    }
  }

  private static boolean allowed(int c) {
    return c == '_'
        || c == '-'
        || Character.isLetter(c)
        || Character.getType(c) == Character.DECIMAL_DIGIT_NUMBER;
  }

  /** Whether the task hub takes an id to start with; it takes nearly all. */
  static boolean hubTakes(String id) {
    return id.getBytes(StandardCharsets.UTF_8).length <= MAX_HUB_BYTES
        && id.codePoints().noneMatch(Character::isISOControl);
  }
}
