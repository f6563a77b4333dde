package dev.millrace.data;

import java.util.List;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * A condition on a row.
 *
 * @param ofNothing what it says when all columns are null, as they are for a link that leads
 *     nowhere; null when it says neither
 */
record Condition(org.jooq.Condition sql, @Nullable Boolean ofNothing) {

  static final Condition TRUE = new Condition(DSL.trueCondition(), true);
  static final Condition FALSE = new Condition(DSL.falseCondition(), false);

  /** A comparison that null fails without being false. */
  static Condition unknownOfNull(org.jooq.Condition sql) {
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
    return new Condition(DSL.and(sql(asking)), ofNothing);
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
    return new Condition(DSL.or(sql(possible)), ofNothing);
  }

  Condition not() {
    if (equals(TRUE) || equals(FALSE)) {
      return equals(TRUE) ? FALSE : TRUE;
    }
    return new Condition(DSL.not(sql), negated(ofNothing));
  }

  Condition or(Condition other) {
    return any(List.of(this, other));
  }

  private static List<org.jooq.Condition> sql(List<Condition> parts) {
    return parts.stream().map(Condition::sql).toList();
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
