package dev.millrace.runtime;

/**
 * Whether the runtime takes commands.
 *
 * @param detail one sentence for the operator, empty when there is nothing to say
 */
public record Health(State state, String detail) {

  /** The life of a runtime. */
  public enum State {
    /** Takes commands. */
    READY,
    /** Finishes what it took, takes no more. */
    DRAINING,
    /** Lost the right or the ability to write; the process must be started again. */
    HALTED,
    /** Closed on request. */
    CLOSED
  }

  /** Whether new commands are taken. */
  public boolean ready() {
    return state == State.READY;
  }
}
