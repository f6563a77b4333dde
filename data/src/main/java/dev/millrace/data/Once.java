package dev.millrace.data;

import dev.millrace.engine.JsonValue;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** What was done under a key, kept in the transaction that did it. */
final class Once {

  static final Table<?> TABLE = Parts.own("mr_once");

  private static final int KEY_MAX = 500;

  private Once() {}

  static boolean known(Session session, String key) {
    return session.number(
            DSL.selectCount().from(TABLE).where(Parts.column("key").eq(Parts.bind(key))))
        > 0;
  }

  /** Does work, unless it was done before under the same key, and answers what it answered then. */
  static @Nullable Object done(
      Session session, String key, Function<Transaction, @Nullable Object> work) {
    if (key.isEmpty() || key.length() > KEY_MAX) {
      throw new IllegalArgumentException(
          "a key has 1 to " + KEY_MAX + " characters, found " + key.length());
    }
    List<@Nullable String> done =
        session.query(
            DSL.select(Parts.column("result"))
                .from(TABLE)
                .where(Parts.column("key").eq(Parts.bind(key))),
            row -> row.getString(1));
    if (!done.isEmpty()) {
      String known = done.getFirst();
      return known == null ? null : Json.read(known);
    }
    Object result = JsonValue.of(work.apply(session));
    session.update(
        DSL.insertInto(TABLE)
            .set(
                Map.of(
                    Parts.column("key"),
                    Parts.bind(key),
                    Parts.column("done_at"),
                    Parts.bind(Dates.show(session.now())),
                    Parts.column("result"),
                    Parts.bind(result == null ? null : Json.write(result)))));
    return result;
  }
}
