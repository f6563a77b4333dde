package dev.millrace.engine;

import dev.millrace.engine.code.TraceContext;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One run of one node; attempts after failures belong to the same run.
 *
 * @param id unique in the instance, rising, never reused
 * @param input the resolved parameters, secrets masked
 * @param attempts the failed attempts so far, oldest first
 * @param attemptAt when the present attempt began
 * @param waitsFor what it waits for, null once ended
 * @param timeoutAt when the present attempt or wait times out, or null
 * @param result null while open
 * @param notes what it shows besides, or null
 */
public record NodeRun(
    int id,
    Place place,
    Instant startAt,
    Map<String, @Nullable Object> input,
    List<Attempt> attempts,
    Instant attemptAt,
    @Nullable Wait waitsFor,
    @Nullable Instant timeoutAt,
    @Nullable Result result,
    @Nullable Notes notes) {

  /** A run without notes. */
  public NodeRun(
      int id,
      Place place,
      Instant startAt,
      Map<String, @Nullable Object> input,
      List<Attempt> attempts,
      Instant attemptAt,
      @Nullable Wait waitsFor,
      @Nullable Instant timeoutAt,
      @Nullable Result result) {
    this(id, place, startAt, input, attempts, attemptAt, waitsFor, timeoutAt, result, null);
  }

  /**
   * What a run shows besides its result. It decides nothing.
   *
   * @param output what it has so far, shown while it is open; plain JSON
   * @param meta about the run rather than of it; plain JSON
   * @param log text for the author of the definition
   * @param decided whether its own part is done well, whatever becomes of its bodies
   */
  public record Notes(
      @Nullable Object output, @Nullable Object meta, @Nullable String log, boolean decided) {

    /** Notes that only show an output. */
    public static Notes ofOutput(@Nullable Object output) {
      return new Notes(output, null, null, false);
    }
  }

  /**
   * Where the run stands.
   *
   * @param index counts the runs of this node from 0
   * @param scope the fork scope of its token
   * @param loop the loop it is a round of, 0 for none
   * @param loopIndex the position in the items of the loop, or else of the loop in whose round's
   *     body the run lies; -1 outside loops
   * @param from the node its token came from, empty for a root
   * @param fromRun the run its token came from, or the run it undoes; 0 for a root and for what a
   *     join let go
   * @param joined what a join let go it for; null for any other run
   */
  public record Place(
      String nodeId,
      int index,
      int scope,
      int loop,
      int loopIndex,
      String from,
      int fromRun,
      @Nullable Joined joined) {

    /** A place that no join is before. */
    public Place(
        String nodeId, int index, int scope, int loop, int loopIndex, String from, int fromRun) {
      this(nodeId, index, scope, loop, loopIndex, from, fromRun, null);
    }

    /** A place whose token came from no run in particular. */
    public Place(String nodeId, int index, int scope, int loop, int loopIndex, String from) {
      this(nodeId, index, scope, loop, loopIndex, from, 0);
    }
  }

  /**
   * The arrivals that a join let a run go for.
   *
   * @param scope in which they arrived
   */
  public record Joined(int scope, List<InstanceState.Arrival> arrivals) {}

  /** A failed attempt; numbers start at 1. */
  public record Attempt(int attempt, Instant startAt, Instant endAt, Failure failure) {}

  /**
   * How a run ended.
   *
   * @param outcome what its edges are chosen by, as {@code success}, {@code true}, {@code error}
   */
  public record Result(
      RunStatus status,
      String outcome,
      @Nullable Object output,
      @Nullable Failure failure,
      Instant endAt) {}

  /** The words of {@code runtimes[].status}. */
  public enum RunStatus {
    TODO,
    OFFERED,
    ALLOCATED,
    STARTED,
    SUSPENDED,
    DONE,
    FAILED,
    TIMEOUT,
    STOPPED,
    SKIPPED;

    /** The word in the process API. */
    public String word() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  public boolean open() {
    return result == null;
  }

  /** Where it hangs in the trace of its instance, null for nowhere. */
  public @Nullable TraceContext traceIn(Command.Origin origin) {
    TraceContext trace = origin.trace();
    // Its number was given to others before, where these were discarded.
    return trace == null ? null : trace.below(startAt.toEpochMilli() << InstanceState.ID_BITS | id);
  }

  /** The number of the present attempt, from 1. */
  public int attempt() {
    return attempts.size() + 1;
  }

  /** The same run, waiting for something. */
  public NodeRun waiting(@Nullable Wait next, @Nullable Instant timeout) {
    return new NodeRun(id, place, startAt, input, attempts, attemptAt, next, timeout, null, notes);
  }

  /** The same run, its next attempt begun. */
  public NodeRun attempted(Instant begin, @Nullable Wait next, @Nullable Instant timeout) {
    return new NodeRun(id, place, startAt, input, attempts, begin, next, timeout, null, notes);
  }

  /** The same run, ended. */
  public NodeRun ended(Result how) {
    return new NodeRun(id, place, startAt, input, attempts, attemptAt, null, null, how, notes);
  }

  /** The same run after one more failed attempt. */
  public NodeRun failedOnce(Failure failure, Instant when, Wait next) {
    List<Attempt> all = new ArrayList<>(attempts);
    all.add(new Attempt(attempt(), attemptAt, when, failure));
    return new NodeRun(
        id,
        place,
        startAt,
        input,
        Collections.unmodifiableList(all),
        attemptAt,
        next,
        null,
        null,
        notes);
  }

  /** The same run with other notes; null leaves them as they are. */
  public NodeRun noted(@Nullable Notes other) {
    return other == null
        ? this
        : new NodeRun(
            id, place, startAt, input, attempts, attemptAt, waitsFor, timeoutAt, result, other);
  }

  /** The process API's word for the state of this run. */
  public RunStatus status() {
    if (result != null) {
      return result.status();
    }
    return switch (waitsFor) {
      case Wait.ForRetry retry -> RunStatus.TODO;
      case Wait.ForOperator operator -> RunStatus.FAILED;
      case null, default -> RunStatus.STARTED;
    };
  }
}
