package dev.millrace.data;

import static dev.millrace.data.Fixture.list;
import static dev.millrace.data.Fixture.map;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Predicate;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Filters made at random say of rows made at random what a plain reading of them says. */
@NullUnmarked // Tests give null wherever a caller might.
class FilterPropertyTest {

  private static final int ROWS = 40;
  private static final int FILTERS = 1_500;
  private static final String[] WORDS = {"", "a", "b", "ab", "Ba", "%", "_a", "é", "É"};

  @TempDir Path folder;
  private Random random;

  DatabaseSettings.Location place(Path folder) {
    return Fixture.sqlite(folder);
  }

  @Test
  void shouldAgreeWithAPlainReading() {
    long seed = Long.getLong("seed", System.nanoTime());
    random = new Random(seed);
    try (Database database = Fixture.open(place(folder))) {
      Fixture.blog(database);
      List<Map<String, Object>> rows = new ArrayList<>();
      for (int i = 0; i < ROWS; i++) {
        rows.add(database.records("posts").create(row(), WriteContext.NONE));
      }
      for (int i = 0; i < FILTERS; i++) {
        Map<String, Object> filter = filter(3);
        List<Object> found =
            database
                .records("posts")
                .list(Query.where(filter).unpaged().fields(List.of("id")))
                .rows()
                .stream()
                .map(row -> row.get("id"))
                .toList();
        List<Object> expected =
            rows.stream()
                .filter(row -> Boolean.TRUE.equals(says(filter, row)))
                .map(row -> row.get("id"))
                .toList();
        assertThat(found)
            .as("seed %d, filter %s, rows %s", seed, Json.write(filter), rows)
            .isEqualTo(expected);
      }
    }
  }

  private Map<String, Object> row() {
    List<Object> comments = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      comments.add(map("text", word()));
    }
    return map(
        "title", "t", "body", word(), "reads", number(), "done", flag(), "comments", comments);
  }

  private Object word() {
    return random.nextInt(4) == 0 ? null : WORDS[random.nextInt(WORDS.length)];
  }

  private Object number() {
    return random.nextInt(4) == 0 ? null : (Object) (long) random.nextInt(4);
  }

  private Object flag() {
    return random.nextInt(3) == 0 ? null : (Object) random.nextBoolean();
  }

  private Map<String, Object> filter(int depth) {
    Map<String, Object> filter = new LinkedHashMap<>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      switch (depth == 0 ? 3 + random.nextInt(4) : random.nextInt(7)) {
        case 0 -> filter.put("$and", filters(depth));
        case 1 -> filter.put("$or", filters(depth));
        case 2 -> filter.put("$not", filter(depth - 1));
        case 3 -> put(filter, "reads", random.nextBoolean() ? number() : numbers());
        case 4 -> put(filter, "body", random.nextBoolean() ? word() : texts());
        case 5 -> put(filter, "done", random.nextBoolean() ? flag() : flags());
        default -> put(filter, "comments", map("text", random.nextBoolean() ? word() : texts()));
      }
    }
    return filter;
  }

  private List<Object> filters(int depth) {
    List<Object> filters = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      filters.add(filter(depth - 1));
    }
    return filters;
  }

  /** In one of the spellings. */
  private void put(Map<String, Object> filter, String name, Object value) {
    if (value instanceof Map<?, ?> inner && inner.size() == 1 && random.nextBoolean()) {
      Map.Entry<?, ?> only = inner.entrySet().iterator().next();
      filter.remove(name);
      filter.put(name + "." + only.getKey(), only.getValue());
    } else {
      filter.keySet().removeIf(key -> key.startsWith(name + "."));
      filter.put(name, value);
    }
  }

  private Map<String, Object> numbers() {
    Object plain = (long) random.nextInt(4);
    return switch (random.nextInt(9)) {
      case 0 -> map("$eq", number());
      case 1 -> map("$ne", number());
      case 2 -> map("$gt", plain);
      case 3 -> map("$gte", plain, "$lt", 3L);
      case 4 -> map("$lte", plain);
      case 5 -> map("$in", list(number(), number()));
      case 6 -> map("$notIn", list(number(), plain));
      case 7 -> map("$between", list(1L, plain));
      default -> map("$empty", true);
    };
  }

  private Map<String, Object> texts() {
    String plain = WORDS[random.nextInt(WORDS.length)];
    return switch (random.nextInt(8)) {
      case 0 -> map("$eq", word());
      case 1 -> map("$ne", word());
      case 2 -> map("$includes", plain);
      case 3 -> map("$notIncludes", list(plain, "b"));
      case 4 -> map("$startsWith", plain);
      case 5 -> map("$endWith", plain);
      case 6 -> map("$in", list(word(), plain));
      default -> map("$notEmpty", true);
    };
  }

  private Map<String, Object> flags() {
    return switch (random.nextInt(3)) {
      case 0 -> map("$isTruly", true);
      case 1 -> map("$isFalsy", true);
      default -> map("$ne", flag());
    };
  }

  /** True, false, or null for unknown. */
  private Boolean says(Map<String, Object> filter, Map<String, Object> row) {
    List<Boolean> parts = new ArrayList<>();
    Map<String, List<Object>> fields = new LinkedHashMap<>();
    filter.forEach((key, value) -> {
      switch (key) {
        case "$and" -> parts.add(all(each(value, row)));
        case "$or" -> {
          List<Boolean> any = each(value, row);
          boolean unrestricted = ((List<?>) value).isEmpty();
          parts.add(unrestricted ? Boolean.FALSE : any(any));
        }
        case "$not" ->
            parts.add(((Map<?, ?>) value).isEmpty() ? Boolean.FALSE : not(says(cast(value), row)));
        default -> {
          int dot = key.indexOf('.');
          fields
              .computeIfAbsent(dot < 0 ? key : key.substring(0, dot), name -> new ArrayList<>())
              .add(dot < 0 ? value : map(key.substring(dot + 1), value));
        }
      }
    });
    fields.forEach((name, values) -> {
      if (name.equals("comments")) {
        parts.add(comment(values, row));
      } else {
        values.forEach(value -> parts.add(compare(row.get(name), value, name)));
      }
    });
    return all(parts);
  }

  private List<Boolean> each(Object filters, Map<String, Object> row) {
    List<Boolean> parts = new ArrayList<>();
    for (Object each : (List<?>) filters) {
      parts.add(says(cast(each), row));
    }
    return parts;
  }

  /** Some comment, or the lack of any, which has no text. */
  private Boolean comment(List<Object> values, Map<String, Object> row) {
    List<Object> comments = new ArrayList<>((List<?>) row.get("comments"));
    if (comments.isEmpty()) {
      comments.add(map("text", null));
    }
    Predicate<Object> wanted =
        comment -> {
          List<Boolean> parts = new ArrayList<>();
          for (Object value : values) {
            cast(value)
                .forEach((key, inner) -> {
                  Object operand =
                      key.equals("text") ? inner : map(key.substring("text.".length()), inner);
                  parts.add(compare(cast(comment).get("text"), operand, "text"));
                });
          }
          return Boolean.TRUE.equals(all(parts));
        };
    return comments.stream().anyMatch(wanted);
  }

  private static Boolean compare(Object value, Object operand, String name) {
    if (!(operand instanceof Map<?, ?> operators)) {
      return operand == null
          ? (Boolean) (value == null)
          : value == null ? null : value.equals(operand);
    }
    List<Boolean> parts = new ArrayList<>();
    operators.forEach((operator, with) -> parts.add(one(value, (String) operator, with, name)));
    return all(parts);
  }

  private static Boolean one(Object value, String operator, Object with, String name) {
    boolean absent = value == null;
    return switch (operator) {
      case "$eq" -> compare(value, with, name);
      case "$ne" -> with == null ? !absent : absent || !value.equals(with);
      case "$gt" -> absent ? null : (Boolean) ((Long) value > (Long) with);
      case "$gte" -> absent ? null : (Boolean) ((Long) value >= (Long) with);
      case "$lt" -> absent ? null : (Boolean) ((Long) value < (Long) with);
      case "$lte" -> absent ? null : (Boolean) ((Long) value <= (Long) with);
      case "$in" ->
          absent
              ? unknownUnless(((List<?>) with).contains(null))
              : (Boolean) ((List<?>) with).contains(value);
      case "$notIn" ->
          absent
              ? (Boolean) !((List<?>) with).contains(null)
              : (Boolean) !((List<?>) with).contains(value);
      case "$between" ->
          absent
              ? null
              : (Boolean)
                  ((Long) value >= (Long) ((List<?>) with).get(0)
                      && (Long) value <= (Long) ((List<?>) with).get(1));
      case "$empty" -> absent;
      // Of the two only "text" of a comment is of type string.
      case "$notEmpty" -> !absent && !(name.equals("text") && value.equals(""));
      case "$includes" -> absent ? null : (Boolean) folded(value).contains(folded(with));
      case "$notIncludes" ->
          absent
              ? null
              : (Boolean)
                  ((List<?>) with).stream().noneMatch(part -> folded(value).contains(folded(part)));
      case "$startsWith" -> absent ? null : (Boolean) folded(value).startsWith(folded(with));
      case "$endWith" -> absent ? null : (Boolean) folded(value).endsWith(folded(with));
      case "$isTruly" -> absent ? null : value.equals(true);
      case "$isFalsy" -> absent || value.equals(false);
      default -> throw new AssertionError(operator);
    };
  }

  private static Boolean unknownUnless(boolean known) {
    return known ? Boolean.TRUE : null;
  }

  private static String folded(Object text) {
    return ((String) text).toLowerCase(Locale.ROOT);
  }

  private static Boolean all(List<Boolean> parts) {
    return parts.contains(false) ? Boolean.FALSE : parts.contains(null) ? null : Boolean.TRUE;
  }

  private static Boolean any(List<Boolean> parts) {
    return not(all(new ArrayList<>(parts.stream().map(FilterPropertyTest::not).toList())));
  }

  private static Boolean not(Boolean value) {
    return value == null ? null : (Boolean) !value;
  }

  private static Map<String, Object> cast(Object map) {
    Map<String, Object> copy = new LinkedHashMap<>();
    ((Map<?, ?>) Objects.requireNonNull(map))
        .forEach((key, value) -> copy.put((String) key, value));
    return copy;
  }
}
