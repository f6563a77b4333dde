package dev.millrace.engine;

import dev.millrace.engine.code.CodeState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The folded state of one instance. Immutable; lists and maps keep insertion order and may not be
 * changed.
 *
 * @param eventIds the ids of the latest events that were raised, oldest first; a repeat is ignored
 * @param graph empty for code workflows
 * @param code null for graphs
 */
public record InstanceState(
    Header header,
    Lifecycle life,
    GraphState graph,
    List<KeptEvent> keptEvents,
    List<String> eventIds,
    @Nullable CodeState code) {

  /** Runs, rounds and scopes of one instance are numbered below 2^20: tables count on it. */
  public static final int ID_BITS = 20;

  /** With more the instance fails; the rest is for what one step opens at once. */
  public static final int IDS_MAX = (1 << ID_BITS) - 4_096;

  /** The state of a graph instance that was told of no event with an id yet. */
  public InstanceState(
      Header header, Lifecycle life, GraphState graph, List<KeptEvent> keptEvents) {
    this(header, life, graph, keptEvents, List.of(), null);
  }

  /**
   * What the start fixed.
   *
   * @param slot its place among those of its process that run at once, null where any number does
   */
  public record Header(
      InstanceKey key,
      long id,
      DefinitionRef definition,
      boolean fast,
      @Nullable Object input,
      Command.Origin origin,
      @Nullable ParentRef parent,
      Instant startedAt,
      @Nullable Slot slot) {

    /** Of an instance that needs no place. */
    public Header(
        InstanceKey key,
        long id,
        DefinitionRef definition,
        boolean fast,
        @Nullable Object input,
        Command.Origin origin,
        @Nullable ParentRef parent,
        Instant startedAt) {
      this(key, id, definition, fast, input, origin, parent, startedAt, null);
    }
  }

  /**
   * How it goes.
   *
   * @param generation 1, raised by each rerun
   * @param eventCount how many events were folded, over all generations
   * @param caught the error that the global exception node was given, or null
   */
  public record Lifecycle(
      int generation,
      String executionUid,
      Status status,
      EndReason reason,
      @Nullable Object output,
      @Nullable Failure failure,
      @Nullable Failure caught,
      @Nullable Instant timeoutAt,
      @Nullable Instant endedAt,
      Instant lastEventAt,
      long eventCount) {}

  /**
   * Where its tokens are.
   *
   * @param runs all node runs by id, open and ended, in order of their start
   * @param scopes open scopes of forks and bodies by id; the root scope 0 is not listed
   * @param joins arrivals that wait, by {@code joinId@scope}
   * @param parameters per node id, values that replace the definition's
   * @param undo node runs still to be compensated, next first; null when not compensating
   * @param left what a rerun would put back; null as long as nothing failed
   */
  public record GraphState(
      int lastId,
      Map<Integer, NodeRun> runs,
      Map<Integer, Scope> scopes,
      Map<String, Join> joins,
      Map<Integer, Loop> loops,
      List<Token> parked,
      Map<String, @Nullable Object> variables,
      Map<String, Map<String, @Nullable Object>> parameters,
      @Nullable List<Integer> undo,
      @Nullable Left left) {

    /** The state of an instance in which nothing failed. */
    public GraphState(
        int lastId,
        Map<Integer, NodeRun> runs,
        Map<Integer, Scope> scopes,
        Map<String, Join> joins,
        Map<Integer, Loop> loops,
        List<Token> parked,
        Map<String, @Nullable Object> variables,
        Map<String, Map<String, @Nullable Object>> parameters,
        @Nullable List<Integer> undo) {
      this(lastId, runs, scopes, joins, loops, parked, variables, parameters, undo, null);
    }
  }

  /**
   * What a failed instance left undone, outside of bodies.
   *
   * @param tokens that had not entered their nodes
   * @param work ids of the runs and loops that failed without being caught, were stopped with the
   *     instance, or were undone
   */
  public record Left(List<Token> tokens, List<Integer> work) {}

  /**
   * A scope: the arrivals in it count for themselves.
   *
   * @param opener the node that opened it
   * @param body what a branching node runs in it; null for the scope of a fork
   */
  public record Scope(int id, int parent, String opener, @Nullable Body body) {

    /** The scope of a fork. */
    public Scope(int id, int parent, String opener) {
      this(id, parent, opener, null);
    }
  }

  /**
   * A body that a branching node opened. It ends when nothing is left in its scope.
   *
   * @param run the run of the node that opened it and waits for its end
   * @param name of the node's bodies
   * @param variables what expressions inside see by name
   * @param ordered whether it begins only when no activity in the foreground runs in the bodies of
   *     its opener that were opened before it
   * @param entered whether its first node was reached
   * @param last the run that ended last in it, 0 for none
   * @param runs the run that ended last, per node id; those of bodies inside count once these are
   *     closed
   * @param outcome how it ends where that is not decided by its natural end, or null
   */
  public record Body(
      int run,
      String name,
      Map<String, @Nullable Object> variables,
      boolean ordered,
      boolean entered,
      int last,
      Map<String, Integer> runs,
      @Nullable BodyOutcome outcome) {}

  /**
   * How a body ends.
   *
   * @param failure what failed in it, or null
   */
  public record BodyOutcome(String outcome, @Nullable Object output, @Nullable Failure failure) {}

  /**
   * The state of a join in a scope.
   *
   * @param arrivals runs that arrived and were not consumed, by order of arrival
   * @param done whether later arrivals are swallowed
   * @param since when the oldest of the arrivals began to wait; null without arrivals
   */
  public record Join(
      String joinId, int scope, List<Arrival> arrivals, boolean done, @Nullable Instant since) {}

  /** One arrival. */
  public record Arrival(String from, int fromRun) {}

  /**
   * A loop. Rounds are the node runs that name it.
   *
   * @param total rounds if known, -1 otherwise
   * @param output what the loop as a whole gave, once closed
   * @param kept positions of the rounds that were done before a rerun, rising; null for none
   */
  public record Loop(
      int id,
      NodeRun.Place place,
      @Nullable List<@Nullable Object> items,
      int total,
      int keepLast,
      LoopCount count,
      boolean closed,
      @Nullable Object output,
      @Nullable List<Integer> kept) {

    /** The position of the round that starts next. */
    public int nextPosition() {
      if (kept == null) {
        return count.started();
      }
      int fresh = count.started() - kept.size();
      int low = 0;
      int high = kept.size();
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (kept.get(middle) - middle > fresh) {
          high = middle;
        } else {
          low = middle + 1;
        }
      }
      return fresh + low;
    }
  }

  /** How many rounds of a loop were started and how they ended. */
  public record LoopCount(int started, int done, int failed) {
    /** Rounds that have not ended. */
    public int active() {
      return started - done - failed;
    }
  }

  /** An event that was raised and not yet taken. */
  public record KeptEvent(
      String name,
      String correlation,
      @Nullable Object payload,
      String eventId,
      @Nullable Instant expiresAt) {}

  /** The place that it waits for before it begins, or null. */
  public @Nullable Slot awaitedSlot() {
    return life.status() == Status.PENDING ? header.slot() : null;
  }

  /** Whether an operator must resolve something before it can go on. */
  public boolean incident() {
    return graph.runs().values().stream()
        .anyMatch(run -> run.waitsFor() instanceof Wait.ForOperator);
  }

  /** The node runs that have not ended, in order of their start. */
  public List<NodeRun> openRuns() {
    return graph.runs().values().stream().filter(NodeRun::open).toList();
  }
}
