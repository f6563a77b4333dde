package dev.millrace.dialect.nocobase.http;

import dev.millrace.transport.json.Json;
import dev.millrace.transport.json.JsonSyntaxException;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of an action: those of the query, and what the path says. Values are texts, lists,
 * objects and nulls as the query's brackets make them. Immutable.
 */
public final class Parameters {
  /** Rows of a page when the request says nothing. */
  public static final int PAGE_SIZE = 20;

  /** Most rows of a page; more are cut to it. */
  public static final int MAX_PAGE_SIZE = 10_000;

  private static final String FILTER_BY_TK = "filterByTk";
  private static final String FILTER = "filter";

  private final Map<String, @Nullable Object> values;
  private final @Nullable String zone;

  Parameters(Map<String, @Nullable Object> values, @Nullable String zone) {
    this.values = values;
    this.zone = zone;
  }

  /** The same with another value. */
  public Parameters with(String name, @Nullable Object value) {
    Map<String, @Nullable Object> more = new LinkedHashMap<>(values);
    more.put(name, value);
    return new Parameters(more, zone);
  }

  /** Whether a parameter was sent. */
  public boolean has(String name) {
    return values.containsKey(name);
  }

  /** A parameter as it is, or null. */
  public @Nullable Object get(String name) {
    return values.get(name);
  }

  /** A parameter that is one text, or null. */
  public @Nullable String text(String name) {
    return switch (values.get(name)) {
      case null -> null;
      case String text -> text;
      case Number number -> number.toString();
      case Boolean flag -> flag.toString();
      default -> throw Errors.bad("expected one value for " + name);
    };
  }

  /** Whether a parameter is 1, true or sent without a value that says no. */
  public boolean flag(String name) {
    String text = text(name);
    return text != null
        && !List.of("", "0", "false", "null", "no").contains(text.toLowerCase(Locale.ROOT));
  }

  /** A list: several values, or one with commas. Empty when it was not sent. */
  public List<String> list(String name) {
    List<String> list = new ArrayList<>();
    switch (values.get(name)) {
      case null -> {}
      case List<?> several -> several.forEach(one -> add(list, name, one));
      case Map<?, ?> numbered -> numbered.values().forEach(one -> add(list, name, one));
      case Object one -> {
        for (String part : String.valueOf(one).split(",", -1)) {
          add(list, name, part.strip());
        }
      }
    }
    return list;
  }

  private static void add(List<String> list, String name, @Nullable Object one) {
    if (one instanceof List<?> || one instanceof Map<?, ?>) {
      throw Errors.bad("expected a list of names for " + name);
    }
    if (one != null && !String.valueOf(one).isEmpty()) {
      list.add(String.valueOf(one));
    }
  }

  /** Whether the request names rows by their primary key. */
  public boolean hasKeys() {
    Object value = values.get(FILTER_BY_TK);
    return value != null && !"".equals(value);
  }

  /** The primary keys in {@code filterByTk}: texts, numbers or objects of several columns. */
  public List<Object> keys() {
    Object value = hasKeys() ? values.get(FILTER_BY_TK) : null;
    if (value instanceof String text && (text.startsWith("{") || text.startsWith("["))) {
      value = json(FILTER_BY_TK, text);
    }
    List<Object> keys = new ArrayList<>();
    switch (value) {
      case null -> {}
      case List<?> several -> several.forEach(one -> addKey(keys, one));
      case Map<?, ?> object when numbered(object) ->
          object.values().forEach(one -> addKey(keys, one));
      case Object one -> addKey(keys, one);
    }
    return keys;
  }

  private static void addKey(List<Object> keys, @Nullable Object one) {
    if (one != null) {
      keys.add(one);
    }
  }

  private static boolean numbered(Map<?, ?> object) {
    int expected = 0;
    for (Object key : object.keySet()) {
      if (!Integer.toString(expected).equals(String.valueOf(key))) {
        return false;
      }
      expected++;
    }
    return expected > 0;
  }

  /** The one primary key, or null when none was sent; 400 for several. */
  public @Nullable Object key() {
    List<Object> keys = keys();
    if (keys.size() > 1) {
      throw Errors.bad("expected one filterByTk, found " + keys.size());
    }
    return keys.isEmpty() ? null : keys.getFirst();
  }

  /**
   * The one primary key as a whole number.
   *
   * @throws dev.millrace.transport.Problem 400 {@code filterByTk is required} or {@code filterByTk
   *     is invalid}
   */
  public long id() {
    Object key = key();
    if (key == null) {
      throw Errors.bad("filterByTk is required");
    }
    Long id = number(key);
    if (id == null) {
      throw Errors.bad("filterByTk is invalid");
    }
    return id;
  }

  /** A whole number in any of its spellings, or null. */
  public static @Nullable Long number(@Nullable Object value) {
    try {
      return switch (value) {
        case Long number -> number;
        case Integer number -> number.longValue();
        case BigDecimal number -> number.longValueExact();
        case String text when !text.isEmpty() && text.length() < 20 -> Long.parseLong(text.strip());
        case null, default -> null;
      };
    } catch (ArithmeticException | NumberFormatException e) {
      return null;
    }
  }

  /**
   * The filter as an object, or null for none.
   *
   * @throws dev.millrace.transport.Problem 400 for text that is not JSON, and for a list
   */
  public @Nullable Object filter() {
    Object value = values.get(FILTER);
    if (value instanceof String text) {
      value = text.isBlank() ? null : json(FILTER, text);
    }
    if (value instanceof List<?> list && !list.isEmpty()) {
      throw Errors.bad("expected an object for filter, found a list");
    }
    return value instanceof Map<?, ?> ? value : null;
  }

  /** Whether a filter was sent that asks for something. */
  public boolean hasFilter() {
    return !emptyFilter(filter());
  }

  /** Whether a filter restricts nothing: {@code {}}, {@code {"$and":[{}]}} and the like. */
  public static boolean emptyFilter(@Nullable Object filter) {
    return switch (filter) {
      case null -> true;
      case List<?> list -> list.stream().allMatch(Parameters::emptyFilter);
      case Map<?, ?> map ->
          map.entrySet().stream()
              .allMatch(entry ->
                  List.of("$and", "$or").contains(String.valueOf(entry.getKey()))
                      && emptyFilter(entry.getValue()));
      default -> false;
    };
  }

  private static @Nullable Object json(String name, String text) {
    try {
      return Json.parse(text);
    } catch (JsonSyntaxException e) {
      throw Errors.bad("expected JSON for %s, found: %s".formatted(name, e.getMessage()));
    }
  }

  /** The number of the page, from 1. */
  public int page() {
    return positive("page", 1, Integer.MAX_VALUE);
  }

  /** Rows of a page. */
  public int pageSize() {
    return positive("pageSize", PAGE_SIZE, MAX_PAGE_SIZE);
  }

  /** Whether one page is wanted and not all rows. */
  public boolean paginate() {
    return !"false".equals(text("paginate")) && !"0".equals(text("paginate"));
  }

  private int positive(String name, int fallback, int most) {
    Object value = values.get(name);
    if (value == null || "".equals(value)) {
      return fallback;
    }
    Long number = number(value);
    if (number == null || number < 1) {
      throw Errors.bad("%s must be a positive integer".formatted(name));
    }
    return (int) Math.min(number, most);
  }

  /** The zone of times without one: that of the header, otherwise the server's. */
  public ZoneId zone(ZoneId server) {
    if (zone == null || zone.isBlank()) {
      return server;
    }
    try {
      return zone.startsWith("+") || zone.startsWith("-") ? ZoneOffset.of(zone) : ZoneId.of(zone);
    } catch (DateTimeException e) {
      throw Errors.bad("expected a time zone as +08:00 in X-Timezone, found " + zone);
    }
  }
}
