package dev.millrace.server.demo;

import dev.millrace.engine.JsonValue;
import dev.millrace.server.client.ApiClient;
import java.io.PrintWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Prints what happens to one instance, read from its history. For one thread at a time. */
final class Progress {
  private static final long LOOK_MILLIS = 50;
  private static final double MILLIS_PER_SECOND = 1_000.0;

  private final ApiClient client;
  private final String id;
  private final PrintWriter out;
  private final Map<Object, String> taskOfRun = new HashMap<>();
  private String cursor = "";
  private long startAt;

  Progress(ApiClient client, String id, PrintWriter out) {
    this.client = client;
    this.id = id;
    this.out = out;
  }

  /** Until the instance has ended or waits for people only; the instance then. */
  @Nullable Object untilStill(long atMostMillis) throws InterruptedException {
    long deadline = System.nanoTime() + atMostMillis * 1_000_000;
    while (true) {
      Object instance = client.get("/api/processInst/" + id);
      printNew();
      if (ended(instance) || waitsForPeople() || System.nanoTime() > deadline) {
        printNew();
        return instance;
      }
      pause();
    }
  }

  /** Until the instance has ended. */
  @Nullable Object untilEnded() throws InterruptedException {
    while (true) {
      Object instance = client.get("/api/processInst/" + id);
      printNew();
      if (ended(instance)) {
        return instance;
      }
      pause();
    }
  }

  /** For a fast instance, which has no history: its tasks as its one record shows them. */
  void printRuntimes(@Nullable Object instance) {
    long start = JsonValue.get(instance, "startAt") instanceof Number at ? at.longValue() : 0;
    if (JsonValue.get(instance, "tasks") instanceof List<?> tasks) {
      for (Object task : tasks) {
        if (JsonValue.get(task, "runtimes") instanceof List<?> runs) {
          for (Object run : runs) {
            long end = JsonValue.get(run, "endAt") instanceof Number at ? at.longValue() : start;
            print(
                end - start, JsonValue.text(task, "instId", ""), JsonValue.text(run, "status", ""));
          }
        }
      }
    }
    out.flush();
  }

  private static void pause() throws InterruptedException {
    Thread.sleep(LOOK_MILLIS);
  }

  private static boolean ended(@Nullable Object instance) {
    return switch (JsonValue.text(instance, "status", "")) {
      case "completed", "failed", "stopped" -> true;
      default -> false;
    };
  }

  private boolean waitsForPeople() {
    Object explained =
        JsonValue.get(client.get("/api/processInst/" + id + "/actions/explain"), "response");
    return JsonValue.get(explained, "waiting") instanceof List<?> waiting
        && !waiting.isEmpty()
        && waiting.stream().allMatch(run -> JsonValue.text(run, "for", "").equals("people"));
  }

  private void printNew() {
    Object answer =
        JsonValue.get(
            client.get(
                "/api/processInst/%s/actions/history?limit=1000&cursor=%s".formatted(id, cursor)),
            "response");
    if (JsonValue.get(answer, "list") instanceof List<?> events && !events.isEmpty()) {
      events.forEach(this::print);
      cursor = String.valueOf(JsonValue.get(events.getLast(), "seq"));
      out.flush();
    }
  }

  private void print(@Nullable Object event) {
    Object run = JsonValue.get(event, "runId");
    switch (JsonValue.text(event, "type", "")) {
      case "instanceStarted" -> startAt = millis(event);
      case "nodeEntered" -> remember(run, event);
      case "nodeRan" -> {
        remember(run, event);
        ended(event, run);
      }
      case "nodeCompleted" -> ended(event, run);
      case "nodeRetryScheduled" -> {
        Object failure = JsonValue.get(event, "failure");
        line(
            event,
            run,
            "failed with %s, tried again".formatted(JsonValue.text(failure, "type", "")));
      }
      default -> {}
    }
  }

  private void remember(@Nullable Object run, @Nullable Object event) {
    Object place = JsonValue.get(event, "place");
    Object index = JsonValue.get(place, "index");
    String task = JsonValue.text(place, "taskId", "");
    boolean round = !Objects.equals(JsonValue.get(place, "loop"), 0L);
    taskOfRun.put(String.valueOf(run), round ? task + "[" + index + "]" : task);
  }

  private void ended(@Nullable Object event, @Nullable Object run) {
    Object result = JsonValue.get(event, "result");
    String status = JsonValue.text(result, "status", "");
    Object failure = JsonValue.get(result, "failure");
    line(
        event,
        run,
        failure == null ? status : status + ": " + JsonValue.text(failure, "message", ""));
  }

  private void line(@Nullable Object event, @Nullable Object run, String words) {
    print(
        millis(event) - startAt, taskOfRun.getOrDefault(String.valueOf(run), "run " + run), words);
  }

  private void print(long millis, String task, String words) {
    out.printf("   %7.3f s  %-12s %s%n", millis / MILLIS_PER_SECOND, task, words);
  }

  private static long millis(@Nullable Object event) {
    return JsonValue.get(event, "at") instanceof Number at ? at.longValue() : 0;
  }
}
