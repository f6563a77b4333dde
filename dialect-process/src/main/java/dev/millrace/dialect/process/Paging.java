package dev.millrace.dialect.process;

import dev.millrace.store.query.Queries;
import dev.millrace.transport.Request;
import org.jspecify.annotations.Nullable;

/**
 * Which part of a list is asked for.
 *
 * @param limit the size of a page, 1 to 1,000
 * @param offset how many rows to leave out, from 0
 * @param cursor where the page before ended, null for the first
 */
record Paging(int limit, int offset, @Nullable Long cursor) {
  static final int DEFAULT_LIMIT = 20;
  static final int MAX_LIMIT = Queries.PAGE_MAX;

  /** Reads {@code limit}, {@code offset} and {@code cursor}; 400 for anything out of bounds. */
  static Paging of(Request request) {
    return of(request.query("limit"), request.query("offset"), request.query("cursor"));
  }

  static Paging of(@Nullable String limit, @Nullable String offset, @Nullable String cursor) {
    boolean first = cursor == null || cursor.isEmpty();
    return new Paging(
        (int) Parameters.number("limit", limit, 1, MAX_LIMIT, DEFAULT_LIMIT),
        (int) Parameters.number("offset", offset, 0, Integer.MAX_VALUE, 0),
        first ? null : Parameters.number("cursor", cursor, 0, Long.MAX_VALUE, 0));
  }
}
