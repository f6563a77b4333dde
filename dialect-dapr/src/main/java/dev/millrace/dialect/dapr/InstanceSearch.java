package dev.millrace.dialect.dapr;

import dev.millrace.dialect.dapr.wire.Snapshot;
import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.Status;
import dev.millrace.store.query.Queries;
import dev.millrace.store.query.Queries.KeyFilter;
import dev.millrace.transport.Request;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A search for instances: what the query of a request asks for, and a page of the answer.
 *
 * @param words the states that are wanted, which no column tells from one another; empty for all
 * @param after behind which id the page begins, null for the first
 */
record InstanceSearch(KeyFilter filter, Set<String> words, int size, @Nullable String after) {
  private static final String MALFORMED = "ERR_MALFORMED_REQUEST";
  private static final int DEFAULT_PAGE = 50;
  private static final int MAX_PAGE = 500;

  /** Instances that one request looks at; a search that finds too few goes on with its token. */
  private static final int MAX_SEEN = 5_000;

  private static final String PAGE_SIZE = "pageSize";
  private static final String TOKEN = "continuationToken";
  private static final String NAME = "name";
  private static final String STATUS = "status";
  private static final String AFTER = "createdAfter";
  private static final String BEFORE = "createdBefore";
  private static final String PREFIX = "prefix";
  private static final String PARENT = "parent";
  private static final List<String> PARAMETERS =
      List.of(PAGE_SIZE, TOKEN, NAME, STATUS, AFTER, BEFORE, PREFIX, PARENT, "appID");

  private static final String STALLED = "STALLED";

  /** What HTTP says of a stalled instance, as a sidecar does. */
  private static final String UNKNOWN = "UNKNOWN";

  /**
   * Reads a query.
   *
   * @throws DaprProblem for a parameter that is not known or not understood
   */
  static InstanceSearch of(Request request, String app) {
    for (Map.Entry<String, List<String>> parameter : request.query().entrySet()) {
      // Leaving a filter out silently would answer instances that nobody asked for.
      if (!PARAMETERS.contains(parameter.getKey())) {
        throw expected("a parameter among " + PARAMETERS, parameter.getKey());
      }
      if (parameter.getValue().size() > 1) {
        throw expected(parameter.getKey() + " once", parameter.getValue().size() + " of it");
      }
    }
    Set<String> words = words(text(request, STATUS));
    Instant from = time(request, AFTER);
    Instant to = time(request, BEFORE);
    if (from != null && to != null && !from.isBefore(to)) {
      throw expected(AFTER + " before " + BEFORE, from + " and " + to);
    }
    String name = text(request, NAME);
    String token = text(request, TOKEN);
    return new InstanceSearch(
        new KeyFilter(
            app,
            // Definitions of other languages are shown by their id.
            name.isEmpty() ? Set.of() : Set.of(name, DefinitionRef.code(name).id()),
            statuses(words),
            text(request, PREFIX),
            text(request, PARENT),
            new KeyFilter.Span(from, to)),
        words,
        pageSize(text(request, PAGE_SIZE)),
        token.isEmpty() ? null : token);
  }

  private static String text(Request request, String name) {
    String value = request.query(name);
    if (value == null) {
      return "";
    }
    if (value.indexOf(0) >= 0) {
      throw expected("text as " + name, "a NUL in it");
    }
    return value;
  }

  private static Set<String> words(String text) {
    Set<String> words = new TreeSet<>();
    for (String word : text.isEmpty() ? new String[0] : text.split(",", -1)) {
      String known = word.strip().toUpperCase(Locale.ROOT);
      if (!known.equals(STALLED)
          && !known.equals(UNKNOWN)
          && Arrays.stream(Status.values()).noneMatch(status -> status.name().equals(known))) {
        throw expected(
            "as status one or more of %s and %s, separated by commas"
                .formatted(Arrays.toString(Status.values()), STALLED),
            word.isEmpty() ? "an empty one" : word);
      }
      words.add(known.equals(UNKNOWN) ? STALLED : known);
    }
    return words;
  }

  /** The column values among which all that is wanted is found. */
  private static Set<Status> statuses(Set<String> words) {
    Set<Status> statuses = EnumSet.noneOf(Status.class);
    for (String word : words) {
      if (word.equals(STALLED)) {
        statuses.addAll(EnumSet.of(Status.PENDING, Status.RUNNING, Status.SUSPENDED));
      } else {
        statuses.add(Status.valueOf(word));
      }
    }
    return statuses;
  }

  private static int pageSize(String text) {
    if (text.isEmpty()) {
      return DEFAULT_PAGE;
    }
    try {
      int size = Integer.parseInt(text);
      if (size >= 1 && size <= MAX_PAGE) {
        return size;
      }
    } catch (NumberFormatException e) {
      // Said below, as for a number out of range.
    }
    throw expected("a pageSize of 1 to " + MAX_PAGE, text);
  }

  private static @Nullable Instant time(Request request, String name) {
    String text = text(request, name);
    if (text.isEmpty()) {
      return null;
    }
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeParseException e) {
      throw expected("as %s a time like 2026-01-31T08:00:00Z".formatted(name), text);
    }
  }

  private static DaprProblem expected(String what, String found) {
    return DaprProblem.invalid(MALFORMED, "expected %s, found %s".formatted(what, found));
  }

  /** A page of the answer; waits for the store. */
  Map<String, Object> answer(EngineDoor engine) throws InterruptedException {
    List<Object> instances = new ArrayList<>();
    String last = after;
    int seen = 0;
    boolean more = true;
    while (more && instances.size() < size && seen < MAX_SEEN) {
      int want = Math.min(size - instances.size() + 1, Queries.PAGE_MAX);
      List<InstanceKey> keys = engine.queries().keys(filter, last, want);
      more = keys.size() == want;
      // The one beyond the page only tells that there is more.
      for (InstanceKey key : more ? keys.subList(0, want - 1) : keys) {
        HttpAnswers.await(engine.instance(key))
            .filter(this::wanted)
            .ifPresent(state -> {
              Map<String, Object> json = WorkflowRoutes.json(Snapshot.of(state));
              json.remove("properties");
              instances.add(json);
            });
        last = key.uid();
        seen++;
      }
    }
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("instances", instances);
    if (more && last != null) {
      answer.put("continuationToken", last);
    }
    return answer;
  }

  /** It may have changed, or been replaced, since it was found. */
  private boolean wanted(InstanceState state) {
    boolean isStalled = state.code() != null && state.code().stalled();
    String word = isStalled ? STALLED : state.life().status().name();
    return words.isEmpty() || words.contains(word);
  }
}
