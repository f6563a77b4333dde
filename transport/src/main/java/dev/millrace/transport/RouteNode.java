package dev.millrace.transport;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One segment in the tree of patterns. Changed only while routes are being collected. */
final class RouteNode {
  private record Ending(String suffix, RouteNode node) {}

  private final Map<String, RouteNode> literals = new HashMap<>();
  private final List<Ending> endings = new ArrayList<>();
  private final Map<String, Routes.Route> byMethod = new HashMap<>();
  private @Nullable RouteNode parameter;

  /** The child for a segment of a pattern, made if need be; adds a parameter's name to the list. */
  RouteNode child(String segment, String pattern, List<String> names) {
    int open = segment.indexOf('{');
    int close = segment.indexOf('}');
    if (open < 0 && close < 0) {
      return literals.computeIfAbsent(segment, key -> new RouteNode());
    }
    String suffix = segment.substring(close + 1);
    if (open != 0 || close < 2 || suffix.contains("{") || suffix.contains("}")) {
      throw new IllegalArgumentException(
          "expected segments of the form name, {name} or {name}:end, found " + pattern);
    }
    names.add(segment.substring(1, close));
    if (suffix.isEmpty()) {
      if (parameter == null) {
        parameter = new RouteNode();
      }
      return parameter;
    }
    for (Ending ending : endings) {
      if (ending.suffix.equals(suffix)) {
        return ending.node;
      }
    }
    Ending ending = new Ending(suffix, new RouteNode());
    endings.add(ending);
    // The longer end is the more exact one.
    endings.sort((a, b) -> Integer.compare(b.suffix.length(), a.suffix.length()));
    return ending.node;
  }

  void add(String method, Routes.Route route) {
    if (byMethod.putIfAbsent(method, route) != null) {
      throw new IllegalArgumentException(
          "expected each route once, found " + method + " " + route.pattern() + " again");
    }
  }

  /**
   * The best route below this node.
   *
   * @param values receives the parameters' values on success and is left as it was otherwise
   * @param allowed receives the methods of patterns that fit but lack the method
   */
  Routes.@Nullable Route find(
      String method, List<String> segments, int at, List<String> values, Set<String> allowed) {
    if (at == segments.size()) {
      Routes.Route route = byMethod.get(method);
      if (route == null) {
        allowed.addAll(byMethod.keySet());
      }
      return route;
    }
    String segment = segments.get(at);
    RouteNode literal = literals.get(segment);
    if (literal != null) {
      Routes.Route route = literal.find(method, segments, at + 1, values, allowed);
      if (route != null) {
        return route;
      }
    }
    int mark = values.size();
    for (Ending ending : endings) {
      int length = segment.length() - ending.suffix.length();
      if (length > 0 && segment.endsWith(ending.suffix)) {
        values.add(segment.substring(0, length));
        Routes.Route route = ending.node.find(method, segments, at + 1, values, allowed);
        if (route != null) {
          return route;
        }
        values.subList(mark, values.size()).clear();
      }
    }
    if (parameter != null) {
      values.add(segment);
      Routes.Route route = parameter.find(method, segments, at + 1, values, allowed);
      if (route != null) {
        return route;
      }
      values.subList(mark, values.size()).clear();
    }
    return null;
  }
}
