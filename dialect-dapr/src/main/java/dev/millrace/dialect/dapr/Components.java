package dev.millrace.dialect.dapr;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Chooses who performs a request by the component it names. The engine has two names of its own;
 * without any other component every name means the engine, as in a sidecar from 1.15.
 */
final class Components {
  /** What clients call the engine. */
  static final Set<String> ENGINE_NAMES = Set.of("dapr", "millrace");

  /** What a component without an operation says. */
  static final String NOT_IMPLEMENTED =
      "this component doesn't implement the current API operation";

  private final WorkflowVerbs engine;
  private final Map<String, Bound> byName = new LinkedHashMap<>();

  private record Bound(ComponentBinding binding, WorkflowVerbs verbs) {}

  Components(WorkflowVerbs engine, List<ComponentBinding> bindings) {
    this.engine = engine;
    for (ComponentBinding binding : bindings) {
      WorkflowVerbs verbs =
          binding.component() == null
              ? engine
              : new ComponentCalls(binding.name(), binding.component());
      if (byName.put(binding.name(), new Bound(binding, verbs)) != null) {
        throw new IllegalArgumentException(
            "expected one component of each name, found two named " + binding.name());
      }
    }
  }

  /**
   * Who performs what an application asks of a component.
   *
   * @param name empty for the engine
   * @throws DaprProblem when the application has no component of that name
   */
  WorkflowVerbs of(String app, String name) {
    Bound bound = byName.get(name);
    if (bound != null && bound.binding().openTo(app)) {
      return bound.verbs();
    }
    if (name.isEmpty() || byName.isEmpty() || ENGINE_NAMES.contains(name)) {
      return engine;
    }
    throw DaprProblem.invalid(
        "ERR_WORKFLOW_COMPONENT_NOT_FOUND",
        "workflow component '%s' does not exist".formatted(name));
  }

  /**
   * Lets only requests for the engine pass: what goes beyond the seven operations, no other
   * component has.
   *
   * @throws DaprProblem with the tag for any other component
   */
  void requireEngine(String app, String name, String tag) {
    if (!of(app, name).equals(engine)) {
      throw DaprProblem.internal(tag, NOT_IMPLEMENTED);
    }
  }

  /** The components of an application that have files, by name. */
  List<ComponentBinding> configured(String app) {
    return byName.values().stream()
        .map(Bound::binding)
        .filter(binding -> binding.openTo(app))
        .sorted(Comparator.comparing(ComponentBinding::name))
        .toList();
  }
}
