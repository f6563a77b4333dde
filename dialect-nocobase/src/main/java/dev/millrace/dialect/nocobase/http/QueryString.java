package dev.millrace.dialect.nocobase.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A query with brackets: {@code a[b]=1} is an object, {@code a[]=1&a[]=2}, {@code a[0]=1} and
 * {@code a=1&a=2} are lists, a name without {@code =} is null. Leaves are texts.
 */
final class QueryString {
  /** Most parameters of one request. */
  static final int MAX_PARAMETERS = 1_000;

  /** Deepest nesting of brackets. */
  static final int MAX_DEPTH = 20;

  /** A value stands here under no name of its own; the next free number is taken. */
  private static final String PUSH = "";

  private QueryString() {}

  /**
   * Reads a query.
   *
   * @param raw the query of a URL, or a body in that form
   * @throws dev.millrace.transport.Problem 400 for too many or too deep parameters, for broken
   *     escapes, and for a name that is a value and an object at once
   */
  static Map<String, @Nullable Object> parse(String raw) {
    Bucket root = new Bucket();
    int count = 0;
    for (String pair : raw.split("&", -1)) {
      if (pair.isEmpty()) {
        continue;
      }
      count++;
      if (count > MAX_PARAMETERS) {
        throw Errors.bad(
            "expected at most %d query parameters, found more".formatted(MAX_PARAMETERS));
      }
      int equals = split(pair);
      String name = decode(equals < 0 ? pair : pair.substring(0, equals));
      root.put(keys(name), 0, equals < 0 ? null : decode(pair.substring(equals + 1)));
    }
    Map<String, @Nullable Object> parsed = new LinkedHashMap<>();
    root.members.forEach((name, value) -> parsed.put(name, finished(value)));
    return parsed;
  }

  /** The equals sign behind the name; one within brackets belongs to the name. */
  private static int split(String pair) {
    int closed = pair.indexOf("]=");
    return closed < 0 ? pair.indexOf('=') : closed + 1;
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text, UTF_8);
    } catch (IllegalArgumentException e) {
      throw Errors.bad(
          "expected two hexadecimal digits after each %% in %s".formatted(shown(text)));
    }
  }

  private static List<String> keys(String name) {
    List<String> keys = new ArrayList<>();
    int open = name.indexOf('[');
    if (open <= 0) {
      keys.add(name);
      return keys;
    }
    keys.add(name.substring(0, open));
    int at = open;
    while (at < name.length() && name.charAt(at) == '[') {
      int close = name.indexOf(']', at);
      if (close < 0) {
        throw Errors.bad("expected a closing bracket in the query parameter " + shown(name));
      }
      keys.add(name.substring(at + 1, close));
      at = close + 1;
      if (keys.size() > MAX_DEPTH) {
        throw Errors.bad(
            "expected at most %d brackets in a query parameter, found more".formatted(MAX_DEPTH));
      }
    }
    if (at < name.length()) {
      throw Errors.bad("expected only brackets after the name in " + shown(name));
    }
    return keys;
  }

  private static String shown(String name) {
    int most = 60;
    return name.length() <= most ? name : name.substring(0, most) + "…";
  }

  private static @Nullable Object finished(@Nullable Object value) {
    return value instanceof Bucket bucket ? bucket.finished() : value;
  }

  /** An object or a list under construction. */
  private static final class Bucket {
    private final Map<String, @Nullable Object> members = new LinkedHashMap<>();
    private int next;

    void put(List<String> keys, int at, @Nullable String value) {
      String key = keys.get(at);
      if (key.equals(PUSH) && at > 0) {
        key = Integer.toString(next);
      }
      boolean last = at == keys.size() - 1;
      if (!members.containsKey(key)) {
        members.put(key, last ? value : new Bucket().with(keys, at + 1, value));
        count(key);
        return;
      }
      Object before = members.get(key);
      if (before instanceof Bucket bucket) {
        bucket.put(last ? List.of(key, PUSH) : keys, last ? 1 : at + 1, value);
      } else if (last) {
        Bucket both = new Bucket();
        both.members.put("0", before);
        both.members.put("1", value);
        both.next = 2;
        members.put(key, both);
      } else {
        throw Errors.bad(
            "expected the query parameter %s as a value or with brackets, found both"
                .formatted(shown(keys.getFirst())));
      }
    }

    private Bucket with(List<String> keys, int at, @Nullable String value) {
      put(keys, at, value);
      return this;
    }

    private void count(String key) {
      Integer number = number(key);
      if (number != null && number >= next) {
        next = number + 1;
      }
    }

    private static @Nullable Integer number(String key) {
      boolean digits = !key.isEmpty() && key.length() < 7 && key.chars().allMatch(Bucket::digit);
      return digits ? Integer.valueOf(key) : null;
    }

    private static boolean digit(int c) {
      return c >= '0' && c <= '9';
    }

    Object finished() {
      TreeMap<Integer, @Nullable Object> list = new TreeMap<>();
      for (Map.Entry<String, @Nullable Object> member : members.entrySet()) {
        Integer number = number(member.getKey());
        if (number == null) {
          Map<String, @Nullable Object> object = new LinkedHashMap<>();
          members.forEach((name, value) -> object.put(name, QueryString.finished(value)));
          return object;
        }
        list.put(number, QueryString.finished(member.getValue()));
      }
      return new ArrayList<>(list.values());
    }
  }
}
