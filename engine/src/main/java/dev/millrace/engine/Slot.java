package dev.millrace.engine;

/**
 * One of the places for instances of a process that limits how many of them run at once. An
 * instance that waits for one is {@link Status#PENDING}; it holds one from then on until it ends.
 *
 * @param group those who share the places: the id of the definition, and behind a slash the value
 *     of the key if there is one
 * @param limit how many of the group run at once
 * @param onLimit what becomes of a start that finds all places taken
 * @param waited whether this start found all places taken
 */
public record Slot(String group, int limit, OnLimit onLimit, boolean waited) {

  /** What becomes of a start that finds all places taken. */
  public enum OnLimit {
    /** It waits until one is free, first come first served. */
    QUEUE,
    /** It is refused; there is no instance. */
    REJECT,
    /** There is an instance, which is stopped at once. */
    SKIP,
    /** The oldest instance of the group is stopped, and the new one begins in its place. */
    CANCEL_OLDEST
  }

  /** The same place, asked for when all were taken. */
  public Slot late() {
    return new Slot(group, limit, onLimit, true);
  }

  /** What it is one of, for messages to people. */
  public String words() {
    int slash = group.indexOf('/');
    String process = slash < 0 ? group : group.substring(0, slash);
    String places = limit == 1 ? "the only slot of " : "one of %d slots of ".formatted(limit);
    return places
        + process
        + (slash < 0 ? "" : " for the key \"%s\"".formatted(group.substring(slash + 1)));
  }
}
