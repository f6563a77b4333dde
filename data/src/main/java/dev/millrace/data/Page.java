package dev.millrace.data;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A page of records.
 *
 * @param rows the records; the caller's own, to be changed as it likes, but for records behind
 *     links, which several rows may share
 * @param count how many there are on all pages; null when it was not wanted
 * @param hasNext true when another page follows
 * @param page its number, from 1
 * @param pageSize the size that was used, which may be less than was asked for
 */
public record Page(
    List<Map<String, @Nullable Object>> rows,
    @Nullable Long count,
    boolean hasNext,
    long page,
    long pageSize) {}
