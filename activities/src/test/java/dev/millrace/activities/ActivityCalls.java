package dev.millrace.activities;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.runtime.activity.Activity;
import dev.millrace.runtime.activity.ActivityException;
import dev.millrace.runtime.activity.ActivityInput;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Calls activities as the runtime does. */
public final class ActivityCalls {

  /** The idempotency key of every call. */
  public static final String KEY = "uid-1/1/node-a/0";

  private ActivityCalls() {}

  /** Runs with parameters only. */
  public static @Nullable Object run(
      Activity activity, Map<String, ? extends @Nullable Object> parameters) throws Exception {
    return activity.run(input(parameters, Map.of()));
  }

  /** Runs and gives the failure; the test fails when there is none. */
  public static ActivityException failure(
      Activity activity, Map<String, ? extends @Nullable Object> parameters) {
    ActivityException failure =
        catchThrowableOfType(
            ActivityException.class, () -> activity.run(input(parameters, Map.of())));
    if (failure == null) {
      throw new AssertionError("expected an ActivityException, found an output");
    }
    return failure;
  }

  /** The input of a first attempt without a time limit from outside. */
  public static ActivityInput input(
      Map<String, ? extends @Nullable Object> parameters,
      Map<String, ? extends @Nullable Object> roots) {
    return new ActivityInput(
        new LinkedHashMap<>(parameters), new LinkedHashMap<>(roots), KEY, 1, Duration.ZERO);
  }
}
