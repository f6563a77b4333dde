package dev.millrace.activities.http;

import java.net.UnknownHostException;

/**
 * The egress policy does not let the server connect there. It is an {@link UnknownHostException}
 * because that is the only failure a client's name resolver may report.
 */
public final class EgressRefusedException extends UnknownHostException {

  public EgressRefusedException(String message) {
    super(message);
  }
}
