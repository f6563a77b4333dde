package dev.millrace.runtime.activity;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an activity is given.
 *
 * @param parameters the resolved parameters of the node, plain JSON
 * @param roots what a script may read besides: {@code input, tasks, vars, env, item, index}; empty
 *     for activities that do not ask for it
 * @param idempotencyKey {@code <uid>/<generation>/<node>/<index>}, equal for all attempts
 * @param attempt 1 for the first try
 * @param timeout the longest this attempt may take, zero for the activity's own default
 */
public record ActivityInput(
    Map<String, @Nullable Object> parameters,
    Map<String, @Nullable Object> roots,
    String idempotencyKey,
    int attempt,
    Duration timeout) {}
