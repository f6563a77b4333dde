package dev.millrace.dialect.process.definition;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks for members that have no effect. Unknown ones are kept and answered, as designers store
 * things of their own, so they only give a warning. What the process API describes and this server
 * doesn't do yet is refused, except where documents must be accepted with it.
 */
final class MemberCheck {
  private static final String UNSUPPORTED = "unsupported";

  private static final Set<String> PROCESS = Set.of("output", "error");
  private static final Set<String> TASK = Set.of("output");
  private static final Set<String> LOOP = Set.of("items", "collect");
  private static final Set<String> ERROR_HANDLER = Set.of("value");

  /** Limits and promises that nothing keeps: who relies on one must know. */
  private static final Set<String> REFUSED_OF_TASKS = Set.of("mutex", "guard", "cancels");

  private static final Set<String> REFUSED_OF_PROCESSES =
      Set.of("idempotency", "priority", "queue", "fast");

  private static final Set<String> WARNED_OF_ERROR_HANDLERS =
      Set.of("exceptionType", "exceptionMsg");

  private final Problems problems;

  private MemberCheck(Problems problems) {
    this.problems = problems;
  }

  static void check(ProcessDocument process, Problems problems) {
    MemberCheck check = new MemberCheck(problems);
    check.extension(process.extension());
    for (TaskDocument task : process.tasks()) {
      check.task(task);
    }
    if (process.document() instanceof Map<?, ?> document) {
      check.unknown(document, "$", DefinitionShape.PROCESS, PROCESS);
    }
  }

  private void extension(Map<?, ?> extension) {
    String path = "$.extension";
    for (Object key : extension.keySet()) {
      String name = String.valueOf(key);
      if (REFUSED_OF_PROCESSES.contains(name)) {
        refuse(extension.get(key), Json.member(path, name));
      } else {
        unknown(name, path, DefinitionShape.EXTENSION, Set.of());
      }
    }
    Map<?, ?> concurrency = Json.object(extension, "concurrency");
    unknown(concurrency, path + ".concurrency", DefinitionShape.CONCURRENCY, Set.of());
    if (!concurrency.isEmpty() && concurrency.get("limit") == null) {
      problems.error(
          path + ".concurrency.limit",
          "required",
          "expected how many instances may run at once, found nothing");
    }
    unknown(
        Json.object(extension, "onFailure"),
        path + ".onFailure",
        DefinitionShape.ON_FAILURE,
        Set.of());
    unknown(Json.object(extension, "retention"), path + ".retention", KeptTimes.SHAPE, Set.of());
    KeptTimes.check(extension, problems);
    List<String> compensateOn = Json.texts(extension.get("compensateOn"));
    if (compensateOn.contains("stopped")) {
      problems.warning(
          Json.element(path + ".compensateOn", compensateOn.indexOf("stopped")),
          UNSUPPORTED,
          "expected failed, found \"stopped\": a stopped instance is not compensated yet");
    }
    Map<?, ?> errors = Json.object(extension, "errorHandler");
    errorHandler(errors, path + ".errorHandler");
    boolean retries =
        Json.text(errors, "operation").equals("retry") || !Json.object(errors, "retry").isEmpty();
    if (retries) {
      problems.error(
          path + ".errorHandler.retry",
          UNSUPPORTED,
          "expected an errorHandler without retry for the whole process, found one; give the tasks"
              + " themselves a retry");
    }
  }

  private void task(TaskDocument task) {
    for (Object key : task.members().keySet()) {
      String name = String.valueOf(key);
      if (REFUSED_OF_TASKS.contains(name)) {
        refuse(task.get(name), task.path(name));
      } else {
        unknown(name, task.path(), DefinitionShape.TASK, TASK);
      }
    }
    unknown(
        task.object("loopHandler"), task.path("loopHandler"), DefinitionShape.LOOP_HANDLER, LOOP);
    unknown(task.object("join"), task.path("join"), DefinitionShape.JOIN, Set.of());
    errorHandler(task.object("errorHandler"), task.path("errorHandler"));
  }

  private void errorHandler(Map<?, ?> handler, String path) {
    WARNED_OF_ERROR_HANDLERS.stream()
        .sorted()
        .forEach(name -> warn(handler.get(name), Json.member(path, name)));
    unknown(handler, path, DefinitionShape.ERROR_HANDLER, ERROR_HANDLER);
    unknown(Json.object(handler, "retry"), path + ".retry", DefinitionShape.RETRY, Set.of());
  }

  private void refuse(@Nullable Object value, String path) {
    if (!nothing(value)) {
      problems.error(
          path,
          UNSUPPORTED,
          "expected nothing here: this server does not do it yet, found a value");
    }
  }

  private void warn(@Nullable Object value, String path) {
    if (!nothing(value)) {
      problems.warning(
          path,
          UNSUPPORTED,
          "expected nothing here: it is kept, but this server does not act by it yet");
    }
  }

  private static boolean nothing(@Nullable Object value) {
    return Json.blank(value) || Map.of().equals(value) || List.of().equals(value);
  }

  private void unknown(Map<?, ?> object, String path, Shape.Fields shape, Set<String> others) {
    for (Object name : object.keySet()) {
      unknown(String.valueOf(name), path, shape, others);
    }
  }

  private void unknown(String name, String path, Shape.Fields shape, Set<String> others) {
    if (!shape.shapes().containsKey(name) && !others.contains(name)) {
      problems.warning(
          Json.member(path, name),
          "unknown_member",
          "expected a member of the process API, found "
              + Json.shown(name)
              + "; it is kept and has no effect");
    }
  }
}
