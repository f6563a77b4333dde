package dev.millrace.engine.interpreter;

import dev.millrace.engine.Failure;
import dev.millrace.engine.code.FailureDetails;
import dev.millrace.engine.graph.ErrorPolicy;
import dev.millrace.engine.graph.Outcomes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Rules about failures: what matches, what may be retried, how one is shown. */
final class Failures {

  private static final Set<String> NEVER_RETRIED =
      Set.of("constraint", "expression", "no_branch", "rejected", "canceled", "loop_limit");

  private Failures() {}

  /** Whether patterns name a type; an empty list names all but {@code canceled}. */
  static boolean matches(List<String> patterns, String type) {
    if (patterns.isEmpty()) {
      return !type.equals("canceled");
    }
    return patterns.stream().anyMatch(pattern -> matches(pattern, type));
  }

  private static boolean matches(String pattern, String type) {
    if (pattern.equals("*")) {
      return !type.equals("canceled");
    }
    if (pattern.endsWith("*")) {
      return type.startsWith(pattern.substring(0, pattern.length() - 1));
    }
    return type.equals(pattern) || type.startsWith(pattern + ".");
  }

  /**
   * Whether a policy retries a failure: named in {@code on}, or retryable where nothing is named.
   */
  static boolean retried(ErrorPolicy.Retry retry, Failure failure) {
    if (!retry.notOn().isEmpty() && matches(retry.notOn(), failure.type())) {
      return false;
    }
    if (!retry.on().isEmpty()) {
      return matches(retry.on(), failure.type());
    }
    FailureDetails told = FailureDetails.fromJson(failure.detail());
    if (told != null && told.nonRetriable()) {
      return false;
    }
    return failure.retryable() || (!NEVER_RETRIED.contains(failure.type()) && !client(failure));
  }

  private static boolean client(Failure failure) {
    return failure.type().startsWith("http.4") && !failure.retryable();
  }

  /** As a catching branch and the global exception node see it. */
  static Map<String, @Nullable Object> event(Turn turn, Failure failure) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>(failure.toJson());
    json.putAll(told(turn, failure));
    return json;
  }

  /** What the process is told that is started because of a failure. */
  static Map<String, @Nullable Object> told(Turn turn, Failure failure) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("createAt", failure.at() == null ? null : failure.at().toEpochMilli());
    json.put("error", failure.message());
    json.put("errorAppInstId", failure.nodeId());
    json.put(
        "errorAppName",
        turn.graph.nodes().containsKey(failure.nodeId())
            ? turn.graph.node(failure.nodeId()).name()
            : "");
    json.put("executionUid", turn.draft.executionUid());
    json.put("workflowId", turn.graph.ref().id());
    json.put("workflowName", turn.graph.settings().name());
    json.put("errorDetail", failure.toJson());
    json.put("input", turn.draft.header().input());
    return json;
  }

  /** The label of the edges that take a failure. */
  static String label(Failure failure) {
    return failure.type().equals("timeout") ? Outcomes.TIMEOUT : Outcomes.ERROR;
  }

  /** The outcome of a body that failed. */
  static String outcome(Failure failure) {
    return failure.type().equals(Outcomes.REJECTED) ? Outcomes.REJECTED : label(failure);
  }
}
