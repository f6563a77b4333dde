package dev.millrace.dialect.nocobase.resource;

import dev.millrace.dialect.nocobase.activity.ScriptingActivity;
import dev.millrace.dialect.nocobase.http.Errors;
import dev.millrace.engine.JsonValue;
import dev.millrace.format.nocobase.node.JobStatus;
import dev.millrace.format.nocobase.pure.Job;
import dev.millrace.format.nocobase.pure.NodeTests;
import dev.millrace.runtime.activity.Activity;
import dev.millrace.runtime.activity.ActivityException;
import dev.millrace.runtime.activity.ActivityInput;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Test runs of single nodes: {@code flow_nodes:test}. Those that calculate are calculated; those
 * that reach out do so at once, with the bounds that hold for workflows. Nothing is kept.
 */
final class NodeTrials {
  private static final String PREFIX = "nocobase.";
  private static final Set<String> REACHING_OUT =
      Set.of("request", "sql", "script", "notification");

  /** Lists of {@code {name, value}} in a configuration that activities are given as an object. */
  private static final Map<String, String> PAIRS =
      Map.of("sql", "variables", "script", "arguments");

  private final NodeTests tests;
  private final Map<String, Activity> activities = new LinkedHashMap<>();
  private final InstantSource clock;
  private final Supplier<String> ids;

  /**
   * Over the activities of the node types.
   *
   * @param ids draws keys of test runs
   */
  NodeTrials(
      NodeTests tests, List<Activity> activities, InstantSource clock, Supplier<String> ids) {
    this.tests = tests;
    this.clock = clock;
    this.ids = ids;
    activities.forEach(activity -> this.activities.put(activity.name(), activity));
  }

  /** Runs a node of a type; 400 for a type that cannot be tried. */
  Job run(String type, Map<String, @Nullable Object> config) throws InterruptedException {
    Activity activity = REACHING_OUT.contains(type) ? activities.get(PREFIX + type) : null;
    if (activity != null) {
      return reachedOut(activity, type, config);
    }
    Optional<Job> job = tests.test(type, config, clock.instant());
    return job.orElseThrow(
        () -> Errors.bad("test method of instruction \"%s\" not implemented".formatted(type)));
  }

  private Job reachedOut(Activity activity, String type, Map<String, @Nullable Object> config)
      throws InterruptedException {
    Map<String, @Nullable Object> parameters = new LinkedHashMap<>(config);
    String pairs = PAIRS.get(type);
    if (pairs != null) {
      parameters.put(pairs, object(config.get(pairs)));
    }
    if (type.equals("script")) {
      parameters.put(ScriptingActivity.LOGGED, true);
    }
    ActivityInput input =
        new ActivityInput(parameters, Map.of(), "test/" + ids.get(), 1, Duration.ZERO);
    try {
      Object result = activity.run(input);
      return type.equals("script") ? ofScript(result) : new Job(JobStatus.RESOLVED, result, null);
    } catch (ActivityException e) {
      Object result =
          e.detail() == null ? JobStatus.thrown(String.valueOf(e.getMessage())) : e.detail();
      boolean ignored = type.equals("request") && Boolean.TRUE.equals(config.get("ignoreFail"));
      String log = type.equals("script") ? "" : null;
      return new Job(ignored ? JobStatus.RESOLVED : status(e), result, log);
    }
  }

  /** What a script came to that told what it logged. */
  private static Job ofScript(@Nullable Object outcome) {
    String log = JsonValue.text(outcome, "log", "");
    Object error = JsonValue.get(outcome, "error");
    return error == null
        ? new Job(JobStatus.RESOLVED, JsonValue.get(outcome, "value"), log)
        : new Job(JobStatus.ERROR, error, log);
  }

  private static JobStatus status(ActivityException e) {
    for (JobStatus status : JobStatus.values()) {
      if (status.failureType().equals(e.type())) {
        return status;
      }
    }
    return JobStatus.ERROR;
  }

  private static Map<String, @Nullable Object> object(@Nullable Object pairs) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    if (pairs instanceof List<?> list) {
      for (Object pair : list) {
        if (pair instanceof Map<?, ?> one && one.get("name") instanceof String name) {
          object.put(name, one.get("value"));
        }
      }
    }
    return object;
  }
}
