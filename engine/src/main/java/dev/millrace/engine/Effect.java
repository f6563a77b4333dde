package dev.millrace.engine;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the runtime does after the events of a decision are committed. */
public sealed interface Effect {

  /**
   * Hands an attempt to a worker.
   *
   * @param activity the name of the activity
   * @param timeoutMillis 0 for the activity's own default
   */
  record DispatchActivity(
      Command.WorkToken token,
      String activity,
      Map<String, @Nullable Object> parameters,
      Map<String, @Nullable Object> roots,
      String idempotencyKey,
      long timeoutMillis)
      implements Effect {}

  /** Keeps a timer; arming the same id again moves it. */
  record ArmTimer(String timerId, Instant dueAt) implements Effect {}

  /** Removes a timer. */
  record CancelTimer(String timerId) implements Effect {}

  /** Sends a command to an instance, through the outbox. */
  record SendToInstance(Command command) implements Effect {}

  /**
   * Starts a child; the runtime looks up the definition's newest enabled revision and answers
   * {@link Command.ChildEnded} when there is none.
   *
   * @param definition the definition's id, or its number
   * @param revision 0 for the newest
   */
  record StartChild(
      InstanceKey key,
      String definition,
      int revision,
      @Nullable Object input,
      String executor,
      ParentRef parent)
      implements Effect {}

  /** Writes a variable that all processes of an owner share. A null value removes it. */
  record SetEnvironment(String owner, String name, @Nullable Object value) implements Effect {}

  /** Asks for a {@link Command.ContinueInstance}. */
  record Continue() implements Effect {}
}
