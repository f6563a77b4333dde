package dev.millrace.data;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A condition on a row.
 *
 * @param ofNothing what it says when all columns are null, as they are for a link that leads
 *     nowhere; null when it says neither
 */
record Condition(Sql sql, @Nullable Boolean ofNothing) {

  static final Condition TRUE = new Condition(Sql.of("1 = 1"), true);
  static final Condition FALSE = new Condition(Sql.of("1 = 0"), false);

  /** A comparison that null fails without being false. */
  static Condition unknownOfNull(Sql sql) {
    return new Condition(sql, null);
  }

  /** All of them; {@link #TRUE} itself when none of them asks for anything. */
  static Condition all(List<Condition> parts) {
    if (parts.contains(FALSE)) {
      return FALSE;
    }
    List<Condition> asking = parts.stream().filter(part -> !part.equals(TRUE)).toList();
    if (asking.isEmpty()) {
      return TRUE;
    }
    Boolean ofNothing = true;
    for (Condition part : asking) {
      ofNothing = and(ofNothing, part.ofNothing);
    }
    return new Condition(joined(" AND ", asking), ofNothing);
  }

  /** One of them at least; {@link #FALSE} itself when there is none. */
  static Condition any(List<Condition> parts) {
    if (parts.contains(TRUE)) {
      return TRUE;
    }
    List<Condition> possible = parts.stream().filter(part -> !part.equals(FALSE)).toList();
    if (possible.isEmpty()) {
      return FALSE;
    }
    Boolean ofNothing = false;
    for (Condition part : possible) {
      ofNothing = negated(and(negated(ofNothing), negated(part.ofNothing)));
    }
    return new Condition(joined(" OR ", possible), ofNothing);
  }

  Condition not() {
    if (equals(TRUE) || equals(FALSE)) {
      return equals(TRUE) ? FALSE : TRUE;
    }
    return new Condition(Sql.of("NOT ({})", sql), negated(ofNothing));
  }

  Condition or(Condition other) {
    return any(List.of(this, other));
  }

  private static Sql joined(String word, List<Condition> parts) {
    if (parts.size() == 1) {
      return parts.getFirst().sql;
    }
    List<Sql> each = new ArrayList<>();
    for (Condition part : parts) {
      each.add(Sql.of("({})", part.sql));
    }
    return Sql.join(word, each);
  }

  private static @Nullable Boolean negated(@Nullable Boolean value) {
    return value == null ? null : !value;
  }

  private static @Nullable Boolean and(@Nullable Boolean left, @Nullable Boolean right) {
    if (Boolean.FALSE.equals(left) || Boolean.FALSE.equals(right)) {
      return false;
    }
    return (left == null || right == null) ? null : true;
  }
}
