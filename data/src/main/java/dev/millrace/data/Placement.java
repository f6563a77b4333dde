package dev.millrace.data;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a record goes among those it is sorted with.
 *
 * @param field a field of type {@code sort}
 * @param source the key of the record
 * @param target the key of the record whose place it takes; null for none
 * @param behind true for the place behind the target, also for one that comes from below
 * @param front true for the first place; then there is no target
 * @param scope values that the record gets first, by which it joins others; mostly empty
 */
public record Placement(
    String field,
    Object source,
    @Nullable Object target,
    boolean behind,
    boolean front,
    Map<String, ?> scope) {}
