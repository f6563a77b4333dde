package dev.millrace.engine.graph.node;

import dev.millrace.engine.HumanTask;
import dev.millrace.engine.HumanTaskSpec;
import dev.millrace.engine.Wait;
import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.Step;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who takes part in a human task. */
final class People {

  /** The most persons of one node. */
  static final int PEOPLE_MAX = 1_000;

  private static final String WORK_ITEM_PREFIX = "inst-";
  private static final List<String> GROUP_PREFIXES = List.of("role:", "dept:");

  private People() {}

  /**
   * The users a parameter names, each once, in order: a text or a list, where an expression inside
   * a list may itself have given a list.
   *
   * @param skipUnresolved whether elements that are null or blank are left out; otherwise one of
   *     them is a fault, because an approval must not become easier than it was drawn
   * @throws ConstraintException for what is no user id
   */
  static List<String> users(NodeParameters parameters, String name, boolean skipUnresolved) {
    Object value = parameters.value(name);
    List<@Nullable Object> elements = new ArrayList<>();
    for (Object element : value instanceof List<?> list ? list : one(value)) {
      if (element instanceof List<?> inner) {
        elements.addAll(inner);
      } else {
        elements.add(element);
      }
    }
    Set<String> users = new LinkedHashSet<>();
    for (Object element : elements) {
      if (element == null || element.equals("")) {
        if (!skipUnresolved) {
          throw NodeParameters.mismatch(name, "user ids", element);
        }
      } else {
        users.add(user(name, element));
      }
    }
    if (users.size() > PEOPLE_MAX) {
      throw NodeParameters.mismatch(name, "at most " + PEOPLE_MAX + " users", users.size());
    }
    return List.copyOf(users);
  }

  private static List<?> one(@Nullable Object value) {
    return value == null ? List.of() : List.of(value);
  }

  private static String user(String name, Object element) {
    if (!(element instanceof String)
        && !(element instanceof Long || element instanceof BigInteger)) {
      throw NodeParameters.mismatch(name, "user ids", element);
    }
    String user = element.toString().strip();
    if (user.isEmpty() || GROUP_PREFIXES.stream().anyMatch(user::startsWith)) {
      throw new ConstraintException(
          "parameter "
              + name
              + ": roles and departments are not available yet: expected user ids, found "
              + NodeParameters.shown(user));
    }
    return user;
  }

  /** Opens one work item per user, allocated to them. */
  static Step ask(NodeContext context, HumanTaskSpec spec, List<String> users) {
    Map<String, HumanTask> tasks = new LinkedHashMap<>();
    for (String user : users) {
      String id = context.newId(WORK_ITEM_PREFIX);
      tasks.put(id, new HumanTask(id, user, HumanTask.State.ALLOCATED, "", null, context.now()));
    }
    return new Step.Waiting(new Wait.ForPeople(spec, Collections.unmodifiableMap(tasks)));
  }
}
