package dev.millrace.dialect.nocobase.http;

/** Does one action of one resource. Called on the thread of the request; it may block. */
@FunctionalInterface
public interface Action {
  /**
   * Acts and answers.
   *
   * @throws dev.millrace.transport.Problem for an error the caller should read
   * @throws InterruptedException when the server ends
   */
  Answer act(ActionRequest request) throws InterruptedException;
}
