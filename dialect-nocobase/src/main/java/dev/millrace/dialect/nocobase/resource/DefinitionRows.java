package dev.millrace.dialect.nocobase.resource;

import dev.millrace.data.Page;
import dev.millrace.dialect.nocobase.http.ActionRequest;
import dev.millrace.dialect.nocobase.http.Answer;
import dev.millrace.dialect.nocobase.http.Errors;
import dev.millrace.dialect.nocobase.http.Parameters;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Definitions of collections and fields as the rows of a list: filtered, sorted, cut to fields and
 * to pages as the rows of tables are. A member that a definition does not have is null.
 */
final class DefinitionRows {
  private DefinitionRows() {}

  /**
   * The rows that a request asks for.
   *
   * @param all made for this call; they are cut to what is asked for
   */
  static Answer answer(ActionRequest request, List<Map<String, @Nullable Object>> all) {
    Parameters parameters = request.parameters();
    Object filter = parameters.filter();
    List<Map<String, @Nullable Object>> rows = new ArrayList<>();
    for (Map<String, @Nullable Object> row : all) {
      if (fits(row, filter)) {
        rows.add(row);
      }
    }
    sort(rows, parameters.list("sort"));
    for (Map<String, @Nullable Object> row : rows) {
      cut(row, parameters.list("fields"), parameters.list("except"));
    }
    if (!parameters.paginate()) {
      return new Answer.Rows(rows, null);
    }
    int size = parameters.pageSize();
    int page = parameters.page();
    long first = Math.min((page - 1L) * size, rows.size());
    int last = (int) Math.min(first + size, rows.size());
    Page shown =
        new Page(
            rows.subList((int) first, last), (long) rows.size(), last < rows.size(), page, size);
    return new Answer.Rows(shown.rows(), RecordActions.meta(shown, false));
  }

  private static void cut(
      Map<String, @Nullable Object> row, List<String> fields, List<String> except) {
    if (!fields.isEmpty()) {
      row.keySet().retainAll(fields);
    }
    except.forEach(row::remove);
  }

  private static void sort(List<Map<String, @Nullable Object>> rows, List<String> sorts) {
    Comparator<Map<String, @Nullable Object>> order = (_, _) -> 0;
    for (String sort : sorts) {
      boolean descending = sort.startsWith("-");
      List<String> path = List.of((descending ? sort.substring(1) : sort).split("\\.", -1));
      Comparator<Object> values = DefinitionRows::compare;
      Comparator<Object> directed = Comparator.nullsLast(descending ? values.reversed() : values);
      order = order.thenComparing((one, other) -> directed.compare(at(one, path), at(other, path)));
    }
    rows.sort(order);
  }

  private static int compare(Object one, Object other) {
    return one instanceof Number && other instanceof Number
        ? decimal(one).compareTo(decimal(other))
        : String.valueOf(one).compareTo(String.valueOf(other));
  }

  private static BigDecimal decimal(Object number) {
    return new BigDecimal(number.toString());
  }

  private static @Nullable Object at(Object row, List<String> path) {
    Object value = row;
    for (String step : path) {
      value = value instanceof Map<?, ?> map ? map.get(step) : null;
    }
    return value;
  }

  /** Whether a definition fits a filter. */
  private static boolean fits(Object row, @Nullable Object filter) {
    if (filter == null) {
      return true;
    }
    if (!(filter instanceof Map<?, ?> conditions)) {
      throw Errors.bad("expected an object in filter, found " + filter);
    }
    boolean fits = true;
    for (Map.Entry<?, ?> condition : conditions.entrySet()) {
      fits &= fits(row, String.valueOf(condition.getKey()), condition.getValue());
    }
    return fits;
  }

  private static boolean fits(Object row, String key, @Nullable Object wanted) {
    return switch (key) {
      case "$and" -> all(wanted).stream().allMatch(each -> fits(row, each));
      case "$or" -> all(wanted).isEmpty() || all(wanted).stream().anyMatch(each -> fits(row, each));
      case "$not" -> !fits(row, wanted);
      default -> {
        List<String> path = List.of(key.split("\\.", -1));
        String last = path.getLast();
        if (last.startsWith("$")) {
          yield compared(last, at(row, path.subList(0, path.size() - 1)), wanted);
        }
        Object value = at(row, path);
        if (!(wanted instanceof Map<?, ?> conditions)) {
          yield compared("$eq", value, wanted);
        }
        boolean fits = true;
        for (Map.Entry<?, ?> each : conditions.entrySet()) {
          String name = String.valueOf(each.getKey());
          fits &=
              name.startsWith("$")
                  ? compared(name, value, each.getValue())
                  : fits(row, key + "." + name, each.getValue());
        }
        yield fits;
      }
    };
  }

  private static List<?> all(@Nullable Object given) {
    return given instanceof List<?> list ? list : given == null ? List.of() : List.of(given);
  }

  private static boolean compared(
      String operator, @Nullable Object value, @Nullable Object wanted) {
    String text = value == null ? "" : String.valueOf(value).toLowerCase(Locale.ROOT);
    Predicate<Predicate<String>> any =
        test ->
            value != null
                && all(wanted).stream()
                    .anyMatch(each -> test.test(String.valueOf(each).toLowerCase(Locale.ROOT)));
    return switch (operator) {
      case "$eq", "$in", "$is" -> isOneOf(value, wanted);
      case "$ne", "$notIn" -> !isOneOf(value, wanted);
      case "$includes" -> any.test(text::contains);
      case "$notIncludes" -> !any.test(text::contains);
      case "$startsWith" -> any.test(text::startsWith);
      case "$notStartsWith" -> !any.test(text::startsWith);
      case "$endWith" -> any.test(text::endsWith);
      case "$notEndWith" -> !any.test(text::endsWith);
      case "$isTruly" -> Boolean.TRUE.equals(value) == asked(wanted);
      case "$isFalsy" -> Boolean.TRUE.equals(value) != asked(wanted);
      case "$empty" -> empty(value) == asked(wanted);
      case "$notEmpty" -> empty(value) != asked(wanted);
      case "$exists" -> (value != null) == asked(wanted);
      case "$notExists" -> (value == null) == asked(wanted);
      default ->
          throw Errors.bad("operator %s is not for definitions of collections".formatted(operator));
    };
  }

  private static boolean asked(@Nullable Object wanted) {
    return !Boolean.FALSE.equals(wanted) && !"false".equals(wanted);
  }

  private static boolean empty(@Nullable Object value) {
    return value == null
        || value.equals("")
        || (value instanceof Collection<?> list && list.isEmpty());
  }

  /** Parameters of an address are texts, also those of truth values and numbers. */
  private static boolean isOneOf(@Nullable Object value, @Nullable Object wanted) {
    if (wanted == null) {
      return value == null;
    }
    return all(wanted).stream()
        .anyMatch(each ->
            Objects.equals(each, value)
                || (value != null && String.valueOf(each).equals(String.valueOf(value))));
  }
}
