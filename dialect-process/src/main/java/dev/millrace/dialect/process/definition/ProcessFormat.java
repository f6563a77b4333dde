package dev.millrace.dialect.process.definition;

import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.expression.Expressions;
import dev.millrace.engine.expression.Schemas;
import dev.millrace.engine.graph.Graph;
import dev.millrace.engine.graph.NodeTypes;
import dev.millrace.runtime.DefinitionFormat;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The definition format of the process API: checks documents when they are saved, brings them into
 * the form they are kept in, and compiles them.
 *
 * <p>Documents are JSON in the plain form of {@link dev.millrace.engine.JsonValue}. Pure and
 * thread-safe if the expressions and schemas given are.
 */
public final class ProcessFormat implements DefinitionFormat {
  private static final String NAME = "process";

  private final NodeTypes types;
  private final Expressions expressions;
  private final Schemas schemas;

  /** A format for the node types of one server. */
  public ProcessFormat(NodeTypes types, Expressions expressions, Schemas schemas) {
    this.types = types;
    this.expressions = expressions;
    this.schemas = schemas;
  }

  @Override
  public String name() {
    return NAME;
  }

  /**
   * Finds everything that is wrong with a document, up to a few hundred faults. Of a draft only the
   * structure is checked, so its templates may be unknown and its edges may lead nowhere. Whether
   * parameters have the values they require is only known when a task runs.
   */
  public DefinitionCheck check(@Nullable Object document) {
    return check(document, id -> false);
  }

  /**
   * The same among other processes.
   *
   * @param standard whether an id is that of a process of the standard engine
   */
  public DefinitionCheck check(@Nullable Object document, Predicate<String> standard) {
    Problems problems = new Problems();
    DefinitionShape.check(document, problems);
    ProcessDocument process = ProcessDocument.of(document, types);
    if (!process.draft() && process.tasks().size() <= DefinitionShape.TASKS_MAX) {
      checkSchema(process, "inputDataSchema", problems);
      checkSchema(process, "outputDataSchema", problems);
      checkBounds(process, problems);
      checkTemplates(process, problems);
      new ExpressionCheck(expressions, problems).check(process);
      Layout layout = new Layout(process, problems);
      FlowCheck.check(layout, !process.text("startTaskInstId").isEmpty(), problems);
      ParameterCheck.check(layout, schemas, problems);
      if (process.fast()) {
        FastCheck.check(layout, standard, problems);
      }
      MemberCheck.check(process, problems);
    }
    return problems.result();
  }

  private void checkSchema(ProcessDocument process, String member, Problems problems) {
    if (!(process.get(member) instanceof Map<?, ?> schema)) {
      return;
    }
    for (Schemas.Violation fault : schemas.check(schema)) {
      problems.error(
          Json.member("$", member) + fault.path().substring(1), "invalid_schema", fault.message());
    }
  }

  private void checkBounds(ProcessDocument process, Problems problems) {
    for (TaskDocument task : process.tasks()) {
      for (Object name : task.object("parameters").keySet()) {
        Map<String, @Nullable Object> bounds = task.parameterBounds(String.valueOf(name));
        for (Schemas.Violation fault : schemas.check(bounds)) {
          problems.error(
              Json.member(task.path("parameters"), String.valueOf(name)),
              "invalid_schema",
              fault.path().substring(1) + ": " + fault.message());
        }
      }
    }
  }

  private static void checkTemplates(ProcessDocument process, Problems problems) {
    for (TaskDocument task : process.tasks()) {
      if (task.type() == null && !task.template().isEmpty()) {
        problems.error(
            task.path("template"),
            "unknown_template",
            "expected a template of this server, found " + Json.shown(task.template()));
      }
    }
  }

  /**
   * The form in which a document is kept and answered: the list of tasks is called {@code tasks},
   * the client's id and all runtimes are left out, everything else stays as it was sent.
   *
   * @return a new document, or the given one when it is no object
   */
  public @Nullable Object normalise(@Nullable Object document) {
    if (!(document instanceof Map<?, ?> map)) {
      return document;
    }
    Map<String, @Nullable Object> kept = new LinkedHashMap<>();
    map.forEach((key, value) -> {
      String member = String.valueOf(key);
      switch (member) {
        case "id" -> {}
        case "tasks", "nodes" -> kept.put("tasks", withoutRuntimes(value));
        default -> kept.put(member, value);
      }
    });
    return Collections.unmodifiableMap(kept);
  }

  private static @Nullable Object withoutRuntimes(@Nullable Object tasks) {
    if (!(tasks instanceof List<?> list)) {
      return tasks;
    }
    List<@Nullable Object> kept = new ArrayList<>();
    for (Object task : list) {
      if (task instanceof Map<?, ?> map && map.containsKey("runtimes")) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        map.forEach((key, value) -> members.put(String.valueOf(key), value));
        members.remove("runtimes");
        kept.add(Collections.unmodifiableMap(members));
      } else {
        kept.add(task);
      }
    }
    return Collections.unmodifiableList(kept);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Equal documents give equal graphs.
   */
  @Override
  public Graph compile(DefinitionRef ref, Object document) {
    if (!(document instanceof Map)) {
      throw new IllegalArgumentException(
          "expected a process definition, found " + Json.shown(document));
    }
    Problems problems = new Problems();
    ProcessDocument process = ProcessDocument.of(document, types);
    checkTemplates(process, problems);
    Layout layout = new Layout(process, problems);
    problems.refuseErrors("the definition " + ref.id() + " cannot be compiled");
    return new Assembly(process, layout).graph(ref);
  }
}
