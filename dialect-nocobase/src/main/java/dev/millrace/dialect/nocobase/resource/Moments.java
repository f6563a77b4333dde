package dev.millrace.dialect.nocobase.resource;

import dev.millrace.data.Query;
import dev.millrace.dialect.nocobase.http.ActionRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Bounds on times that stand beside the filter: {@code createdAt[$gte]=2023-01-01}. */
final class Moments {
  private static final List<String> NAMES = List.of("createdAt", "updatedAt");

  private Moments() {}

  /** The query within these bounds. */
  static Query within(ActionRequest request, Query query) {
    Query bounded = query;
    for (String name : NAMES) {
      Object given = request.parameters().get(name);
      if (given == null || given.equals("")) {
        continue;
      }
      Map<String, @Nullable Object> filter = new LinkedHashMap<>();
      filter.put(name, given instanceof Map<?, ?> ? given : Map.of("$dateOn", given));
      bounded = bounded.and(filter);
    }
    return bounded;
  }
}
