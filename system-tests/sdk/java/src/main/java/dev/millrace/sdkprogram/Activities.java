package dev.millrace.sdkprogram;

import io.dapr.workflows.WorkflowActivity;
import io.dapr.workflows.WorkflowActivityContext;
import io.dapr.workflows.runtime.WorkflowRuntimeBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The activities, under the names that they have in every language. */
final class Activities {

  private static final int HEALING_ATTEMPT = 3;
  private static final Map<String, Integer> ATTEMPTS = new ConcurrentHashMap<>();

  private Activities() {}

  static void register(WorkflowRuntimeBuilder builder) {
    add(builder, "PlusOne", context -> context.getInput(Integer.class) + 1);
    add(builder, "Square", Activities::square);
    add(builder, "Echo", context -> context.getInput(Object.class));
    add(builder, "Boom", Activities::boom);
    add(builder, "Flaky", Activities::flaky);
    add(builder, "Step", Activities::step);
  }

  private static void add(WorkflowRuntimeBuilder builder, String name, WorkflowActivity activity) {
    builder.registerActivity(name, activity);
  }

  private static Object square(WorkflowActivityContext context) {
    int number = context.getInput(Integer.class);
    return number * number;
  }

  private static Object boom(WorkflowActivityContext context) {
    throw new IllegalStateException("boom " + context.getInput(String.class));
  }

  /** Fails until it is called for the third time with the same key. */
  private static Object flaky(WorkflowActivityContext context) {
    int made = ATTEMPTS.merge(context.getInput(String.class), 1, Integer::sum);
    if (made < HEALING_ATTEMPT) {
      throw new IllegalStateException("boom at attempt " + made);
    }
    return made;
  }

  /** Takes its time and writes down that it ran. */
  private static Object step(WorkflowActivityContext context) {
    Map<?, ?> order = context.getInput(Map.class);
    int index = ((Number) order.get("index")).intValue();
    try {
      Thread.sleep(((Number) order.get("millis")).longValue());
      String journal = System.getenv("MILLRACE_JOURNAL");
      if (journal != null) {
        Files.writeString(
            Path.of(journal),
            order.get("instance") + " " + index + "\n",
            StandardOpenOption.CREATE,
            StandardOpenOption.APPEND);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
    return index;
  }
}
