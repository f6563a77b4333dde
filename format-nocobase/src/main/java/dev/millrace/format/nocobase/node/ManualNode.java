package dev.millrace.format.nocobase.node;

import dev.millrace.engine.HumanTask;
import dev.millrace.engine.HumanTaskSpec;
import dev.millrace.engine.JsonValue;
import dev.millrace.engine.NodeRun.Notes;
import dev.millrace.engine.Reason;
import dev.millrace.engine.Wait;
import dev.millrace.engine.graph.HumanTaskNodeType;
import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.Step;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Work for users. A user submits {@code {result: {<form>: {…}, "_": <action>}, user: {…}}}; the
 * status of the action says what that means: 0 keeps a draft, positive agrees, negative rejects. In
 * mode 0 the first answer decides, in mode 1 all must agree, in mode -1 one is enough. The
 * operation of a work item is the status of its action, its payload the result with the action's
 * values.
 */
final class ManualNode extends NocoBaseNode implements HumanTaskNodeType {

  private static final String ACTION = "_";
  private static final Pattern USER = Pattern.compile("\\d{1,18}");
  private static final int MODE_ALL = 1;
  private static final int MODE_ANY = -1;

  private final NocoBaseExpressions expressions;

  ManualNode(NocoBaseExpressions expressions) {
    super("manual", "Waits for users to fill in a form.", Nature.WAIT);
    this.expressions = expressions;
  }

  @Override
  protected Step run(NodeContext context, Map<?, ?> config) {
    if (inTransaction(context)) {
      return refusedWait();
    }
    Object assignees = expressions.resolve(config.get("assignees"), context.scope());
    if (assignees == null) {
      return JobStatus.error("assignees: expected a list of users, found none");
    }
    Set<String> users = new LinkedHashSet<>();
    if (!flatten(assignees, users)) {
      return JobStatus.error("assignees: expected ids of users, found an object without id");
    }
    for (String user : users) {
      if (!USER.matcher(user).matches()) {
        return JobStatus.error("assignees: expected ids of users, found " + user);
      }
    }
    // Where several decide the result is how many have; nobody has yet.
    Notes nobody = mode(config) == 0 ? null : Notes.ofOutput(List.of());
    if (users.isEmpty()) {
      return Step.Done.of(nobody == null ? null : nobody.output());
    }
    Map<String, HumanTask> tasks = new LinkedHashMap<>();
    for (String user : users) {
      String id = context.newId("manual-");
      tasks.put(id, new HumanTask(id, user, HumanTask.State.ALLOCATED, "", null, context.now()));
    }
    HumanTaskSpec spec =
        new HumanTaskSpec(HumanTaskSpec.Rule.TYPE, title(context, config), "", null, "", "");
    Step step = new Step.Waiting(new Wait.ForPeople(spec, Collections.unmodifiableMap(tasks)));
    return nobody == null ? step : Step.Recorded.notes(step, nobody);
  }

  /** 0 for the first who decides, 1 for all, -1 for any; whatever else stands there is 0. */
  private static long mode(Map<?, ?> config) {
    long mode = config.get("mode") instanceof Number number ? number.longValue() : 0;
    return mode == MODE_ALL || mode == MODE_ANY ? mode : 0;
  }

  private String title(NodeContext context, Map<?, ?> config) {
    Object title = expressions.resolve(config.get("title"), context.scope());
    return title == null || title.equals("") ? context.node().name() : title.toString();
  }

  /** Adds the users; false when something names none, as nobody would ever be asked then. */
  private static boolean flatten(@Nullable Object assignees, Set<String> users) {
    switch (assignees) {
      case null -> {}
      case List<?> list -> {
        boolean all = true;
        for (Object one : list) {
          all &= flatten(one, users);
        }
        return all;
      }
      case Map<?, ?> user -> {
        return user.get("id") != null && flatten(user.get("id"), users);
      }
      case String text when text.isBlank() -> {}
      case Boolean flag -> {}
      case Number number when number.doubleValue() == 0 -> {}
      default -> users.add(assignees.toString());
    }
    return true;
  }

  @Override
  public Act act(NodeContext context, HumanTask task, @Nullable Object payload) {
    Object result = JsonValue.get(payload, "result");
    String action = JsonValue.text(result, ACTION, "");
    if (!(result instanceof Map<?, ?> given) || action.isEmpty()) {
      return new Act.Refused(Reason.INVALID_INPUT, "result._: expected the key of an action");
    }
    String form = "";
    for (Object name : given.keySet()) {
      if (!ACTION.equals(name) && form.isEmpty()) {
        form = String.valueOf(name);
      }
    }
    Object forms = config(context).get("forms");
    Object found = form.isEmpty() ? null : FormAction.of(JsonValue.get(forms, form), action);
    if (form.isEmpty() && forms instanceof Map<?, ?> all) {
      for (Map.Entry<?, ?> one : all.entrySet()) {
        if (found == null) {
          form = String.valueOf(one.getKey());
          found = FormAction.of(one.getValue(), action);
        }
      }
    }
    if (!(JsonValue.get(found, "status") instanceof Number status)) {
      return new Act.Refused(
          Reason.INVALID_INPUT, "result._: expected the key of an action, found " + action);
    }
    Map<String, @Nullable Object> submitted = new LinkedHashMap<>();
    submitted.put(form, values(context, JsonValue.get(found, "values"), given.get(form), payload));
    submitted.put(ACTION, action);
    String operation = Long.toString(status.longValue());
    return status.longValue() == 0
        ? new Act.Kept(operation, submitted)
        : new Act.Done(operation, submitted);
  }

  /** What was filled in, and over it what the action sets. */
  private Map<String, @Nullable Object> values(
      NodeContext context,
      @Nullable Object preset,
      @Nullable Object filled,
      @Nullable Object payload) {
    Object user = JsonValue.get(payload, "user");
    Map<String, @Nullable Object> roots = new LinkedHashMap<>();
    roots.put("currentUser", user);
    roots.put("$user", user);
    roots.put("currentRecord", filled);
    roots.put("$nForm", filled);
    roots.put("currentTime", context.now().toString());
    Map<String, @Nullable Object> dates = new LinkedHashMap<>();
    dates.put("now", context.now().toString());
    roots.put("$nDate", dates);
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    put(values, filled);
    put(values, expressions.resolve(preset, context.scope(), roots));
    return values;
  }

  private static void put(Map<String, @Nullable Object> values, @Nullable Object more) {
    if (more instanceof Map<?, ?> map) {
      map.forEach((name, value) -> values.put(String.valueOf(name), value));
    }
  }

  @Override
  public Step acted(NodeContext context, List<HumanTask> tasks, HumanTask latest) {
    if (latest.state().open()) {
      return new Step.Stay();
    }
    long status = Long.parseLong(latest.operation());
    long mode = mode(config(context));
    if (mode == 0) {
      return JobStatus.of(status).step(latest.payload(), "rejected by a user");
    }
    long done = tasks.stream().filter(task -> !task.state().open()).count();
    Object ratio = ratio(done, tasks.size());
    boolean last = done == tasks.size();
    if (mode == MODE_ALL && status < 0) {
      return JobStatus.of(status).step(ratio, "rejected by a user");
    }
    if (mode == MODE_ANY && status > 0) {
      return Step.Done.of(ratio);
    }
    if (!last) {
      return Step.Recorded.notes(new Step.Stay(), Notes.ofOutput(ratio));
    }
    return mode == MODE_ALL
        ? Step.Done.of(ratio)
        : JobStatus.REJECTED.step(ratio, "rejected by all users");
  }

  private static Object ratio(long done, int all) {
    return done == all ? (Object) 1L : BigDecimal.valueOf((double) done / all);
  }
}
