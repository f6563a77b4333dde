package dev.millrace.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What deciding a command came to.
 *
 * @param state the state after the events; null when a start was rejected
 * @param ignored whether the command was stale and has no effect, to be counted
 */
public record Decision(
    List<HistoryEvent> events,
    List<Effect> effects,
    Reply reply,
    @Nullable InstanceState state,
    boolean ignored) {}
