package dev.millrace.dialect.dapr;

import dev.millrace.engine.InstanceKey;
import dev.millrace.store.query.Queries;
import java.util.ArrayList;
import java.util.List;

/** Lists of ids, whose pages may be larger than the store's. */
final class Pages {

  private Pages() {}

  /** The ids after one, in order; one more than asked for when there are more. */
  static List<InstanceKey> keys(Queries queries, String app, String after, int limit) {
    List<InstanceKey> keys = new ArrayList<>();
    String last = after.isEmpty() ? null : after;
    while (keys.size() <= limit) {
      int want = Math.min(limit + 1 - keys.size(), Queries.PAGE_MAX);
      List<InstanceKey> page = queries.keys(app, last, want);
      keys.addAll(page);
      if (page.size() < want) {
        break;
      }
      last = page.getLast().uid();
    }
    return keys;
  }
}
