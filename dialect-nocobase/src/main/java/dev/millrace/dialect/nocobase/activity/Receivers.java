package dev.millrace.dialect.nocobase.activity;

import dev.millrace.data.Query;
import dev.millrace.data.Transaction;
import dev.millrace.dialect.nocobase.catalog.SystemCollections;
import dev.millrace.dialect.nocobase.http.Parameters;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The users that a configuration names: ids, objects with an id, filters, and lists of these. */
final class Receivers {

  private Receivers() {}

  /**
   * Their ids, each once, in the order they are named; a filter of nothing names nobody.
   *
   * @param most where to stop, so that one more than that tells that there are too many
   */
  static Set<Long> of(Transaction transaction, @Nullable Object given, int most) {
    Set<Long> users = new LinkedHashSet<>();
    collect(transaction, given, users, most);
    return users;
  }

  private static void collect(
      Transaction transaction, @Nullable Object given, Set<Long> users, int most) {
    if (users.size() > most) {
      return;
    }
    switch (given) {
      case null -> {}
      case List<?> list -> list.forEach(one -> collect(transaction, one, users, most));
      case Map<?, ?> map when map.get("filter") != null -> {
        if (!Parameters.emptyFilter(map.get("filter"))) {
          transaction
              .records(SystemCollections.USERS)
              .list(Query.where(map.get("filter")).page(1L, most + 1L).simple())
              .rows()
              .forEach(row -> collect(transaction, row.get("id"), users, most));
        }
      }
      case Map<?, ?> map -> collect(transaction, map.get("id"), users, most);
      default -> {
        Long id = Parameters.number(given);
        if (id != null) {
          users.add(id);
        }
      }
    }
  }
}
