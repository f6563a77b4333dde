package dev.millrace.expression.nocobase;

import dev.millrace.engine.expression.ExpressionScope;
import dev.millrace.expression.nocobase.script.Undefined;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The roots of NocoBase's templates over a scope of the engine: {@code $context} is the engine's
 * {@code input}, {@code $jobsMapByNodeKey} its {@code tasks} (the latest output of each node by its
 * key), {@code $scopes} its {@code $scopes}, {@code $env} its {@code env}, {@code $system} is
 * computed from its {@code now}, and {@code ctx} holds all of these. Roots given by {@link #with}
 * hide these. Values under {@code $system} may be {@link java.time.Instant}, NocoBase's dates.
 *
 * <p>One scope serves one node run on one thread: what it has looked up it keeps.
 */
public final class NocoBaseScope implements ExpressionScope {
  private static final String SYSTEM = "$system";
  private static final String ALL = "ctx";
  private static final String JOBS = "$jobsMapByNodeKey";

  /** Names of roots, and where the engine has their values. */
  private static final Map<String, String> ROOTS =
      Map.of(
          "$context", "input",
          "$jobsMapByNodeKey", "tasks",
          "$scopes", "$scopes",
          "$env", "env");

  private final ExpressionScope engine;
  private final SystemVariables system;
  private final Map<String, @Nullable Object> known = new LinkedHashMap<>();

  private NocoBaseScope(ExpressionScope engine, ZoneId zone) {
    this.engine = engine;
    this.system = new SystemVariables(engine, zone);
  }

  /** Over a scope of the engine, its days those of UTC. */
  public static NocoBaseScope of(ExpressionScope engine) {
    return of(engine, ZoneOffset.UTC);
  }

  /** Over a scope of the engine, its days those of a zone. */
  public static NocoBaseScope of(ExpressionScope engine, ZoneId zone) {
    return engine instanceof NocoBaseScope scope ? scope : new NocoBaseScope(engine, zone);
  }

  /** A scope of given roots alone, as the scope of a dynamic calculation. */
  public static NocoBaseScope ofRoots(Map<String, @Nullable Object> roots) {
    NocoBaseScope scope = new NocoBaseScope(new Nothing(), ZoneOffset.UTC);
    scope.known.putAll(roots);
    return scope;
  }

  /** Adds a root, or hides one. */
  public NocoBaseScope with(String root, @Nullable Object value) {
    known.put(root, value);
    return this;
  }

  @Override
  public boolean has(String root) {
    return known.containsKey(root)
        || root.equals(SYSTEM)
        || root.equals(ALL)
        || ROOTS.containsKey(root);
  }

  @Override
  public @Nullable Object value(String root) {
    if (known.containsKey(root)) {
      return known.get(root);
    }
    return switch (root) {
      case SYSTEM -> system.all();
      case "now" -> engine.value(root);
      case ALL -> {
        Map<String, @Nullable Object> all = new LinkedHashMap<>(known);
        for (String name : ROOTS.keySet()) {
          all.putIfAbsent(name, value(name));
        }
        all.putIfAbsent(SYSTEM, system.all());
        yield all;
      }
      default -> {
        String name = ROOTS.get(root);
        if (name == null) {
          yield null;
        }
        Object value = engine.value(name);
        known.put(root, value);
        yield value;
      }
    };
  }

  /**
   * What a path leads to: members and indexes separated by dots; a member asked of a list is the
   * column of that member, lists in it flattened by one level.
   *
   * @return the value, which may hold dates; {@link Undefined} for what does not exist
   */
  public @Nullable Object find(String path) {
    List<String> steps = List.of(path.split("\\.", -1));
    int start = steps.size() > 1 && steps.getFirst().equals(ALL) && !known.containsKey(ALL) ? 1 : 0;
    String root = steps.get(start);
    if (!has(root)) {
      return Undefined.VALUE;
    }
    Object value;
    int next = start + 1;
    if (root.equals(SYSTEM) && next < steps.size() && !known.containsKey(root)) {
      value = system.member(steps.get(next));
      if (value == null) {
        return Undefined.VALUE;
      }
      next++;
    } else if (root.equals(JOBS) && next < steps.size() && !known.containsKey(root)) {
      value = engine.value("tasks", steps.get(next));
    } else {
      value = value(root);
    }
    return find(value, steps.subList(next, steps.size()));
  }

  /** What members and indexes lead to from a value, or undefined. */
  static @Nullable Object find(@Nullable Object start, List<String> steps) {
    Object value = start;
    for (String step : steps) {
      if (Undefined.orNull(value)) {
        return Undefined.VALUE;
      }
      value =
          switch (value) {
            case Map<?, ?> map -> map.containsKey(step) ? map.get(step) : Undefined.VALUE;
            case List<?> list -> ofList(list, step);
            case String text when step.equals("length") -> (long) text.length();
            case null, default -> Undefined.VALUE;
          };
    }
    return value;
  }

  private static @Nullable Object ofList(List<?> list, String step) {
    if (step.equals("length")) {
      return (long) list.size();
    }
    int digitsMax = 9;
    if (!step.isEmpty() && step.chars().allMatch(c -> c >= '0' && c <= '9')) {
      int index = step.length() > digitsMax ? Integer.MAX_VALUE : Integer.parseInt(step);
      return index < list.size() ? list.get(index) : Undefined.VALUE;
    }
    List<@Nullable Object> column = new ArrayList<>();
    for (Object element : list) {
      Object member = find(element, List.of(step));
      if (member instanceof List<?> inner) {
        column.addAll(inner);
      } else {
        column.add(member);
      }
    }
    return column;
  }

  private record Nothing() implements ExpressionScope {
    @Override
    public boolean has(String root) {
      return false;
    }

    @Override
    public @Nullable Object value(String root) {
      return null;
    }
  }
}
