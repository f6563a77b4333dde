package dev.millrace.transport;

/**
 * Answers one kind of request. It runs on a virtual thread of its own and may block; many calls run
 * at the same time.
 */
@FunctionalInterface
public interface Handler {
  /**
   * Answers a request.
   *
   * @throws Problem for an error the caller should read
   * @throws Exception for anything else; the caller gets 500 {@code internal} with a trace id and
   *     the exception goes to the log
   */
  Response handle(Request request) throws Exception;
}
