package dev.millrace.transport;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What is served under which path. Patterns consist of segments: literal ones as {@code process} or
 * {@code process:validate}, parameters as {@code {id}}, and parameters with a literal end as {@code
 * {id}:retry}. Where several patterns fit, segment by segment from the left a literal wins over a
 * parameter with an end, and that over a plain parameter; a pattern without a handler for the
 * method does not hide one that has it. Immutable and safe on any thread.
 */
public final class Routes {
  private final RouteNode root;
  private final Map<List<String>, List<String>> aliases;
  private final Map<List<String>, ErrorFormat> errorFormats;
  private final Set<String> tolerant;
  private final @Nullable Fallback fallback;

  private Routes(Builder builder) {
    this.root = builder.root;
    this.aliases = Map.copyOf(builder.aliases);
    this.errorFormats = Map.copyOf(builder.errorFormats);
    this.tolerant = Set.copyOf(builder.tolerant);
    this.fallback = builder.fallback;
  }

  /**
   * Serves what no route fits: for an API whose resources are made while the server runs.
   *
   * @param pattern stands for its paths in metrics
   * @param serves whether a path, by its decoded segments, belongs to it; called on any thread
   */
  public record Fallback(
      String pattern, Predicate<List<String>> serves, Handler handler, ErrorFormat errorFormat) {}

  /** An empty set of routes to add to. */
  public static Builder builder() {
    return new Builder();
  }

  /** What became of looking up a request. */
  sealed interface Match {
    /** A handler with the values of its parameters. */
    record Found(Route route, Map<String, String> parameters) implements Match {}

    /** The path exists, but not with this method. */
    record WrongMethod(Set<String> allowed) implements Match {}

    /** Nothing is served under the path. */
    record Unknown() implements Match {}
  }

  /** A registered handler. */
  record Route(String pattern, List<String> parameterNames, Handler handler) {}

  /**
   * Decoded segments of a raw path.
   *
   * @throws Problem 400 {@code bad_path} for anything ambiguous
   */
  List<String> segments(String rawPath) {
    return tolerantPrefix(rawPath) == null
        ? RequestPath.segments(rawPath)
        : RequestPath.tolerantSegments(rawPath);
  }

  /**
   * Decoded parameters of a raw query.
   *
   * @throws Problem 400 {@code bad_query} for what cannot be one
   */
  Request.Query query(String rawPath, String rawQuery) {
    return new Request.Query(
        rawQuery,
        tolerantPrefix(rawPath) == null
            ? RequestPath.query(rawQuery)
            : RequestPath.tolerantQuery(rawQuery));
  }

  /** What is known of a path that cannot be read: whose it is, where that is known; else null. */
  @Nullable List<String> unreadable(String rawPath) {
    String prefix = tolerantPrefix(rawPath);
    return prefix == null ? null : RequestPath.segments(prefix);
  }

  /** The prefix, written exactly as registered, below which a path is read with tolerance. */
  private @Nullable String tolerantPrefix(String rawPath) {
    int end = rawPath.indexOf('/', 1);
    if (end < 0) {
      return null;
    }
    String first = rawPath.substring(0, end);
    return tolerant.contains(first) ? first : null;
  }

  Match match(String method, List<String> segments) {
    Set<String> allowed = new TreeSet<>();
    Match found = lookUp(method, segments, allowed);
    if (found == null) {
      List<String> canonical = canonical(segments);
      if (canonical != null) {
        found = lookUp(method, canonical, allowed);
      }
    }
    if (found != null) {
      return found;
    }
    if (!allowed.isEmpty()) {
      return new Match.WrongMethod(allowed);
    }
    return fallback != null && fallback.serves().test(segments)
        ? new Match.Found(new Route(fallback.pattern(), List.of(), fallback.handler()), Map.of())
        : new Match.Unknown();
  }

  private @Nullable Match lookUp(String method, List<String> segments, Set<String> allowed) {
    List<String> values = new ArrayList<>(4);
    Route route = root.find(method, segments, 0, values, allowed);
    if (route == null) {
      return null;
    }
    if (values.isEmpty()) {
      return new Match.Found(route, Map.of());
    }
    Map<String, String> parameters = LinkedHashMap.newLinkedHashMap(values.size());
    for (int i = 0; i < values.size(); i++) {
      parameters.put(route.parameterNames.get(i), values.get(i));
    }
    return new Match.Found(route, parameters);
  }

  private @Nullable List<String> canonical(List<String> segments) {
    for (int length = segments.size(); length > 0 && !aliases.isEmpty(); length--) {
      List<String> target = aliases.get(segments.subList(0, length));
      if (target != null) {
        List<String> replaced = new ArrayList<>(target);
        replaced.addAll(segments.subList(length, segments.size()));
        return replaced;
      }
    }
    return null;
  }

  /** The format of the longest registered prefix of a path or of what it is an alias for. */
  ErrorFormat errorFormat(List<String> segments) {
    ErrorFormat format = longestPrefix(segments);
    if (format == null) {
      List<String> canonical = canonical(segments);
      format = canonical == null ? null : longestPrefix(canonical);
    }
    if (format == null && fallback != null && fallback.serves().test(segments)) {
      return fallback.errorFormat();
    }
    return format == null ? ErrorFormat.DEFAULT : format;
  }

  private @Nullable ErrorFormat longestPrefix(List<String> segments) {
    for (int length = segments.size(); length >= 0; length--) {
      ErrorFormat format = errorFormats.get(segments.subList(0, length));
      if (format != null) {
        return format;
      }
    }
    return null;
  }

  /** Collects routes. Not safe for several threads. */
  public static final class Builder {
    private final RouteNode root = new RouteNode();
    private final Map<List<String>, List<String>> aliases = new HashMap<>();
    private final Map<List<String>, ErrorFormat> errorFormats = new HashMap<>();
    private final Set<String> tolerant = new HashSet<>();
    private @Nullable Fallback fallback;

    private Builder() {}

    /**
     * Adds a route.
     *
     * @throws IllegalArgumentException for a malformed pattern or one that is taken already
     */
    public Builder route(String method, String pattern, Handler handler) {
      List<String> names = new ArrayList<>();
      RouteNode node = root;
      for (String segment : split(pattern)) {
        node = node.child(segment, pattern, names);
      }
      if (new HashSet<>(names).size() < names.size()) {
        throw new IllegalArgumentException("expected each parameter once, found " + pattern);
      }
      node.add(method, new Route(pattern, List.copyOf(names), handler));
      return this;
    }

    /**
     * Serves everything below one prefix also below another; routes registered for the alias itself
     * go first.
     *
     * @param alias prefix callers may use, as {@code /v1}
     * @param target prefix the routes are registered under, as {@code /api}
     */
    public Builder alias(String alias, String target) {
      if (aliases.putIfAbsent(split(alias), split(target)) != null) {
        throw new IllegalArgumentException("expected each alias once, found " + alias + " again");
      }
      return this;
    }

    /**
     * Reads what is below a prefix with more tolerance: empty segments are left out, a segment may
     * hold encoded slashes, and query parameters that cannot be read are left out or read as far as
     * possible. Routing and authentication see one normal form all the same; parameters of paths
     * may hold slashes then, so that no handler may take them for parts of a path or a file name.
     *
     * @param prefix one segment of plain characters, as {@code /v1.0}
     */
    public Builder tolerant(String prefix) {
      if (split(prefix).size() != 1 || prefix.endsWith("/") || prefix.contains("%")) {
        throw new IllegalArgumentException(
            "expected one segment of plain characters, found " + prefix);
      }
      tolerant.add(prefix);
      return this;
    }

    /** Renders problems of all paths below a prefix; the longest prefix wins. */
    public Builder errorFormat(String prefix, ErrorFormat format) {
      if (errorFormats.putIfAbsent(split(prefix), format) != null) {
        throw new IllegalArgumentException(
            "expected one error format for each prefix, found a second for " + prefix);
      }
      return this;
    }

    /**
     * Serves what no route fits. A path that a route fits with another method stays refused.
     *
     * @throws IllegalArgumentException when there is one already
     */
    public Builder fallback(Fallback last) {
      if (fallback != null) {
        throw new IllegalArgumentException("expected one fallback, found a second");
      }
      fallback = last;
      return this;
    }

    /** The routes collected; the builder must not be used afterwards. */
    public Routes build() {
      return new Routes(this);
    }

    private static List<String> split(String path) {
      try {
        return List.copyOf(RequestPath.segments(path));
      } catch (Problem e) {
        throw new IllegalArgumentException(path + ": " + e.getMessage(), e);
      }
    }
  }
}
