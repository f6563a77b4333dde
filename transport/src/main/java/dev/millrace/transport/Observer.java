package dev.millrace.transport;

/** Is told of every answered request, for metrics. Called on the request's thread: be quick. */
@FunctionalInterface
public interface Observer {
  /** The route given for a request that reached no route. */
  String NO_ROUTE = "unmatched";

  /** The method given for one that is not standard, as callers may send any word. */
  String OTHER_METHOD = "OTHER";

  /** An observer that does nothing. */
  Observer NONE = (route, method, status, nanos) -> {};

  /**
   * One request was answered.
   *
   * @param route the pattern as registered, as {@code /api/process/{id}}, or {@link #NO_ROUTE}; a
   *     small set of values whatever callers send
   * @param method the HTTP method, {@link #OTHER_METHOD} for one that is not standard
   * @param status HTTP status
   * @param nanos time from the end of the request header to the end of the answer
   */
  void onRequest(String route, String method, int status, long nanos);
}
