package dev.millrace.engine.code;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What to start.
 *
 * @param name of the workflow, as its worker registered it; may be empty
 * @param input raw text, null when none was given
 * @param scheduledAt not before this time; null for at once
 * @param source the application that asks
 * @param propagated what it is shown of those above it, null for nothing
 */
public record CodeStart(
    String name,
    @Nullable String version,
    @Nullable String input,
    @Nullable Instant scheduledAt,
    @Nullable TraceContext trace,
    Map<String, String> tags,
    String source,
    @Nullable CodeParent parent,
    Conflict conflict,
    @Nullable PropagatedHistory propagated) {

  /** A start that is shown nothing of those above it. */
  public CodeStart(
      String name,
      @Nullable String version,
      @Nullable String input,
      @Nullable Instant scheduledAt,
      @Nullable TraceContext trace,
      Map<String, String> tags,
      String source,
      @Nullable CodeParent parent,
      Conflict conflict) {
    this(name, version, input, scheduledAt, trace, tags, source, parent, conflict, null);
  }

  /** The same in a trace. */
  public CodeStart traced(@Nullable TraceContext in) {
    return new CodeStart(
        name, version, input, scheduledAt, in, tags, source, parent, conflict, propagated);
  }

  /** What happens when an instance of this id exists. */
  public enum Conflict {
    /** Refused while it is active; one that has ended is replaced. */
    REPLACE_ENDED,
    /** Refused, active or ended. */
    REFUSE,
    /** Nothing happens; the existing one is the answer. */
    RETURN_EXISTING,
    /** An active one is terminated, and replaced. */
    TERMINATE_EXISTING
  }

  /** A plain start at once. */
  public static CodeStart of(String name, @Nullable String input, String source) {
    return new CodeStart(
        name, null, input, null, null, Map.of(), source, null, Conflict.REPLACE_ENDED);
  }
}
