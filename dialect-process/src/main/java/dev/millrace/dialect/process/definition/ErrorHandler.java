package dev.millrace.dialect.process.definition;

import dev.millrace.dialect.process.definition.Arrow.Branch;
import dev.millrace.engine.graph.ErrorPolicy;
import dev.millrace.engine.graph.ErrorPolicy.Backoff;
import dev.millrace.engine.graph.ErrorPolicy.Catch;
import dev.millrace.engine.graph.ErrorPolicy.Jitter;
import dev.millrace.engine.graph.ErrorPolicy.Operation;
import dev.millrace.engine.graph.ErrorPolicy.Retry;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An error policy in any of its three spellings, and where the document names its branches.
 *
 * @param path of the handler
 * @param operationPath of the word that gave the operation
 */
record ErrorHandler(ErrorPolicy policy, List<Branch> branches, String path, String operationPath) {
  private static final double RATE_DEFAULT = 2;

  static ErrorHandler of(Map<?, ?> handler, String path, Problems problems) {
    boolean retries = Json.text(handler, "operation").equals("retry");
    Map<?, ?> retry = Json.object(handler, "retry");
    String operationPath = path + (retries ? ".retry.then" : ".operation");
    Operation operation =
        operation(retries ? Json.text(retry, "then") : Json.text(handler, "operation"));
    List<Branch> branches = new ArrayList<>();
    List<Catch> catches = catches(handler, operation, path, branches);
    if (operation == Operation.CATCH && catches.isEmpty()) {
      problems.error(path + ".catch", "required", "expected a branch to catch with, found none");
    }
    if (!retries && (retry.get("count") != null || retriesOldStyle(handler))) {
      problems.warning(
          path + ".operation",
          "retry_ignored",
          "expected retry where retries are counted, found "
              + Json.shown(handler.get("operation"))
              + "; nothing is retried");
    }
    ErrorPolicy policy =
        new ErrorPolicy(
            operation,
            retries ? retry(handler, retry) : null,
            List.copyOf(catches),
            handler.get("value"));
    return new ErrorHandler(policy, List.copyOf(branches), path, operationPath);
  }

  /**
   * What holds for a whole process: its {@code errorHandler}, else {@code compensateOn}, which says
   * the same of failures in fewer words.
   */
  static ErrorHandler ofProcess(Map<?, ?> extension, Problems problems) {
    ErrorHandler handler =
        of(Json.object(extension, "errorHandler"), "$.extension.errorHandler", problems);
    boolean compensates = Json.texts(extension.get("compensateOn")).contains("failed");
    if (!compensates || handler.policy.operation() != Operation.STOP) {
      return handler;
    }
    ErrorPolicy undoing =
        new ErrorPolicy(
            Operation.COMPENSATE, null, handler.policy.catches(), handler.policy.value());
    return new ErrorHandler(undoing, handler.branches, handler.path, "$.extension.compensateOn");
  }

  private static boolean retriesOldStyle(Map<?, ?> handler) {
    return Json.integer(handler, "retryCount", 0) > 0;
  }

  private static Operation operation(String word) {
    return switch (word) {
      case "ignore" -> Operation.IGNORE;
      case "catch" -> Operation.CATCH;
      case "throw", "throwException" -> Operation.THROW;
      case "terminate" -> Operation.TERMINATE;
      case "compensate" -> Operation.COMPENSATE;
      case "incident" -> Operation.INCIDENT;
      default -> Operation.STOP;
    };
  }

  /**
   * A list of catches holds whatever the operation is, except for throw. The single branch of the
   * older spellings is filled in by designers at all times and holds for catch only.
   */
  private static List<Catch> catches(
      Map<?, ?> handler, Operation operation, String path, List<Branch> branches) {
    List<Catch> catches = new ArrayList<>();
    if (operation == Operation.THROW) {
      return catches;
    }
    if (handler.get("catch") instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        if (list.get(i) instanceof Map<?, ?> entry) {
          Branch branch = Branch.of(entry, "branch", Json.element(path + ".catch", i));
          if (branch != null) {
            branches.add(branch);
            catches.add(
                new Catch(Json.texts(entry.get("on")), guard(entry.get("when")), branch.to()));
          }
        }
      }
    }
    Branch single = operation == Operation.CATCH ? singleBranch(handler, path) : null;
    if (single != null) {
      branches.add(single);
      catches.add(new Catch(List.of(), null, single.to()));
    }
    return catches;
  }

  private static @Nullable Object guard(@Nullable Object when) {
    return "".equals(when) ? null : when;
  }

  private static @Nullable Branch singleBranch(Map<?, ?> handler, String path) {
    Branch branch = Branch.of(handler, "exception_branch", path);
    if (branch == null) {
      branch = Branch.of(handler, "exceptionBranch", path);
    }
    return branch == null
        ? Branch.of(Json.object(handler, "catch"), "branch", path + ".catch")
        : branch;
  }

  private static @Nullable Retry retry(Map<?, ?> handler, Map<?, ?> retry) {
    int count = Json.integer(retry, "count", Json.integer(handler, "retryCount", 0));
    if (count <= 0) {
      return null;
    }
    Object interval = retry.get("interval");
    if (interval == null) {
      interval = retry.get("period");
    }
    if (interval == null) {
      interval = handler.get("retryInterval");
    }
    BigDecimal rate = Json.number(retry.get("rate"));
    return new Retry(
        count,
        Json.millis(interval),
        switch (Json.text(retry, "backoff")) {
          case "linear" -> Backoff.LINEAR;
          case "exponential" -> Backoff.EXPONENTIAL;
          default -> Backoff.FIXED;
        },
        rate == null ? RATE_DEFAULT : rate.doubleValue(),
        Json.millis(retry.get("maxInterval")),
        switch (Json.text(retry, "jitter")) {
          case "full" -> Jitter.FULL;
          case "equal" -> Jitter.EQUAL;
          default -> Jitter.NONE;
        },
        Json.millis(retry.get("maxElapsed")),
        Json.texts(retry.get("on")),
        Json.texts(retry.get("notOn")));
  }
}
