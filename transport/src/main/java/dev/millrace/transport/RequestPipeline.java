package dev.millrace.transport;

import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.http.RequestException;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The way of every request: path, open or not, authentication, route, a place among those in work,
 * body, handler, answer. What fails on the way becomes an error answer.
 */
final class RequestPipeline implements io.helidon.webserver.http.Handler {
  private static final System.Logger LOGGER = System.getLogger(RequestPipeline.class.getName());

  /** An unwanted body of up to this size is read away so that the connection can live on. */
  private static final long MAX_DISCARDED_BYTES = 64 << 10;

  private static final byte[] EMPTY = {};

  private final ListenerSettings settings;
  private final Routes routes;
  private final Authenticator authenticator;
  private final ErrorAnswers errors;
  private final RequestGate gate;

  RequestPipeline(
      ListenerSettings settings,
      Routes routes,
      Authenticator authenticator,
      ErrorAnswers errors,
      RequestGate gate) {
    this.settings = settings;
    this.routes = routes;
    this.authenticator = authenticator;
    this.errors = errors;
    this.gate = gate;
  }

  @Override
  public void handle(ServerRequest in, ServerResponse out) {
    gate.enter();
    try {
      new Exchange(in, out).run();
    } finally {
      gate.leave();
    }
  }

  /** One request and what is known of it so far. */
  private final class Exchange {
    private final ServerRequest in;
    private final ServerResponse out;
    private final ConnectionGuard guard = ConnectionGuard.CURRENT.get();
    private final long startNanos = System.nanoTime();
    private @Nullable List<String> segments;
    private Map<String, List<String>> requestHeaders = Map.of();
    private @Nullable Request head;
    private String route = Observer.NO_ROUTE;
    private boolean bodyRead;
    private boolean bodyBroken;

    Exchange(ServerRequest in, ServerResponse out) {
      this.in = in;
      this.out = out;
    }

    void run() {
      Response response = answer();
      if (!bodyRead && !bodyBroken) {
        discardBody();
      }
      // The server below would say "close" and yet wait for another request.
      boolean asked = in.headers().containsToken(HeaderValues.CONNECTION_CLOSE);
      boolean last = asked || !bodyRead || gate.draining();
      send(response, last);
      errors.observe(route, in.prologue().method().text(), response.status(), startNanos);
      if (last) {
        throw new CloseConnectionException("the last answer on this connection was sent");
      }
    }

    // Whatever a handler throws must end in an answer and a line in the log, errors included.
    @SuppressWarnings("CatchingUnchecked")
    private Response answer() {
      try {
        return respond();
      } catch (Problem e) {
        return errors.render(e, segments, requestHeaders, traceId());
      } catch (CloseConnectionException e) {
        throw e;
      } catch (Throwable e) {
        if (e instanceof InterruptedException) {
          Thread.currentThread().interrupt();
        }
        String traceId = traceId();
        LOGGER.log(
            System.Logger.Level.ERROR,
            "request failed: route %s, trace id %s".formatted(route, traceId),
            e);
        return errors.render(ErrorAnswers.ofStatus(500), segments, requestHeaders, traceId);
      }
    }

    private Response respond() throws Exception {
      Request request = readHead();
      boolean open = settings.openPaths().contains(request.path());
      if (!open) {
        gate.checkOpen();
      }
      Caller caller = open ? Caller.ANONYMOUS : authenticator.authenticate(request);
      Routes.Match.Found found =
          switch (routes.match(request.method(), nonNullSegments())) {
            case Routes.Match.Found match -> match;
            case Routes.Match.WrongMethod(var allowed) ->
                throw Problem.of(
                        405,
                        "method_not_allowed",
                        "expected one of %s, found %s".formatted(allowed, request.method()))
                    .withHeader("Allow", String.join(", ", allowed));
            case Routes.Match.Unknown() ->
                throw Problem.notFound("nothing is served under " + request.path());
          };
      route = found.route().pattern();
      if (open) {
        return call(found, request, caller);
      }
      gate.takePlace();
      try {
        return call(found, request, caller);
      } finally {
        gate.releasePlace();
      }
    }

    private Response call(Routes.Match.Found found, Request request, Caller caller)
        throws Exception {
      Request complete = request.complete(caller, found.parameters(), readBody());
      return found.route().handler().handle(complete);
    }

    private Request readHead() {
      String rawPath = in.prologue().uriPath().rawPath();
      String rawQuery = in.prologue().query().rawValue();
      if (rawPath.length() + rawQuery.length() + 1 > settings.limits().maxUrlBytes()) {
        throw ErrorAnswers.ofStatus(414);
      }
      segments = routes.unreadable(rawPath);
      Map<String, List<String>> headers = LinkedHashMap.newLinkedHashMap(in.headers().size());
      for (Header header : in.headers()) {
        headers.put(header.headerName().lowerCase(), header.allValues());
      }
      requestHeaders = headers;
      List<String> path = routes.segments(rawPath);
      segments = path;
      Request request =
          new Request(
              in.prologue().method().text(),
              RequestPath.text(path),
              routes.query(rawPath, rawQuery),
              headers,
              in.remotePeer().host());
      head = request;
      return request;
    }

    private List<String> nonNullSegments() {
      return segments == null ? List.of() : segments;
    }

    private String traceId() {
      return head == null ? Request.newTraceId() : head.traceId();
    }

    private byte[] readBody() {
      if (!in.content().hasEntity()) {
        bodyRead = true;
        guard.requestRead();
        return EMPTY;
      }
      int most = settings.limits().maxBodyBytes();
      bodyBroken = true;
      byte[] body;
      try {
        body = in.content().inputStream().readNBytes(most + 1);
      } catch (RequestException e) {
        throw ErrorAnswers.ofStatus(e.status().code());
      } catch (IOException | RuntimeException e) {
        if (guard.timedOut()) {
          throw Problem.of(408, "request_timeout", "expected the request body faster");
        }
        if (!guard.ended()) {
          throw ErrorAnswers.ofStatus(400);
        }
        throw new CloseConnectionException("the connection ended within a body", e);
      }
      if (body.length > most) {
        throw ErrorAnswers.ofStatus(413);
      }
      bodyBroken = false;
      bodyRead = true;
      guard.requestRead();
      return body;
    }

    private void discardBody() {
      OptionalLong length = in.headers().contentLength();
      boolean small =
          !in.content().hasEntity()
              || (length.isPresent()
                  && length.getAsLong() <= MAX_DISCARDED_BYTES
                  && !in.headers().contains(HeaderNames.EXPECT));
      if (small) {
        try {
          readBody();
        } catch (Problem e) {
          // The answer that is due already stays; the connection ends after it.
          bodyBroken = true;
        }
      }
    }

    private void send(Response response, boolean last) {
      out.status(Status.create(response.status()));
      response.headers().forEach((name, value) -> out.header(HeaderValues.create(name, value)));
      if (last) {
        out.header(HeaderValues.CONNECTION_CLOSE);
      }
      byte[] body = response.body();
      if (in.prologue().method().equals(Method.HEAD)) {
        // A body would be read as the beginning of the next answer on this connection.
        out.header(HeaderValues.create(HeaderNames.CONTENT_LENGTH, body.length));
        out.send();
      } else if (body.length == 0) {
        out.send();
      } else {
        out.send(body);
      }
    }
  }
}
