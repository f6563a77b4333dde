package dev.millrace.activities.script;

import dev.millrace.activities.call.BoundedCall;
import dev.millrace.activities.call.Json;
import dev.millrace.activities.call.Parameters;
import dev.millrace.engine.JsonValue;
import dev.millrace.runtime.activity.Activity;
import dev.millrace.runtime.activity.ActivityException;
import dev.millrace.runtime.activity.ActivityInput;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The activity {@code script}: a JavaScript function body that runs in QuickJS compiled to
 * WebAssembly, with JSON copies of what it may read and no way to the host.
 *
 * <p>Parameters: {@code code} (at most 256 KiB), {@code language} ({@code js} or absent), {@code
 * timeout} in seconds (60 unless told, never more than 30 of running). Every other parameter is
 * readable as {@code params}. The output is the returned JSON value, at most 4 MiB; {@code
 * undefined} becomes null and a returned promise is waited for. A script has 32 MiB of memory.
 *
 * <p>Errors: {@code script.<ErrorName>}, {@code timeout}, {@code resource_unavailable} (out of
 * memory, or no free place to run), {@code too_large}, {@code constraint}. At most two scripts run
 * at once; more wait. Thread-safe.
 */
public final class ScriptActivity implements Activity, AutoCloseable {

  /** The longest code accepted, bytes of UTF-8. */
  public static final int CODE_LIMIT = 256 * 1024;

  /** The largest JSON of everything a script may read, bytes of UTF-8. */
  public static final int INPUT_LIMIT = 4 * 1024 * 1024;

  /**
   * The largest JSON a script may return, bytes of UTF-8. Who dispatches activities counts them for
   * every activity; here a text of more characters is not taken out of the sandbox.
   */
  public static final int OUTPUT_LIMIT = 4 * 1024 * 1024;

  /** The longest a script may run. */
  public static final Duration LONGEST_RUN = Duration.ofSeconds(30);

  /** How many scripts run at once. */
  public static final int CONCURRENT_RUNS = 2;

  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration LONGEST_QUEUE = Duration.ofSeconds(60);
  private static final Duration LONGEST_ENGINE_START = Duration.ofSeconds(30);

  /** QuickJS recurses on the thread's own stack; the memory is taken only as it is used. */
  private static final long STACK_BYTES = 64L * 1024 * 1024;

  private static final List<String> GLOBALS =
      List.of("input", "tasks", "vars", "env", "item", "index");
  private static final Set<String> OWN_PARAMETERS = Set.of("code", "language", "timeout");
  private static final Pattern ERROR_NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_]{0,63}");
  private static final String OUT_OF_MEMORY = "out of memory";

  private final Semaphore slots = new Semaphore(CONCURRENT_RUNS, true);
  private final ConcurrentLinkedDeque<ScriptEngine> idle = new ConcurrentLinkedDeque<>();
  private volatile boolean closed;

  @Override
  public String name() {
    return "script";
  }

  @Override
  public @Nullable Object run(ActivityInput input) throws ActivityException, InterruptedException {
    Parameters parameters = new Parameters(name(), input.parameters());
    String language = parameters.text("language", "js");
    if (!language.equals("js")) {
      throw parameters.refuse("language not available: use js, found \"" + language + "\"");
    }
    String code = parameters.text("code", "");
    Duration asked = parameters.seconds("timeout", DEFAULT_TIMEOUT, LONGEST_RUN);
    Duration limit = Parameters.shorter(asked, input.timeout());
    String job = job(code, input);
    Duration queue = Parameters.shorter(LONGEST_QUEUE, input.timeout());
    if (!slots.tryAcquire(queue.toMillis(), TimeUnit.MILLISECONDS)) {
      String message =
          "script: all %d places to run stayed busy for %s s"
              .formatted(CONCURRENT_RUNS, Parameters.inSeconds(queue));
      throw new ActivityException("resource_unavailable", message, true);
    }
    // From here on the thread of the run gives the slot back, when it has really ended.
    Run run = new Run(job);
    Thread thread =
        Thread.ofPlatform().name("script").daemon().stackSize(STACK_BYTES).unstarted(run);
    try {
      thread.start();
    } catch (OutOfMemoryError e) {
      slots.release();
      String message = "script: the system has no thread for it: " + e.getMessage();
      throw new ActivityException("resource_unavailable", message, true);
    }
    try {
      run.started.get(LONGEST_ENGINE_START.toMillis(), TimeUnit.MILLISECONDS);
      return value(run.answer.get(limit.toMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException e) {
      thread.interrupt();
      throw BoundedCall.timeout(limit);
    } catch (InterruptedException e) {
      thread.interrupt();
      throw e;
    } catch (ExecutionException e) {
      throw trapped(e.getCause(), run.diagnostics);
    }
  }

  /** Drops the idle engines; a running script ends on its own and its engine is then dropped. */
  @Override
  public void close() {
    closed = true;
    dropIdle();
  }

  private void dropIdle() {
    for (ScriptEngine engine = idle.poll(); engine != null; engine = idle.poll()) {
      engine.close();
    }
  }

  private static String job(String code, ActivityInput input) throws ActivityException {
    requireAtMost(CODE_LIMIT, code, "the code");
    Map<String, @Nullable Object> params = new LinkedHashMap<>(input.parameters());
    params.keySet().removeAll(OWN_PARAMETERS);
    Map<String, @Nullable Object> globals = new LinkedHashMap<>();
    for (String name : GLOBALS) {
      globals.put(name, input.roots().get(name));
    }
    globals.put("params", params);
    Map<String, @Nullable Object> job = new LinkedHashMap<>();
    job.put("code", code);
    job.put("outputLimit", OUTPUT_LIMIT);
    job.put("globals", globals);
    String text = Json.write(job);
    requireAtMost(INPUT_LIMIT, text, "what the script may read");
    return text;
  }

  private static void requireAtMost(int limit, String text, String what) throws ActivityException {
    int size = text.getBytes(StandardCharsets.UTF_8).length;
    if (size > limit) {
      String message = "script: " + what + " may have at most " + limit + " bytes, found " + size;
      throw new ActivityException("too_large", message, false);
    }
  }

  private static @Nullable Object value(String answer) throws ActivityException {
    Object parsed = Json.read(answer);
    Object tooLarge = JsonValue.get(parsed, "tooLarge");
    if (tooLarge != null) {
      String message =
          "script: the returned JSON may have at most %d bytes, found at least %s"
              .formatted(OUTPUT_LIMIT, tooLarge);
      throw new ActivityException("too_large", message, false);
    }
    if (JsonValue.get(parsed, "error") instanceof String error) {
      String message = JsonValue.text(parsed, "message", "");
      if (error.equals("InternalError") && message.equals(OUT_OF_MEMORY)) {
        throw outOfMemory();
      }
      String name = ERROR_NAME.matcher(error).matches() ? error : "Error";
      throw new ActivityException("script." + name, message, false);
    }
    return JsonValue.get(parsed, "value");
  }

  private static ActivityException outOfMemory() {
    String message =
        "script: needs more memory than the %d MiB it may have"
            .formatted(ScriptEngine.MEMORY_MEBIBYTES);
    return new ActivityException("resource_unavailable", message, false);
  }

  private static ActivityException trapped(@Nullable Throwable trap, String diagnostics) {
    String message = trap == null ? "" : String.valueOf(trap.getMessage());
    if (diagnostics.contains(OUT_OF_MEMORY) || diagnostics.contains("memory allocation")) {
      return outOfMemory();
    }
    // The stack of the sandbox grows down to address zero, so running out of it shows as an
    // access out of bounds, or as the end of the thread's own stack.
    if (trap instanceof StackOverflowError
        || message.contains("out of bounds")
        || message.contains("call stack exhausted")) {
      return new ActivityException("script.RangeError", "the calls are nested too deeply", false);
    }
    String words = "the script engine stopped unexpectedly: " + message;
    return new ActivityException("script.InternalError", words, false);
  }

  /** One script on one thread with one engine. */
  private final class Run implements Runnable {
    private final CompletableFuture<Boolean> started = new CompletableFuture<>();
    private final CompletableFuture<String> answer = new CompletableFuture<>();
    private final String job;
    private volatile String diagnostics = "";

    Run(String job) {
      this.job = job;
    }

    @Override
    @SuppressWarnings("CatchingThrowable") // a trap may be an Error; the caller must learn of it
    public void run() {
      ScriptEngine engine = null;
      String text = null;
      Throwable failure = null;
      boolean clean = false;
      try {
        engine = idle.poll();
        if (engine == null) {
          engine = new ScriptEngine();
        }
        started.complete(true);
        text = engine.run(job);
        clean = text != null && text.startsWith("{\"value\":") && engine.reset();
        if (text == null) {
          text = "{\"error\":\"Error\",\"message\":\"the returned promise never settled\"}";
        }
      } catch (Throwable e) {
        failure = e;
        diagnostics = engine == null ? "" : engine.diagnostics();
      } finally {
        keepOrDrop(engine, clean);
        slots.release();
      }
      started.complete(true);
      if (failure == null) {
        answer.complete(text);
      } else {
        answer.completeExceptionally(failure);
      }
    }

    private void keepOrDrop(@Nullable ScriptEngine engine, boolean clean) {
      if (engine == null) {
        return;
      }
      if (clean) {
        idle.push(engine);
      } else {
        engine.close();
      }
      if (closed) {
        dropIdle();
      }
    }
  }
}
