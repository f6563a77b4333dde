package dev.millrace.engine.code;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The folded state of a code workflow's present run.
 *
 * @param started what the run began with
 * @param history what turns have consumed and asked for, in the order that a worker replays
 * @param inbox what arrived and no turn has consumed
 */
public record CodeState(
    CodeEvent.ExecutionStarted started,
    List<CodeEvent> history,
    List<CodeEvent> inbox,
    Open open,
    Progress progress) {

  /** What was asked for and has no answer, by action id in the order asked. */
  public record Open(
      Map<Integer, CodeEvent.TaskScheduled> tasks,
      Map<Integer, CodeEvent.TimerCreated> timers,
      Map<Integer, CodeEvent.ChildCreated> children) {
    public static final Open NOTHING = new Open(Map.of(), Map.of(), Map.of());
  }

  /**
   * How far it is.
   *
   * @param turn how many turns were answered, over all runs of this instance
   * @param customStatus what the workflow says of itself, null for nothing
   * @param notBefore when the start is due, null once it is
   * @param stall why the last answer was no progress, null when it was
   * @param suspensionTold whether the last word that the worker has or will get is a suspension
   * @param lastStamp the time of the newest event
   */
  public record Progress(
      int turn,
      @Nullable String customStatus,
      @Nullable Instant notBefore,
      CodeEvent.@Nullable ExecutionStalled stall,
      boolean suspensionTold,
      Instant lastStamp) {}

  /** Whether it waits for a worker that has the right code. */
  public boolean stalled() {
    return progress.stall() != null;
  }
}
