package dev.millrace.transport;

import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.http.RequestException;
import io.helidon.http.Status;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1ConnectionListener;

/** Runs between the header of a request and its body, on the connection's thread. */
final class HeaderChecks implements Http1ConnectionListener {
  @Override
  public void prologue(ConnectionContext context, HttpPrologue prologue) {}

  @Override
  public void headers(ConnectionContext context, Headers headers) {
    ConnectionGuard.CURRENT.get().headerRead();
    if (headers.contains(HeaderNames.CONTENT_ENCODING)) {
      // A small compressed body can become a huge one; nobody needs it here.
      throw RequestException.builder()
          .type(DirectHandler.EventType.OTHER)
          .status(Status.UNSUPPORTED_MEDIA_TYPE_415)
          .message("expected a body without Content-Encoding")
          .safeMessage(true)
          .setKeepAlive(false)
          .build();
    }
  }
}
