package dev.millrace.dialect.process.definition;

import dev.millrace.engine.expression.Schemas;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.NodeType.Content;
import dev.millrace.engine.graph.NodeType.ParameterSpec;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Looks for tasks that can only fail because of what isn't given. A parameter that is left out is
 * an error; one that is declared and empty is a warning, as designers save what isn't filled in yet
 * and a rerun may give it.
 */
final class ParameterCheck {
  private static final String REQUIRED = "required";
  private static final String EMPTY = "empty";
  private static final String MEMBERS = "members";
  private static final List<String> MAIL_TEXTS = List.of("text", "html");

  /** Parameters that are run as they stand, and what brings values into them instead. */
  private static final Map<String, String> CARRIERS =
      Map.of("sql", "params as :name", "code", "input, tasks, vars and params");

  private static final Pattern REFERENCE = Pattern.compile("\\{\\{[^{}]+}}");
  private static final Set<String> PEOPLE = Set.of(Templates.APPROVAL, Templates.FORM_TASK);

  /** What every task may have as a parameter, whatever its template. */
  private static final Set<String> OF_ALL = Set.of("timeout", "timeout_branch");

  /** The names of the members of {@code join} as parameters of an aggregation. */
  private static final Set<String> OF_AGGREGATIONS = Set.of("policy", "of");

  private final Layout layout;
  private final Schemas schemas;
  private final Problems problems;

  private ParameterCheck(Layout layout, Schemas schemas, Problems problems) {
    this.layout = layout;
    this.schemas = schemas;
    this.problems = problems;
  }

  static void check(Layout layout, Schemas schemas, Problems problems) {
    ParameterCheck check = new ParameterCheck(layout, schemas, problems);
    for (int i = 0; i < layout.plans().size(); i++) {
      TaskDocument task = layout.plans().get(i).task();
      if (task.type() != null) {
        check.task(i, task, task.type());
      }
    }
  }

  private void task(int index, TaskDocument task, NodeType type) {
    if (!task.ignored()) {
      for (ParameterSpec spec : type.parameters()) {
        // What the rounds of a loop begin with is asked for with the loop.
        if (spec.required() && !task.is(Templates.LOOP)) {
          require(task, List.of(spec.name()));
        }
      }
      for (List<String> names : type.requiredChoices()) {
        if (!withoutChoice(task)) {
          require(task, names);
        }
      }
      if (task.is(Templates.MAIL) && noneGiven(task, MAIL_TEXTS)) {
        problems.warning(
            Json.member(task.path("parameters"), MAIL_TEXTS.getFirst()),
            EMPTY,
            "expected text or html, found neither; the mail is refused when the task runs");
      }
    }
    schemas(task, type);
    words(task, type);
    references(task);
    groups(task);
    unknown(task, type);
    start(index, task);
  }

  /** Whether a choice that its type requires is made in another way. */
  private static boolean withoutChoice(TaskDocument task) {
    if (task.is(Templates.CONDITION)) {
      return Arrow.of(task).stream()
          .anyMatch(arrow -> arrow.edge().when() != null || arrow.edge().otherwise());
    }
    TaskDocument.Argument onEmpty = task.argument("onEmpty");
    return task.is(Templates.APPROVAL)
        && onEmpty.given()
        && !onEmpty.text().strip().equalsIgnoreCase("error");
  }

  private void require(TaskDocument task, List<String> names) {
    if (!noneGiven(task, names)) {
      return;
    }
    String expected = "expected " + String.join(" or ", names) + ", found nothing; ";
    String consequence =
        PEOPLE.contains(task.template())
            ? "nobody could act on the task, it fails when it runs"
            : "the task fails when it runs";
    for (String name : names) {
      if (task.object("parameters").containsKey(name)) {
        problems.warning(task.argument(name).path(), EMPTY, expected + consequence);
        return;
      }
    }
    problems.error(
        Json.member(task.path("parameters"), names.getFirst()), REQUIRED, expected + consequence);
  }

  private static boolean noneGiven(TaskDocument task, List<String> names) {
    return names.stream()
        .map(name -> task.argument(name).value())
        .allMatch(value -> Json.blank(value) || List.of().equals(value) || blankText(value));
  }

  private static boolean blankText(@Nullable Object value) {
    return value instanceof String text && text.isBlank();
  }

  private void schemas(TaskDocument task, NodeType type) {
    for (ParameterSpec spec : type.parameters()) {
      TaskDocument.Argument argument = task.argument(spec.name());
      if (spec.content() == Content.SCHEMA && argument.value() instanceof Map<?, ?> schema) {
        for (Schemas.Violation fault : schemas.check(schema)) {
          problems.error(
              argument.path() + fault.path().substring(1), "invalid_schema", fault.message());
        }
      }
    }
  }

  /** A word that the type doesn't know: a warning, as designers store what they offer to choose. */
  private void words(TaskDocument task, NodeType type) {
    for (ParameterSpec spec : type.parameters()) {
      TaskDocument.Argument argument = task.argument(spec.name());
      String word = argument.text().strip();
      boolean known =
          spec.words().isEmpty()
              || word.isEmpty()
              || expression(word)
              || spec.words().stream().anyMatch(word::equalsIgnoreCase);
      if (!known) {
        problems.warning(
            argument.path(),
            "invalid_value",
            "expected one of "
                + String.join(", ", spec.words())
                + ", found "
                + Json.shown(word)
                + "; the task fails when it runs");
      }
    }
  }

  /** Code and SQL are run as they stand, so that no value can become a part of them. */
  private void references(TaskDocument task) {
    CARRIERS.forEach((name, instead) -> {
      TaskDocument.Argument argument = task.argument(name);
      if ((task.is(Templates.SCRIPT) || task.is(Templates.DATABASE_HANDLER))
          && REFERENCE.matcher(argument.text()).find()) {
        problems.warning(
            argument.path(),
            "not_replaced",
            "expected values through %s, found a reference in curly brackets, which stays as it is"
                .formatted(instead));
      }
    });
  }

  private void groups(TaskDocument task) {
    for (String name : List.of(MEMBERS, "assignees")) {
      TaskDocument.Argument argument = task.argument(name);
      List<?> people = argument.value() instanceof List<?> list ? list : List.of();
      for (int i = 0; i < people.size(); i++) {
        if (people.get(i) instanceof String person
            && (person.startsWith("role:") || person.startsWith("dept:"))) {
          problems.warning(
              Json.element(argument.path(), i),
              "unsupported",
              "expected a user, found "
                  + Json.shown(person)
                  + ": roles and departments are not resolved yet; the task fails when it runs");
        }
      }
    }
  }

  private static boolean expression(String text) {
    return text.contains("{{") || text.contains("{%");
  }

  /** A script may be given any parameters; of a template without any, nothing can be misspelt. */
  private void unknown(TaskDocument task, NodeType type) {
    if (task.is(Templates.SCRIPT) || type.parameters().isEmpty()) {
      return;
    }
    Set<String> known =
        type.parameters().stream()
            .map(ParameterSpec::name)
            .collect(Collectors.toCollection(HashSet::new));
    known.addAll(OF_ALL);
    if (task.is(Templates.AGGREGATION)) {
      known.addAll(OF_AGGREGATIONS);
    }
    for (Object name : task.object("parameters").keySet()) {
      if (!known.contains(String.valueOf(name))) {
        problems.warning(
            Json.member(task.path("parameters"), String.valueOf(name)),
            "unknown_parameter",
            "expected a parameter of "
                + type.name()
                + " ("
                + type.parameters().stream()
                    .map(ParameterSpec::name)
                    .collect(Collectors.joining(", "))
                + "), found "
                + Json.shown(name)
                + "; it has no effect but where expressions refer to it");
      }
    }
  }

  private void start(int index, TaskDocument task) {
    boolean middle = layout.hasIncoming(index);
    if (task.is(Templates.FORM) && middle) {
      if (!task.ignored() && noneGiven(task, List.of(MEMBERS, "assignees"))) {
        problems.warning(
            Json.member(task.path("parameters"), MEMBERS),
            EMPTY,
            "expected members or assignees, found nothing; nobody is asked, the form passes on the"
                + " input of the instance");
      }
    } else if (Templates.TRIGGERED.contains(task.template())) {
      problems.warning(
          task.path("template"),
          "not_fired",
          "expected a start by hand, found "
              + task.template()
              + ": it is stored, but nothing fires it on this server yet; POST /api/process/{id}"
              + " starts the process");
    }
  }
}
