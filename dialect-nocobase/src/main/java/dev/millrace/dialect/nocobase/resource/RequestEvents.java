package dev.millrace.dialect.nocobase.resource;

import dev.millrace.data.Database;
import dev.millrace.data.Query;
import dev.millrace.dialect.nocobase.http.Action;
import dev.millrace.dialect.nocobase.http.ActionRequest;
import dev.millrace.dialect.nocobase.http.Answer;
import dev.millrace.dialect.nocobase.http.Errors;
import dev.millrace.dialect.nocobase.http.Identity;
import dev.millrace.dialect.nocobase.run.Calls;
import dev.millrace.dialect.nocobase.run.Dispatcher;
import dev.millrace.dialect.nocobase.run.Event;
import dev.millrace.dialect.nocobase.run.Execution;
import dev.millrace.dialect.nocobase.run.Version;
import dev.millrace.dialect.nocobase.run.Versions;
import dev.millrace.dialect.nocobase.trigger.Sources;
import dev.millrace.transport.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Workflows around a request that writes records: those that may stop it run before it, those that
 * follow from it after it.
 */
final class RequestEvents {
  private static final String ACTION = "action";
  private static final String INTERCEPTION = "request-interception";
  private static final String CUSTOM = "custom-action";
  private static final String FAILED =
      "Workflow on your action failed, please contact the administrator";
  private static final String HANGS =
      "Workflow on your action hangs, please contact the administrator";
  private static final int MOST_RECORDS = 1_000;

  private final Database database;
  private final Versions versions;
  private final Dispatcher dispatcher;
  private final Supplier<String> ids;

  RequestEvents(Database database, Versions versions, Dispatcher dispatcher, Supplier<String> ids) {
    this.database = database;
    this.versions = versions;
    this.dispatcher = dispatcher;
    this.ids = ids;
  }

  /** A workflow named by a request, with the association whose record it is about. */
  private record Named(Version version, List<String> path) {}

  /** The action with the workflows around it. */
  Action around(String collection, String action, Action inner) {
    return request -> {
      Answer instead = intercept(collection, action, request);
      if (instead != null) {
        return instead;
      }
      Answer answer = inner.act(request);
      if (answer instanceof Answer.Value(int status, Object data)) {
        follow(collection, action, request, data);
      }
      return answer;
    };
  }

  private List<Named> named(ActionRequest request, String type) {
    List<Named> named = new ArrayList<>();
    for (String one : request.parameters().list("triggerWorkflows")) {
      int mark = one.indexOf('!');
      String key = mark < 0 ? one : one.substring(0, mark);
      List<String> path = mark < 0 ? List.of() : List.of(one.substring(mark + 1).split("\\.", -1));
      versions
          .enabled(key)
          .filter(version -> version.type().equals(type))
          .filter(version -> named.stream().noneMatch(other -> other.version.equals(version)))
          .ifPresent(version -> named.add(new Named(version, path)));
    }
    return named;
  }

  private static boolean isFor(Version version, String collection) {
    return Sources.name(version.config().get("collection")).equals(collection);
  }

  private static boolean global(Version version) {
    return Boolean.TRUE.equals(version.config().get("global"));
  }

  private @Nullable Answer intercept(String collection, String action, ActionRequest request)
      throws InterruptedException {
    List<Version> asked = new ArrayList<>();
    for (Named named : named(request, INTERCEPTION)) {
      if (!global(named.version) && isFor(named.version, collection)) {
        asked.add(named.version);
      }
    }
    for (Version version : versions.enabledOf(INTERCEPTION)) {
      if (global(version)
          && isFor(version, collection)
          && version.texts("actions").contains(action)) {
        asked.add(version);
      }
    }
    for (Version version : asked) {
      Map<String, @Nullable Object> params = new LinkedHashMap<>();
      List<Object> keys = request.parameters().keys();
      params.put("filterByTk", keys.size() == 1 ? keys.getFirst() : keys.isEmpty() ? null : keys);
      params.put("filter", request.parameters().filter());
      params.put("values", request.body());
      Map<String, @Nullable Object> context = by(request.identity());
      context.put("params", params);
      Execution execution = settled(run(version, context, request));
      request.messages().addAll(execution.messages());
      if (execution.endedByNode()) {
        return new Answer.Empty();
      }
    }
    return null;
  }

  private static Map<String, @Nullable Object> by(Identity identity) {
    Map<String, @Nullable Object> context = new LinkedHashMap<>();
    context.put("user", identity.user());
    context.put("roleName", identity.role());
    return context;
  }

  private Optional<Execution> run(
      Version version, Map<String, @Nullable Object> context, ActionRequest request)
      throws InterruptedException {
    return dispatcher.run(event(version, context, request));
  }

  private Event event(
      Version version, Map<String, @Nullable Object> context, ActionRequest request) {
    return new Event(version, context, ids.get(), List.of(), false, request.identity().userId())
        .traced(request.trace());
  }

  /** An execution that went well, otherwise the problem that the caller is told. */
  private static Execution settled(Optional<Execution> ran) {
    Execution execution = ran.orElseThrow(() -> Errors.of(500, FAILED));
    if (execution.pending()) {
      throw Errors.of(500, HANGS);
    }
    if (execution.resolved()) {
      return execution;
    }
    if (execution.endedByNode()) {
      Problem problem = Errors.badRequest();
      throw execution.messages().isEmpty() ? problem : problem.withDetails(execution.messages());
    }
    throw Errors.of(500, FAILED);
  }

  /** Workflows that follow from what was written: those to be waited for first. */
  private void follow(
      String collection, String action, ActionRequest request, @Nullable Object data)
      throws InterruptedException {
    if (!action.equals("create") && !action.equals("update")) {
      return;
    }
    List<Named> asked = new ArrayList<>();
    for (Named named : named(request, ACTION)) {
      if (!global(named.version)) {
        asked.add(named);
      }
    }
    for (Version version : versions.enabledOf(ACTION)) {
      if (global(version)
          && isFor(version, collection)
          && version.texts("actions").contains(action)) {
        asked.add(new Named(version, List.of()));
      }
    }
    List<?> rows = data instanceof List<?> list ? list : data == null ? List.of() : List.of(data);
    List<Event> events = new ArrayList<>();
    for (Named named : asked) {
      for (Object row : rows) {
        record(named, collection, row)
            .ifPresent(record -> events.add(about(named.version, record, request)));
      }
    }
    chain(events, request);
  }

  private Event about(Version version, Object data, ActionRequest request) {
    Map<String, @Nullable Object> context = new LinkedHashMap<>();
    context.put("data", data);
    context.putAll(by(request.identity()));
    return event(version, context, request);
  }

  /**
   * Runs the synchronous workflows one after another, and starts the others behind them. One that
   * fails, and one that is ended by a node, is the last of all, wherever the request named it.
   */
  private void chain(List<Event> events, ActionRequest request) throws InterruptedException {
    for (Event event : events) {
      if (event.version().sync()) {
        Execution execution = settled(dispatcher.run(event));
        request.messages().addAll(execution.messages());
        if (execution.endedByNode()) {
          return;
        }
      }
    }
    for (Event event : events) {
      if (!event.version().sync()) {
        Calls.await(dispatcher.start(event));
      }
    }
  }

  /** The record a workflow is about: the one written, or one it leads to. */
  private Optional<Map<String, @Nullable Object>> record(
      Named named, String collection, @Nullable Object row) {
    String target = Sources.name(named.version.config().get("collection"));
    Object key = row instanceof Map<?, ?> map ? map.get(keyName(collection)) : null;
    if (key == null) {
      return Optional.empty();
    }
    String at = collection;
    Object atKey = key;
    for (String association : named.path) {
      String from = at;
      Map<String, @Nullable Object> related =
          database
              .records(from)
              .get(Query.byKey(atKey).appends(association))
              .map(found -> found.get(association))
              .filter(Map.class::isInstance)
              .map(RequestEvents::object)
              .orElse(null);
      if (related == null) {
        return Optional.empty();
      }
      at =
          database
              .collections()
              .get(from)
              .field(association)
              .map(field -> String.valueOf(field.options().get("target")))
              .orElse("");
      Object next = related.get(keyName(at));
      if (next == null) {
        return Optional.empty();
      }
      atKey = next;
    }
    if (!at.equals(target)) {
      return Optional.empty();
    }
    return database.records(at).get(Query.byKey(atKey).appends(named.version.texts("appends")));
  }

  @SuppressWarnings("unchecked") // objects have text keys in the plain form of JSON
  private static Map<String, @Nullable Object> object(Object map) {
    return (Map<String, @Nullable Object>) map;
  }

  private String keyName(String collection) {
    return database
        .collections()
        .get(collection)
        .primaryKey()
        .map(field -> field.name())
        .orElse("id");
  }

  /** {@code <collection>:trigger} and {@code workflows:trigger}. */
  Answer trigger(ActionRequest request) throws InterruptedException {
    if (request.parameters().list("triggerWorkflows").isEmpty()) {
      throw Errors.bad("parameter \"triggerWorkflows\" is required");
    }
    String resource = request.target().name();
    boolean ofWorkflows = resource.equals("workflows");
    List<Event> events = new ArrayList<>();
    for (Named named : named(request, CUSTOM)) {
      boolean global = named.version.number("type", 0) == 0;
      if (global == ofWorkflows) {
        Optional<Object> data = global ? Optional.of(body(request)) : data(named, request);
        data.ifPresent(found -> events.add(about(named.version, found, request)));
      }
    }
    if (events.isEmpty()) {
      throw Errors.of(500, "No action done, please contact the administrator");
    }
    chain(events, request);
    return new Answer.Empty();
  }

  private static Object body(ActionRequest request) {
    return Objects.requireNonNullElse(request.body(), Map.of());
  }

  /** Stored records with the body over them; the body alone when no record is named. */
  private Optional<Object> data(Named named, ActionRequest request) {
    String collection = request.target().name();
    List<Object> keys = request.parameters().keys();
    if (keys.isEmpty()) {
      return isFor(named.version, collection) ? Optional.of(body(request)) : Optional.empty();
    }
    if (keys.size() > MOST_RECORDS) {
      throw Errors.bad("expected at most %d records".formatted(MOST_RECORDS));
    }
    List<Object> records = new ArrayList<>();
    for (Object key : keys) {
      Map<String, @Nullable Object> row = new LinkedHashMap<>();
      row.put(keyName(collection), key);
      record(named, collection, row)
          .ifPresent(found -> {
            Map<String, @Nullable Object> overlaid = new LinkedHashMap<>(found);
            if (named.path.isEmpty()) {
              overlaid.putAll(request.values());
            }
            records.add(overlaid);
          });
    }
    if (records.isEmpty()) {
      return Optional.empty();
    }
    boolean several = named.version.number("type", 1) == 2;
    return Optional.of(several ? records : records.getFirst());
  }
}
