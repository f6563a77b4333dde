package dev.millrace.transport;

/**
 * Decides who sends a request, before its body is read and before routing. Called on the request's
 * thread, concurrently.
 */
@FunctionalInterface
public interface Authenticator {
  /** Lets everyone in, as {@link Caller#ANONYMOUS}. */
  Authenticator ALLOW_ALL = head -> Caller.ANONYMOUS;

  /**
   * Names the caller.
   *
   * @param head the request without body and path parameters
   * @throws Problem to refuse; 401 with a {@code WWW-Authenticate} header when nothing valid came
   */
  Caller authenticate(Request head);
}
